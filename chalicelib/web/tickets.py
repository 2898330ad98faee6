"""A ticket in the console: everything about it on one page, and the things that agents do with it."""

from dataclasses import dataclass, replace

from chalice.app import Response

from chalicelib.adapters import customers, inbound_mail, solutions
from chalicelib.adapters import tickets as ticket_store
from chalicelib.adapters.tickets import TicketPage
from chalicelib.desk import feedback, tickets
from chalicelib.desk.macros import apply as use_macro
from chalicelib.desk.macros import list_for as list_macros
from chalicelib.domain import checklist
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.errors import Conflict, DeskError, InvalidInput, NotFound
from chalicelib.domain.outgoing import Outgoing
from chalicelib.domain.ticket import TRANSITIONS, Ticket
from chalicelib.domain.words import Kind, Priority, Status, word_of
from chalicelib.web import clocks, errors, files, forms, macros, mail_view, pages, parts, timeline
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
class ItemDraft:
    """An action item that was typed wrong; `id` 0 for a new one."""

    id: int
    title: str
    owner: str
    due: str


@dataclass(frozen=True)
class Draft:
    """What an agent was writing when something came between; `seen` only when that was another message.

    `cc` None is that of the ticket, `macro` what was prepared with the reply, `is_changed` whether its changes alone
    were just made. `refused_end` is a status that open action items stand against. `is_written_wrong`: the error is
    about what was written, and stands where that is written.
    """

    text: str = ""
    then: str = ""
    cc: str | None = None
    had_files: bool = False
    macro: str = ""
    is_changed: bool = False
    note: str = ""
    due: str = ""
    due_reason: str = ""
    error: DeskError | None = None
    seen: int | None = None
    is_written_wrong: bool = False
    refused_end: str = ""
    item: ItemDraft | None = None


@routes.agents(_PAGE, Right.WORK_ON_TICKETS)
def show(visit: Visit, number: str) -> Response:
    return page_of(visit, identifier(number), Draft())


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
    """Sends, or with another button puts a solution or a macro into the draft."""
    form, at = forms.read(visit.request), identifier(number)
    draft = Draft(form.fields.get("text", ""), form.text("then"), form.fields.get("cc"), bool(form.uploads))
    draft = replace(draft, macro=form.text("macro"))
    try:
        form.check(("text", "seen", "then", "cc", "files", "solution", "canned", "macro", "action", "despite_items"))
        match form.text("action"):
            case "insert":
                return page_of(visit, at, replace(draft, text=_with_solution(draft.text, form, visit.agent)))
            case "prepare":
                text, macro = macros.chosen_into(draft.text, draft.macro, form, visit, at)
                return page_of(visit, at, replace(draft, text=text, macro=macro))
            case "drop":
                return page_of(visit, at, replace(draft, macro=""))
            case "apply":
                return _change(visit, at, form, draft)
        _send(visit, at, form, draft)
    except (InvalidInput, Conflict) as error:
        overtaken = form.number("seen") if error.code == "stale_reply" else None
        return page_of(visit, at, replace(draft, error=error, seen=overtaken, is_written_wrong=True))
    return pages.redirect(visit, _path(at), "replied")


@routes.agents(f"{_PAGE}/note", Right.WORK_ON_TICKETS, "POST")
def add_note(visit: Visit, number: str) -> Response:
    form, at = forms.read(visit.request), identifier(number)
    try:
        form.check(("text",))
        tickets.add_note(at, form.fields.get("text", ""), visit.agent, visit.now)
    except (InvalidInput, Conflict) as error:
        return page_of(visit, at, Draft(note=form.fields.get("text", ""), error=error, is_written_wrong=True))
    return pages.redirect(visit, _path(at), "noted")


@routes.agents(f"{_PAGE}/entries/{{entry_id}}/accept", Right.CHANGE_PROPERTIES, "POST")
def accept_message(visit: Visit, number: str, entry_id: str) -> Response:
    at = identifier(number)
    forms.read(visit.request).check(())
    try:
        tickets.accept_message(at, identifier(entry_id), visit.agent, visit.now)
    except (InvalidInput, Conflict) as error:
        return page_of(visit, at, Draft(error=error))
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
    uploads, seen, as_it_is = tuple(form.uploads), form.number("seen"), form.text("action") == "send_as_it_is"
    written = (number, draft.text, visit.agent, seen, visit.now)
    chosen, despite = macros.chosen_by(draft.macro), bool(form.text("despite_items"))
    if chosen is None:
        tickets.reply(*written, then, uploads=uploads, cc=draft.cc, as_it_is=as_it_is, despite_items=despite)
        return
    say = tickets.replying(*written, uploads=uploads, cc=draft.cc, as_it_is=as_it_is)
    use_macro(number, chosen, visit.agent, seen, visit.now, then, say=say, despite_items=despite)


def _change(visit: Visit, number: int, form: forms.Form, draft: Draft) -> Response:
    """What the macro changes without a reply; what was written for one stays."""
    chosen, then = macros.chosen_by(draft.macro), _wanted_status(draft.then, visit.agent)
    if chosen is None:
        raise InvalidInput("form_unreadable")
    despite = bool(form.text("despite_items"))
    use_macro(number, chosen, visit.agent, form.number("seen"), visit.now, then, despite_items=despite)
    if draft.text.strip():
        return page_of(visit, number, replace(draft, macro="", then="", is_changed=True))
    return pages.redirect(visit, _path(number), "macro_applied")


@routes.agents(f"{_PAGE}/mails/{{outgoing_id}}/again", Right.WORK_ON_TICKETS, "POST")
def send_again(visit: Visit, number: str, outgoing_id: str) -> Response:
    at = identifier(number)
    forms.read(visit.request).check(())
    feedback.send_again(at, identifier(outgoing_id), visit.agent, visit.now)
    return pages.redirect(visit, _path(at), "sent_again")


def page_of(visit: Visit, number: int, draft: Draft) -> Response:
    """With what an agent was writing, or what was refused elsewhere on the page."""
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
        "owners": [one for one in visit.settings.active_agents() if ticket.is_visible_to(one)],
        "checklists": checklist.offered(ticket, visit.settings),
        "away": {agent for agent in visit.settings.agents if visit.settings.is_away(agent, visit.now)},
        "teams": visit.settings.teams,
        "priorities": tuple(Priority),
        "kinds": tuple(Kind),
        "limits": {"files": forms.MOST_FILES, "size": forms.LARGEST_FILES},
        "statuses": _statuses(ticket),
        "next_statuses": tuple(status for status in _SET_AFTER_SENDING if status is not ticket.status),
        "solutions": solutions.list_public(),
        "macros": list_macros(ticket, visit.agent),
        **macros.shown(visit, macros.find_prepared(visit, ticket, draft.macro)),
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
    return macros.below(text, readable(form.number("solution"), agent).body.strip())


def _wanted_status(word: str, agent: Agent) -> Status | None:
    """The status to set with a reply. Raises NotAllowed."""
    if not word:
        return None
    agent.require(Right.CHANGE_PROPERTIES)
    return word_of(Status, word)


def _path(number: int) -> str:
    return f"/agent/tickets/{number}"
