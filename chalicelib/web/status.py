"""The customer's own page of a ticket, behind a signed link: what was said and promised, nothing internal."""

from dataclasses import replace

from chalice.app import Response

from chalicelib.adapters import tickets
from chalicelib.desk import links
from chalicelib.domain.entry import AuthorKind, Entry, in_order
from chalicelib.domain.sla import Clock, ClockName
from chalicelib.domain.ticket import Ticket
from chalicelib.web import files, pages, parts
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.parts import Part
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)


@routes.public("/status/{token}")
def show(visit: Visit, token: str) -> Response:
    page = tickets.get_page(links.read_status(visit.settings, token))
    values = {
        "ticket": page.ticket,
        "promised": _promised(page.ticket),
        "token": token,
    }

    def of(part: Part) -> Response:
        return pages.render(visit, "public/status.html", {**values, "part": part, "said": in_order(part.entries)})

    return parts.render(visit, _shown(page.entries), of)


@routes.public("/status/{token}/entries/{entry_id}/text")
def show_text(visit: Visit, token: str, entry_id: str) -> Response:
    page = tickets.get_page(links.read_status(visit.settings, token))
    return parts.whole_text(_shown(page.entries), entry_id)


@routes.public("/status/{token}/files/{entry_id}/{index}")
def show_file(visit: Visit, token: str, entry_id: str, index: str) -> Response:
    page = tickets.get_page(links.read_status(visit.settings, token))
    return files.send_to(_shown(page.entries), entry_id, index)


def _promised(ticket: Ticket) -> Clock | None:
    """The clock of the answer that the customer waits for, None when nothing is unanswered."""
    waits = (clock for clock in ticket.clocks if clock.name is not ClockName.RESOLUTION and not clock.is_met)
    return next(waits, None)


def _shown(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Of what an agent wrote by mail, not what it answered: that may be a notice to the agent."""
    shown = (entry for entry in entries if entry.is_shown_to_customer)
    return tuple(replace(entry, quoted_text="") if entry.author.kind is AuthorKind.AGENT else entry for entry in shown)
