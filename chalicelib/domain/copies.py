"""Who gets a copy of the public replies besides the requester."""

import re
from collections.abc import Collection

from chalicelib.domain.address import sendable_address, without_tag
from chalicelib.domain.errors import InvalidInput

MOST_COPIES = 20
"""With the requester well below the 50 receivers that SES takes for a mail."""
_SEPARATORS = re.compile(r"[,;\s]+")
_NAMED = re.compile(r"(?:\"[^\"]*\"\s*|[^,;<>\"]*)<\s*([^<>\s]+)\s*>")


def read_copies(text: str, own_addresses: Collection[str]) -> tuple[str, ...]:
    """The addresses that somebody typed, apart by commas, each once and in the form of `canonical`; names beside
    them, as address books write them, are left out.

    Raises InvalidInput("copy_invalid" | "copy_to_ourselves" | "too_many_copies"): a copy to us would come back as mail.
    """
    copies = tuple(dict.fromkeys(_read(word) for word in _SEPARATORS.split(_NAMED.sub(r" \1 ", text)) if word))
    ours = next((copy for copy in copies if without_tag(copy) in own_addresses), None)
    if ours:
        raise InvalidInput("copy_to_ourselves", field="cc", address=ours)
    return limited(copies)


def limited(copies: tuple[str, ...]) -> tuple[str, ...]:
    """The same. Raises InvalidInput("too_many_copies")."""
    if len(copies) > MOST_COPIES:
        raise InvalidInput("too_many_copies", field="cc", limit=MOST_COPIES)
    return copies


def _read(word: str) -> str:
    try:
        return sendable_address(word)
    except InvalidInput:
        raise InvalidInput("copy_invalid", field="cc", address=word[:100]) from None
