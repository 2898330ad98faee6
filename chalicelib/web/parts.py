"""Long tickets in parts: a page holds the newest entries that Lambda can hand over, the others are a link away."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chalice.app import Response

from chalicelib.domain.entry import Entry
from chalicelib.domain.errors import NotFound
from chalicelib.web import pages
from chalicelib.web.paths import identifier
from chalicelib.web.visit import Visit

_MOST_ENTRIES = 500
_PLAIN_TEXT = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": pages.NOT_STORED}


@dataclass(frozen=True)
class Part:
    """Consecutive entries, oldest first, and how many are `earlier`; `before` is the id where they end, None at the
    newest."""

    entries: tuple[Entry, ...]
    earlier: int
    before: int | None

    def spans(self, made_id: int) -> bool:
        """Whether what has this id, which tells when it was made, belongs to the time of the part."""
        is_late_enough = not self.earlier or made_id >= self.entries[0].id
        return is_late_enough and (self.before is None or made_id < self.before)


def render(visit: Visit, entries: Iterable[Entry], page: Callable[[Part], Response]) -> Response:
    """The page of as many entries as fit, the newest or those that end at the `before` of the address; at least one,
    since what the table stores as one item always fits."""
    before = _before(visit)
    asked = tuple(entry for entry in entries if before is None or entry.id < before)
    earlier = max(len(asked) - _MOST_ENTRIES, 0)
    response = page(Part(asked[earlier:], earlier, before))
    while len(asked) - earlier > 1 and not pages.fits(response.body):
        earlier = (earlier + len(asked)) // 2
        response = page(Part(asked[earlier:], earlier, before))
    return response


def whole_text(entries: Iterable[Entry], entry_id: str) -> Response:
    """All that somebody wrote, as plain text. Raises NotFound when it is not among these entries."""
    wanted = identifier(entry_id)
    entry = next((entry for entry in entries if entry.id == wanted), None)
    if entry is None:
        raise NotFound("not_found")
    return Response("\n\n".join(filter(None, (entry.text, entry.quoted_text))), dict(_PLAIN_TEXT))


def _before(visit: Visit) -> int | None:
    """What is no id begins at the newest entry, as if nothing had been asked."""
    try:
        return identifier(visit.query("before"))
    except NotFound:
        return None
