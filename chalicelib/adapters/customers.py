"""Customers in the table, by their address."""

from dataclasses import dataclass

from chalicelib.adapters.addresses import flag_of
from chalicelib.adapters.codec import decode, encode
from chalicelib.adapters.items import CustomerItem, FlagItem, Item, TicketItem, address_key, at_version, customer_key
from chalicelib.adapters.transaction import Transaction
from chalicelib.domain.customer import AddressFlag, Customer
from chalicelib.domain.errors import NotFound
from chalicelib.domain.ticket import Ticket

_AFTER_TICKETS = "~"


@dataclass(frozen=True)
class CustomerPanel:
    """A customer and their latest tickets, newest first; `flag` where mail no longer goes to them."""

    customer: Customer
    tickets: tuple[Ticket, ...]
    flag: AddressFlag | None = None


def find(address: str) -> Customer | None:
    """`address` in the form of `canonical`."""
    try:
        return customer_of(CustomerItem.get(address_key(address), "CUSTOMER", consistent_read=True))
    except CustomerItem.DoesNotExist:
        return None


def get_panel(customer_id: int, limit: int = 20) -> CustomerPanel:
    """One request. Raises NotFound("customer_not_found")."""
    items = list(
        Item.query(customer_key(customer_id), index_name="by_customer", limit=limit + 2, scan_index_forward=False)
    )
    customer = next((item for item in items if isinstance(item, CustomerItem)), None)
    if customer is None:
        raise NotFound("customer_not_found")
    tickets = (decode(Ticket, item.body | {"version": item.version}) for item in items if isinstance(item, TicketItem))
    flag = next((flag_of(item) for item in items if isinstance(item, FlagItem)), None)
    return CustomerPanel(customer_of(customer), tuple(tickets)[:limit], flag)


def keep(transaction: Transaction, customer: Customer, known: Customer | None) -> None:
    """Adds to the transaction what is new of a customer, if anything is: `known` is how the table has them."""
    if customer != known:
        transaction.put(item_of(customer))


def item_of(customer: Customer) -> CustomerItem:
    return CustomerItem(
        address_key(customer.address),
        "CUSTOMER",
        body=encode(customer),
        **at_version(customer.version),
        customer_pk=customer_key(customer.id),
        customer_sk=_AFTER_TICKETS,
    )


def customer_of(item: CustomerItem) -> Customer:
    return decode(Customer, item.body | {"version": item.version})
