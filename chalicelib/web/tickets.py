"""A ticket in the console: everything about it on one page, and the things that agents do with it."""

from dataclasses import dataclass, replace

from chalice.app import Response

from chalicelib.adapters import customers, inbound_mail, solutions
from chalicelib.adapters import tickets as ticket_store
from chalicelib.adapters.tickets import TicketPage
from chalicelib.desk import feedback, tickets
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.errors import Conflict, DeskError, InvalidInput, NotFound
from chalicelib.domain.outgoing import Outgoing
from chalicelib.domain.ticket import TRANSITIONS, Ticket
from chalicelib.domain.words import Kind, Priority, Status
from chalicelib.web import clocks, errors, files, forms, mail_view, pages, parts, timeline
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.parts import Part
from chalicelib.web.paths import identifier
from chalicelib.web.shown import Shown
from chalicelib.web.solutions import readable
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_PAGE = "/agent/tickets/{number}"
_ENTRY = f"{_PAGE}/entries/{{entry_id}}"
_SET_AFTER_SENDING = (Status.PENDING, Status.ON_HOLD, Status.RESOLVED)


@dataclass(frozen=True)
class Draft:
    """What an agent was writing when something came between; `seen` only when that was another message.

    `cc` None is that of the ticket. `is_written_wrong`: the error is about what was written, and stands where that is
    written.
    """

    text: str = ""
    then: str = ""
    cc: str | None = None
    had_files: bool = False
    note: str = ""
    due: str = ""
    due_reason: str = ""
    error: DeskError | None = None
    seen: int | None = None
    is_written_wrong: bool = False


@routes.agents(_PAGE, Right.WORK_ON_TICKETS)
def show(visit: Visit, number: str) -> Response:
    return _page(visit, identifier(number), Draft())


@routes.agents(f"{_PAGE}/files/{{entry_id}}/{{index}}", Right.WORK_ON_TICKETS)
def show_file(visit: Visit, number: str, entry_id: str, index: str) -> Response:
    return files.send_to(_visible_page(visit, identifier(number)).entries, entry_id, index)


@routes.agents(f"{_ENTRY}/text", Right.WORK_ON_TICKETS)
def show_text(visit: Visit, number: str, entry_id: str) -> Response:
    return parts.whole_text(_visible_page(visit, identifier(number)).entries, entry_id)


@routes.agents(f"{_ENTRY}/designed", Right.WORK_ON_TICKETS)
def show_designed(visit: Visit, number: str, entry_id: str) -> Response:
    raw = inbound_mail.read_raw(_mail_key(visit, number, entry_id))
    return mail_view.page(visit, raw, f"{_path(identifier(number))}/entries/{identifier(entry_id)}/mail")


@routes.agents(f"{_ENTRY}/mail", Right.WORK_ON_TICKETS)
def show_mail(visit: Visit, number: str, entry_id: str) -> Response:
    return mail_view.document(visit, inbound_mail.read_raw(_mail_key(visit, number, entry_id)))


@routes.agents(f"{_ENTRY}/source", Right.WORK_ON_TICKETS)
def show_source(visit: Visit, number: str, entry_id: str) -> Response:
    return mail_view.source(visit, inbound_mail.read_raw(_mail_key(visit, number, entry_id)))


@routes.agents(f"{_ENTRY}/original.eml", Right.WORK_ON_TICKETS)
def send_original(visit: Visit, number: str, entry_id: str) -> Response:
    key = _mail_key(visit, number, entry_id)
    return files.send_mail(key, f"{identifier(number)}-{identifier(entry_id)}.eml")


@routes.agents(f"{_PAGE}/reply", Right.WORK_ON_TICKETS, "POST")
def reply(visit: Visit, number: str) -> Response:
    """Sends, or with the other button puts a solution into the draft."""
    form, at = forms.read(visit.request), identifier(number)
    draft = Draft(form.fields.get("text", ""), form.text("then"), form.fields.get("cc"), bool(form.uploads))
    try:
        form.check(("text", "seen", "then", "cc", "files", "solution", "action"))
        if form.text("action") == "insert":
            return _page(visit, at, replace(draft, text=_with_solution(draft.text, form, visit.agent)))
        _send(visit, at, form, draft)
    except (InvalidInput, Conflict) as error:
        overtaken = form.number("seen") if error.code == "stale_reply" else None
        return _page(visit, at, replace(draft, error=error, seen=overtaken, is_written_wrong=True))
    return pages.redirect(visit, _path(at), "replied")


@routes.agents(f"{_PAGE}/note", Right.WORK_ON_TICKETS, "POST")
def add_note(visit: Visit, number: str) -> Response:
    form, at = forms.read(visit.request), identifier(number)
    try:
        form.check(("text",))
        tickets.add_note(at, form.fields.get("text", ""), visit.agent, visit.now)
    except (InvalidInput, Conflict) as error:
        return _page(visit, at, Draft(note=form.fields.get("text", ""), error=error, is_written_wrong=True))
    return pages.redirect(visit, _path(at), "noted")


