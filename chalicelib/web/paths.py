"""Values in paths: what is not of the right form names nothing."""

from chalicelib.domain.errors import NotFound
from chalicelib.web.visit import Visit

_LONGEST = 16  # digits of 2^53
_LONGEST_CURSOR = 3_000  # in base64, the longest key of S3 among its parts


def identifier(text: str) -> int:
    """A ticket's number, or the id of something else. Raises NotFound."""
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST):
        raise NotFound("not_found")
    return int(text)


def cursor_of(visit: Visit, name: str) -> str | None:
    """A place in a list, from the query. One longer than ours ever are starts at the beginning, before anybody tries to
    read it."""
    after = visit.query(name)
    return after if 0 < len(after) <= _LONGEST_CURSOR else None
