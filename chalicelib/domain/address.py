"""An address of mail: the one form in which it is stored, compared and sent, and whether mail can be sent to it."""

import re
import unicodedata

from chalicelib.domain.errors import InvalidInput

_LONGEST = 500
"""Characters of what is taken for an address at all: a key of the table holds them even at four bytes each."""
_LONGEST_SENDABLE = 254  # RFC 5321, 4.5.3.1.3 as corrected by erratum 1690
_WORD = r"[^\s\x00-\x1f\x7f-\x9f@<>\"(),:;\[\]\\"
_ADDRESS = re.compile(rf"{_WORD}]+@{_WORD}.']+(\.{_WORD}.']+)+")
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SENDABLE = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
_SEPARATORS = re.compile(r"[,;\s]+")
_NAMED = re.compile(r"(?:\"[^\"]*\"\s*|[^,;<>\"\n]*)<\s*([^<>\s]+)\s*>")
_LONGEST_SHOWN = 100
_A_LABELS = re.compile(r"(?<=@)[a-z0-9.-]*xn--[a-z0-9.-]+")


def canonical(text: str) -> str:
    """What all spellings of one mailbox share: lower case, nothing invisible, wide letters narrow (NFKC), the domain in
    its ASCII form. A domain that has none stays as it is.

    That form is IDNA 2008's (RFC 5891, mapped by UTS 46): by the older one, which Python itself has, mail to a domain
    with "ß" would go to somebody else's with "ss". RFC 5321 lets the local part differ by case; no mailbox that people
    use does.
    """
    if text.isascii():
        return text.strip().lower()
    visible = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    local, at, domain = unicodedata.normalize("NFKC", _lower(visible)).strip().rpartition("@")
    return f"{local}{at}{_in_ascii(domain)}"


def normal_address(text: str) -> str:
    """The `canonical` form of what looks like an address; mail may come from it that none can be sent to.

    Raises InvalidInput("address_missing" | "address_invalid").
    """
    address = canonical(text[:_LONGEST])
    if not address:
        raise InvalidInput("address_missing", field="email")
    if len(text) > _LONGEST or not _ADDRESS.fullmatch(address):
        raise InvalidInput("address_invalid", field="email")
    return address


def sendable_address(text: str) -> str:
    """The `canonical` form of an address that mail can be sent to.

    Raises InvalidInput("address_missing" | "address_invalid" | "bad_address").
    """
    address = normal_address(text)
    if not is_sendable(address):
        raise InvalidInput("bad_address", field="email")
    return address


def sendable_addresses(text: str) -> tuple[str, ...]:
    """The addresses that somebody typed, apart by commas or lines, each once and in the form of `canonical`; names
    beside them, as address books write them, are left out.

    Raises InvalidInput("address_invalid") with the word that is no address to send to.
    """
    words = [word for word in _SEPARATORS.split(_NAMED.sub(r" \1 ", text)) if word]
    return tuple(dict.fromkeys(_listed(word) for word in words))


def is_sendable(address: str) -> bool:
    """Whether servers without SMTPUTF8, such as SES, carry mail to a canonical address: atoms with single dots between
    them (RFC 5322, 3.2.3), a host's name (RFC 1123, 2.1), and no longer than RFC 5321, 4.5.3.1 allows."""
    return len(address) <= _LONGEST_SENDABLE and bool(_SENDABLE.fullmatch(address))


def without_tag(address: str) -> str:
    """`support+x@desk.test` → `support@desk.test`."""
    local, at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def formerly(addresses: tuple[str, ...], before: str, now: str) -> tuple[str, ...]:
    """The addresses that somebody had earlier, each once, when theirs was `before` and is `now` ("" for none)."""
    return tuple(address for address in dict.fromkeys((*addresses, before)) if address and address != now)


def in_unicode(text: str) -> str:
    """A text with the domains of its addresses as people write them, where they stand in their ASCII form."""
    return _A_LABELS.sub(lambda found: _decoded(found.group()), text)


def _listed(word: str) -> str:
    try:
        return sendable_address(word)
    except InvalidInput:
        raise InvalidInput("address_invalid", field="email", address=word[:_LONGEST_SHOWN]) from None


def _lower(text: str) -> str:
    """NFKC before and after: some wide letters have capitals, some capitals take their marks apart."""
    return unicodedata.normalize("NFKC", text).lower()


def _in_ascii(domain: str) -> str:
    if domain.isascii():
        return domain
    import idna  # its tables take 10 ms, and few addresses need them

    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain


def _decoded(domain: str) -> str:
    import idna

    try:
        return idna.decode(domain)
    except idna.IDNAError:
        return domain