@routes.agents(f"{_PAGE}/assign", Right.CHANGE_PROPERTIES, "POST")
def assign(visit: Visit, number: str) -> Response:
    form, at = forms.read(visit.request), identifier(number)
    try:
        form.check(("assignee", "was"))
        tickets.assign(at, form.number("assignee"), visit.agent, visit.now)
    except (InvalidInput, Conflict) as error:
        return _page(visit, at, Draft(error=error))
    return pages.redirect(visit, _path(at), f"assigned:{form.text('was')}")


@routes.agents(f"{_PAGE}/team", Right.CHANGE_PROPERTIES, "POST")
def hand_to_team(visit: Visit, number: str) -> Response:
    form, at = forms.read(visit.request), identifier(number)
    try:
        form.check(("team", "was"))
        tickets.hand_to_team(at, form.number("team"), visit.agent, visit.now)
    except (InvalidInput, Conflict) as error:
        return _page(visit, at, Draft(error=error))
    return pages.redirect(visit, _path(at), f"team_set:{form.text('was')}")


@routes.agents(f"{_PAGE}/status", Right.CHANGE_PROPERTIES, "POST")
def set_status(visit: Visit, number: str) -> Response:
    form, at = forms.read(visit.request), identifier(number)
    try:
        form.check(("status", "was"))
        wanted = _status(form.text("status"))
        tickets.set_status(at, wanted, visit.agent, visit.now)
    except (InvalidInput, Conflict) as error:
        return _page(visit, at, Draft(error=error))
    before = form.text("was")
    return pages.redirect(visit, _path(at), f"status_set:{before if before in TRANSITIONS[wanted] else ''}")


@routes.agents(f"{_PAGE}/priority", Right.CHANGE_PROPERTIES, "POST")
def set_priority(visit: Visit, number: str) -> Response:
    form, at = forms.read(visit.request), identifier(number)
    try:
        form.check(("priority", "was"))
        tickets.set_priority(at, _priority(form.text("priority")), visit.agent, visit.now)
    except (InvalidInput, Conflict) as error:
        return _page(visit, at, Draft(error=error))
    return pages.redirect(visit, _path(at), f"priority_set:{form.text('was')}")


@routes.agents(f"{_PAGE}/kind", Right.CHANGE_PROPERTIES, "POST")
def set_kind(visit: Visit, number: str) -> Response:
    form, at = forms.read(visit.request), identifier(number)
    try:
        form.check(("kind", "was"))
        tickets.set_kind(at, _kind(form.text("kind")), visit.agent, visit.now)
    except (InvalidInput, Conflict) as error:
        return _page(visit, at, Draft(error=error))
    return pages.redirect(visit, _path(at), f"kind_set:{form.text('was')}")


@routes.agents(f"{_PAGE}/due", Right.CHANGE_PROPERTIES, "POST")
def pin_due(visit: Visit, number: str) -> Response:
    form, at = forms.read(visit.request), identifier(number)
    draft = Draft(due=form.text("due_at"), due_reason=form.text("reason"))
    try:
        form.check(("due_at", "reason"))
        due_at = clocks.read_due(draft.due, visit.settings.time_zone)
        tickets.pin_due(at, due_at, draft.due_reason, visit.agent, visit.now)
    except (InvalidInput, Conflict) as error:
        return _page(visit, at, replace(draft, error=error))
    return pages.redirect(visit, _path(at), "due_set")


@routes.agents(f"{_PAGE}/due/clear", Right.CHANGE_PROPERTIES, "POST")
def clear_due(visit: Visit, number: str) -> Response:
    at = identifier(number)
    forms.read(visit.request).check(())
    tickets.pin_due(at, None, "", visit.agent, visit.now)
    return pages.redirect(visit, _path(at), "due_cleared")


@routes.agents(f"{_PAGE}/entries/{{entry_id}}/accept", Right.CHANGE_PROPERTIES, "POST")
def accept_message(visit: Visit, number: str, entry_id: str) -> Response:
    at = identifier(number)
    forms.read(visit.request).check(())
    try:
        tickets.accept_message(at, identifier(entry_id), visit.agent, visit.now)
    except (InvalidInput, Conflict) as error:
        return _page(visit, at, Draft(error=error))
    return pages.redirect(visit, _path(at), "accepted")


@routes.agents(f"{_PAGE}/entries/{{entry_id}}/requester", Right.CHANGE_PROPERTIES, "POST")
def settle_requester(visit: Visit, number: str, entry_id: str) -> Response:
    form, at = forms.read(visit.request), identifier(number)
    form.check(("requester",))
    if form.text("requester") not in ("author", "agent"):
        raise InvalidInput("form_unreadable")
    is_author = form.text("requester") == "author"
    tickets.settle_requester(at, identifier(entry_id), visit.agent, visit.now, is_author=is_author)
    return pages.redirect(visit, _path(at), "requester_set" if is_author else "requester_kept")


