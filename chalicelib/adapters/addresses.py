"""Addresses that mail no longer goes to, since it came back for good or was complained about (rule 14)."""

from collections.abc import Iterable

from chalicelib.adapters.codec import decode, encode
from chalicelib.adapters.items import FlagItem, address_key, customer_key
from chalicelib.adapters.transaction import Transaction
from chalicelib.domain.customer import AddressFlag

_BEFORE_TICKETS_AND_CUSTOMER = "~FLAG"


def find_flags(addresses: Iterable[str]) -> dict[str, AddressFlag]:
    """Of these, by address, as far as they have one; one batch request."""
    keys = [(address_key(address), "FLAG") for address in dict.fromkeys(addresses)]
    flags = (flag_of(item) for item in FlagItem.batch_get(keys, consistent_read=True))
    return {flag.address: flag for flag in flags}


def flag(transaction: Transaction, found: AddressFlag, customer_id: int = 0) -> None:
    """Harmless when repeated: the newest cause stays. With its customer's id it is read with the customer's tickets."""
    item = FlagItem(address_key(found.address), "FLAG", body=encode(found))
    if customer_id:
        item.customer_pk, item.customer_sk = customer_key(customer_id), _BEFORE_TICKETS_AND_CUSTOMER
    transaction.put_over(item)


def clear(address: str) -> None:
    """Mail goes there again. Harmless when repeated."""
    FlagItem(address_key(address), "FLAG").delete(add_version_condition=False)


def flag_of(item: FlagItem) -> AddressFlag:
    return decode(AddressFlag, item.body)
