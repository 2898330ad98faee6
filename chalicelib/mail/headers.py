"""Header fields to values: RFC 2047 words and dates, in whatever form they come."""

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

_LONGEST_VALUE = 50_000
_WORD_OPENING = r"=\?\s?([^?\s]{1,60})\s?\?\s?([bBqQ])\s?\?"
_NEXT_WORD = r"=\?[^?\s]{1,60}\?[bBqQ]\?"
_ENCODED_WORD = re.compile(rf"{_WORD_OPENING}((?:(?!{_NEXT_WORD}).)*?)(?:\?=|$|(?={_NEXT_WORD}))", re.DOTALL)
_ENCODED_TWICE = re.compile(rf"\s*(?:{_NEXT_WORD}[^?]*\?=\s*)+")
_SHIFT = re.compile(r"[\x0e\x1b]")
FOLD = re.compile(r"\r?\n[ \t]?|[\r\n]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]")
_BLANKS = re.compile(r"\s+")


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
    decoded = "".join(_runs(FOLD.sub(" ", raw), hint))
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


def date(raw: str) -> datetime | None:
    """The instant in UTC; a date without zone is taken as UTC; None when it can't be understood."""
    try:
        at = parsedate_to_datetime(FOLD.sub(" ", raw))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, LookupError, OverflowError):
        return None