@routes.agents(f"{_PAGE}/address", Right.CHANGE_PROPERTIES, "POST")
def clear_address(visit: Visit, number: str) -> Response:
    form, at = forms.read(visit.request), identifier(number)
    form.check(("address",))
    feedback.clear_flag(at, form.text("address"), visit.agent, visit.now)
    return pages.redirect(visit, _path(at), "address_cleared")


def _send(visit: Visit, number: int, form: forms.Form, draft: Draft) -> None:
    form.check_files()
    then = _wanted_status(draft.then, visit.agent)
    uploads, seen = tuple(form.uploads), form.number("seen")
    tickets.reply(number, draft.text, visit.agent, seen, visit.now, then, uploads=uploads, cc=draft.cc)


@routes.agents(f"{_PAGE}/mails/{{outgoing_id}}/again", Right.WORK_ON_TICKETS, "POST")
def send_again(visit: Visit, number: str, outgoing_id: str) -> Response:
    at = identifier(number)
    forms.read(visit.request).check(())
    feedback.send_again(at, identifier(outgoing_id), visit.agent, visit.now)
    return pages.redirect(visit, _path(at), "sent_again")


def _page(visit: Visit, number: int, draft: Draft) -> Response:
    page = _visible_page(visit, number)
    ticket = page.ticket
    panel = customers.get_panel(ticket.customer_id)
    values = {
        "ticket": ticket,
        "copies": tuple(address for address in ticket.cc if not visit.settings.receives(address)),
        "survey": page.survey,
        "customer": panel.customer,
        "flag": panel.flag,
        "waits_for_requester": any(entry.forwarded_from for entry in page.entries),
        "other_tickets": tuple(
            other for other in panel.tickets if other.number != number and other.is_visible_to(visit.agent)
        ),
        "agents": visit.settings.agents,
        "assignable": visit.settings.active_agents(),
        "away": {agent for agent in visit.settings.agents if visit.settings.is_away(agent, visit.now)},
        "teams": visit.settings.teams,
        "priorities": tuple(Priority),
        "kinds": tuple(Kind),
        "limits": {"files": forms.MOST_FILES, "size": forms.LARGEST_FILES},
        "statuses": _statuses(ticket),
        "next_statuses": tuple(status for status in _SET_AFTER_SENDING if status is not ticket.status),
        "solutions": solutions.list_public(),
        "may_change": visit.agent.may(Right.CHANGE_PROPERTIES),
        "draft": draft,
        **clocks.of(ticket, visit.settings, Shown(visit.language, visit.settings.time_zone, visit.now)),
    }

    def of(part: Part) -> Response:
        return errors.render(visit, "agent/ticket.html", values | _said(part, page.outgoing, draft.seen), draft.error)

    return parts.render(visit, page.entries, of)


def _said(part: Part, outgoing: tuple[Outgoing, ...], seen: int | None) -> dict[str, object]:
    return {
        "part": part,
        "pieces": timeline.of(part.entries, outgoing, seen),
        "history": timeline.history(part.entries),
        "notices": tuple(mail for mail in timeline.notices(outgoing) if part.spans(mail.id)),
    }


def _visible_page(visit: Visit, number: int) -> TicketPage:
    """Raises NotFound for a ticket that this agent may not see, as for one that is not there."""
    page = ticket_store.get_page(number)
    if not page.ticket.is_visible_to(visit.agent):
        raise NotFound("ticket_not_found", number=number)
    return page


def _mail_key(visit: Visit, number: str, entry_id: str) -> str:
    """Of the mail behind an entry. Raises NotFound when this agent may not see it or it was none."""
    wanted = identifier(entry_id)
    entries = _visible_page(visit, identifier(number)).entries
    key = next((entry.raw_key for entry in entries if entry.id == wanted), "")
    if not key:
        raise NotFound("mail_not_found")
    return key


def _statuses(ticket: Ticket) -> tuple[Status, ...]:
    """Where the ticket stands and where it can go from there, in the order of the words."""
    return tuple(status for status in Status if status is ticket.status or status in TRANSITIONS[ticket.status])


def _with_solution(text: str, form: forms.Form, agent: Agent) -> str:
    if not form.text("solution"):
        return text
    body = readable(form.number("solution"), agent).body.strip()
    return f"{text.rstrip()}\n\n{body}\n" if text.strip() else f"{body}\n"


def _wanted_status(word: str, agent: Agent) -> Status | None:
    """The status to set with a reply. Raises NotAllowed."""
    if not word:
        return None
    agent.require(Right.CHANGE_PROPERTIES)
    return _status(word)


def _status(word: str) -> Status:
    if word not in tuple(Status):
        raise InvalidInput("form_unreadable")
    return Status(word)


def _priority(word: str) -> Priority:
    if word not in tuple(Priority):
        raise InvalidInput("form_unreadable")
    return Priority(word)


def _kind(word: str) -> Kind | None:
    if word != "none" and word not in tuple(Kind):
        raise InvalidInput("form_unreadable")
    return None if word == "none" else Kind(word)


def _path(number: int) -> str:
    return f"/agent/tickets/{number}"
