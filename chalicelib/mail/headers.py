"""Header fields to values: RFC 2047 words, RFC 2231 parameters, addresses, dates, in whatever form they come."""

import base64
import binascii
import quopri
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from itertools import groupby

from chalicelib.mail.charsets import decode
from chalicelib.mail.message import Address

_LONGEST_VALUE = 50_000
_WORD_OPENING = r"=\?\s?([^?\s]{1,60})\s?\?\s?([bBqQ])\s?\?"
_NEXT_WORD = r"=\?[^?\s]{1,60}\?[bBqQ]\?"
_ENCODED_WORD = re.compile(rf"{_WORD_OPENING}((?:(?!{_NEXT_WORD}).)*?)(?:\?=|$|(?={_NEXT_WORD}))", re.DOTALL)
_ENCODED_TWICE = re.compile(rf"\s*(?:{_NEXT_WORD}[^?]*\?=\s*)+")
_SHIFT = re.compile(r"[\x0e\x1b]")
_FOLD = re.compile(r"\r?\n[ \t]?|[\r\n]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]")
_BLANKS = re.compile(r"\s+")
_EMAIL = re.compile(r"[^\s<>()\[\],;:\"@]{1,200}@[^\s<>()\[\],;:\"@]{1,255}")
_QUOTED_EMAIL = re.compile(r"\"[^\"\r\n]{1,200}\"@[^\s<>()\[\],;:\"@]{1,255}")
_COMMENT = re.compile(r"\(([^()]*)\)")
# Bounded, and possessive where it can be, so that what is never closed costs the same at each place it is tried.
_ADDRESS_TOKEN = re.compile(
    r"=\?[^?\s]{1,60}+\?[bBqQ]\?[^?]{0,500}+\?=|\"(?:\\.|[^\"\\]){0,500}+\"|<[^<>]{0,500}+>|\([^()]{0,500}+\)"
    r"|[^=\"<(,;]++|.",
    re.DOTALL,
)


def all_values(message: Message, name: str) -> list[str]:
    """The raw values of a field in their order, bytes beyond ASCII as surrogates (`get_all` would replace them).

    Nothing sane is as long as the limit, and what is longer would only keep the parsers below busy.
    """
    return [str(value)[:_LONGEST_VALUE] for key, value in message.raw_items() if key.lower() == name.lower()]


def first_value(message: Message, name: str) -> str:
    """The topmost field of the name: nearer servers write above, so what the sender forged comes later."""
    return next(iter(all_values(message, name)), "")


def text(raw: str, hint: str = "") -> str:
    """A field as a reader sees it, on one line. `hint`: the charset of bytes that stand there unencoded."""
    decoded = "".join(_runs(_FOLD.sub(" ", raw), hint))
    if _ENCODED_TWICE.fullmatch(decoded):
        decoded = "".join(_runs(decoded, hint))
    return _BLANKS.sub(" ", _CONTROL.sub("", decoded)).strip()


def _runs(raw: str, hint: str) -> Iterator[str]:
    """Encoded words and what stands between them; neighbours of one charset are joined before they are decoded, for
    many mailers cut a character in two."""
    position = 0
    words: list[tuple[str, str, str]] = []
    for match in _ENCODED_WORD.finditer(raw):
        between = raw[position : match.start()]
        if between.strip():
            yield from _decoded_words(words, hint)
            yield plain(between, hint)
            words = []
        elif between and not words:
            yield between
        words.append((match[1].lower().partition("*")[0], match[2].lower(), match[3]))
        position = match.end()
    yield from _decoded_words(words, hint)
    yield plain(raw[position:], hint)


def _decoded_words(words: list[tuple[str, str, str]], hint: str) -> Iterator[str]:
    """Of base64 that is cut between two words, and of words that lack their padding, the reading that loses less."""
    for charset, same in groupby(words, key=lambda word: word[0]):
        neighbours = list(same)
        whole = decode(b"".join(_payloads(neighbours, joins_base64=False)), charset, hint)
        if (whole.is_damaged or whole.is_guess) and len(neighbours) > 1:
            joined = decode(b"".join(_payloads(neighbours, joins_base64=True)), charset, hint)
            whole = whole if joined.is_damaged or joined.is_guess else joined
        yield whole.text


def _payloads(words: Iterable[tuple[str, str, str]], *, joins_base64: bool) -> Iterator[bytes]:
    for encoding, same in groupby(words, key=lambda word: word[1]):
        contents = [_bytes(content) for _, _, content in same]
        if encoding == "q":
            yield from (quopri.decodestring(content, header=True) for content in contents)
        elif joins_base64:
            yield _from_base64(b"".join(contents))
        else:
            yield from map(_from_base64, contents)


def _from_base64(content: bytes) -> bytes:
    """Lenient: what is not base64 is left out, missing padding is added."""
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    try:
        return base64.b64decode(letters + b"=" * (-len(letters) % 4))
    except binascii.Error:
        return content


def plain(raw: str, hint: str) -> str:
    """What stands unencoded, which should be ASCII, and is when it shifts to no other set by control characters."""
    return raw if raw.isascii() and not _SHIFT.search(raw) else decode(_bytes(raw), "", hint).text


def _bytes(raw: str) -> bytes:
    return raw.encode("utf-8", "surrogateescape")


def addresses(values: Iterable[str], hint: str = "") -> tuple[Address, ...]:
    """The mailboxes of address fields, each once, in order. What holds no address is left out."""
    found: dict[str, Address] = {}
    for value in values:
        for entry in _entries(_FOLD.sub(" ", value)):
            address = _address(entry, hint)
            if address:
                found.setdefault(address.key, address)
    return tuple(found.values())


def _entries(value: str) -> list[str]:
    """Cuts at commas and semicolons that stand outside of quotes, brackets, comments and encoded words."""
    entries: list[list[str]] = [[]]
    for token in _ADDRESS_TOKEN.findall(value):
        if token in {",", ";"}:
            entries.append([])
        else:
            entries[-1].append(token)
    return ["".join(tokens) for tokens in entries]


def _address(entry: str, hint: str) -> Address | None:
    """One mailbox: `Name <a@b>`, `a@b (Name)`, `"a@b" <a@b>` or a bare address; the last address is the real one."""
    bracketed = re.findall(r"<([^<>]*)>", entry)
    place = bracketed[-1] if bracketed else entry
    found = _QUOTED_EMAIL.findall(place) or _EMAIL.findall(place) or _EMAIL.findall(entry)
    if not found:
        return None
    email = found[-1].strip(".'")
    name = entry.rpartition("<")[0] if bracketed else " ".join(_COMMENT.findall(entry))
    return Address(_with_lower_domain(text(email, hint)), _display_name(name, hint))


def _with_lower_domain(email: str) -> str:
    local, _, domain = email.rpartition("@")
    return f"{local}@{domain.lower()}"


def _display_name(raw: str, hint: str) -> str:
    """Unquoted before and after decoding, since quotes stand around and inside of encoded words."""
    return _unquoted(text(_unquoted(raw), hint))


def _unquoted(raw: str) -> str:
    stripped = raw.strip()
    if len(stripped) >= 2 and stripped[0] == stripped[-1] and stripped[0] in "\"'":
        stripped = re.sub(r"\\(.)", r"\1", stripped[1:-1])
    return stripped


def date(raw: str) -> datetime | None:
    """The instant in UTC; a date without zone is taken as UTC; None when it can't be understood."""
    try:
        at = parsedate_to_datetime(_FOLD.sub(" ", raw))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, LookupError, OverflowError):
        return None
