"""Values in paths: what is not of the right form names nothing."""

from chalicelib.domain.errors import NotFound

_LONGEST = 16  # digits of 2^53


def identifier(text: str) -> int:
    """A ticket's number, or the id of something else. Raises NotFound."""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST):
        raise NotFound("not_found")
    return int(text)
