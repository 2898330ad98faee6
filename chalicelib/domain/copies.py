"""Who gets a copy of the public replies besides the requester."""

from collections.abc import Callable

from chalicelib.domain.address import sendable_addresses
from chalicelib.domain.errors import InvalidInput

MOST_COPIES = 20
"""With the requester well below the 50 receivers that SES takes for a mail."""


def read_copies(text: str, receives: Callable[[str], bool]) -> tuple[str, ...]:
    """The addresses that somebody typed (see `sendable_addresses`); `receives` knows those at which the desk does.

    Raises InvalidInput("copy_invalid" | "copy_to_ourselves" | "too_many_copies"): a copy to us would come back as mail.
    """
    try:
        copies = sendable_addresses(text)
    except InvalidInput as error:
        raise InvalidInput("copy_invalid", field="cc", **error.params) from None
    ours = next((copy for copy in copies if receives(copy)), None)
    if ours:
        raise InvalidInput("copy_to_ourselves", field="cc", address=ours)
    return limited(copies)


def limited(copies: tuple[str, ...]) -> tuple[str, ...]:
    """The same. Raises InvalidInput("too_many_copies")."""
    if len(copies) > MOST_COPIES:
        raise InvalidInput("too_many_copies", field="cc", limit=MOST_COPIES)
    return copies
