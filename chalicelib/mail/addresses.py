"""The mailboxes of address fields, in right and broken forms."""

import re
from collections.abc import Iterable, Iterator

from chalicelib.mail import headers
from chalicelib.mail.message import Address

_DOMAIN = r"(?:[^\s<>()\[\],;:\"@]{1,255}|\[[0-9A-Fa-f.:IPv]{2,60}\])"
_EMAIL = re.compile(rf"[^\s<>()\[\],;:\"@]{{1,200}}@{_DOMAIN}")
_QUOTED_EMAIL = re.compile(rf"\"(?:\\.|[^\"\\\r\n]){{1,200}}+\"@{_DOMAIN}")
# The quotes are no part of the mailbox where it needs none (RFC 5322 3.4.1).
_NEEDLESS_QUOTES = re.compile(r"\"([\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*)\"", re.ASCII)
_SPACED_AT = re.compile(r"(?<=\S)\s{0,5}@\s{0,5}(?=\S)")
_COMMENT = re.compile(r"\(([^()]*)\)")
_BRACKETED = re.compile(r"<([^<>]*)>")
_GROUP = re.compile(r"\s*(?:\"[^\"]{0,200}\"|[^\"<>@:,;]{1,200}+):(?=[^:]*@)")
# Bounded, and possessive where it can be, so that what is never closed costs the same at each place it is tried.
_TOKEN = re.compile(
    r"=\?[^?\s]{1,60}+\?[bBqQ]\?[^?]{0,500}+\?=|\"(?:\\.|[^\"\\]){0,500}+\"|<[^<>]{0,500}+>|\([^()]{0,500}+\)"
    r"|[^=\"<(,;]++|.",
    re.DOTALL,
)


def find(values: Iterable[str], hint: str = "") -> tuple[Address, ...]:
    """The mailboxes, each once, in order. What holds no address is left out. `hint` as in `headers.text`."""
    found: dict[str, Address] = {}
    for value in values:
        for entry in _entries(headers.FOLD.sub(" ", value)):
            for address in _addresses(entry, hint):
                found.setdefault(address.key, address)
    return tuple(found.values())


def _entries(value: str) -> list[str]:
    """Cuts at commas and semicolons that stand outside of quotes, brackets, comments and encoded words. A comma behind
    what holds no address belongs to an unquoted name: `Kim, Hana <a@b>`."""
    entries: list[list[str]] = [[]]
    holds_address = False
    for piece in _TOKEN.findall(value):
        if piece == ";" or (piece == "," and holds_address):
            entries.append([])
            holds_address = False
        else:
            entries[-1].append(piece)
            holds_address = holds_address or "@" in piece
    return ["".join(pieces).strip(" \t,") for pieces in entries]


def _addresses(entry: str, hint: str) -> Iterator[Address]:
    """`Name <a@b>`, `a@b (Name)`, `"a@b" <a@b>` or bare addresses; of a bracket the last address is the real one."""
    entry = _GROUP.sub("", entry, count=1) if ":" in entry else entry
    bracketed = _BRACKETED.findall(entry)
    place = bracketed[-1] if bracketed else entry
    emails = _emails(place) or _emails(entry) or _emails(_SPACED_AT.sub("@", place))
    if not emails:
        decoded = headers.text(entry, hint)
        yield from _addresses(decoded, hint) if decoded != entry and "@" in decoded else ()
    elif bracketed or "<" in entry:
        yield _address(emails[-1], entry.rpartition("<")[0], hint)
    else:
        name = " ".join(_COMMENT.findall(entry))
        yield from (_address(email, name, hint) for email in emails)


def _emails(text: str) -> list[str]:
    return _QUOTED_EMAIL.findall(text) or _EMAIL.findall(_COMMENT.sub(" ", text))


def _address(email: str, name: str, hint: str) -> Address:
    local, _, domain = headers.text(email.lstrip("'").rstrip(".'"), hint).rpartition("@")
    bare = found[1] if (found := _NEEDLESS_QUOTES.fullmatch(local)) else local
    return Address(f"{bare}@{domain.lower()}", _display_name(name.strip(" <>"), hint))


def _display_name(raw: str, hint: str) -> str:
    """Unquoted before and after decoding, since quotes stand around and inside of encoded words."""
    return _unquoted(headers.text(_unquoted(raw), hint))


def _unquoted(raw: str) -> str:
    stripped = raw.strip()
    if len(stripped) >= 2 and stripped[0] == stripped[-1] and stripped[0] in "\"'":
        return re.sub(r"\\(.)", r"\1", stripped[1:-1])
    return stripped.strip('"') if stripped.count('"') == 1 else stripped
