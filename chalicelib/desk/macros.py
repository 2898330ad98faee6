"""Keeping macros, and using them: what one would do is shown first, and done in one step when an agent says so."""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.adapters import macros as store
from chalicelib.adapters import settings as settings_store
from chalicelib.desk import replies
from chalicelib.desk.changes import Decide, new_ids
from chalicelib.desk.tickets import work_on
from chalicelib.domain import variables
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.change import Change
from chalicelib.domain.entry import FieldChange
from chalicelib.domain.errors import Conflict, DeskError, InvalidInput, NotAllowed, NotFound
from chalicelib.domain.macro import Macro
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Ids, Ticket
from chalicelib.domain.words import Status

_PROPERTIES = ("status", "priority", "kind", "team", "assignee")


@dataclass(frozen=True)
class Chosen:
    """A macro as an agent saw it when they chose it."""

    id: int
    version: int


@dataclass(frozen=True)
class Prepared:
    """What a macro would do on a ticket as it is now. `open` are the variables and blanks that somebody must still fill
    in; `problem` is why it can't be done, and then it changes nothing."""

    macro: Macro
    text: str
    note: str
    changes: tuple[FieldChange, ...]
    open: tuple[str, ...]
    problem: DeskError | None = None


def save(wanted: Macro, by: Agent, now: datetime) -> Macro:
    """A new macro (of id 0) or a changed one, at the version that the agent saw. Saving the same twice is harmless, and
    brings back what was deleted.

    Raises InvalidInput, NotFound, NotAllowed, StaleVersion.
    """
    checked = wanted.checked(settings_store.get(is_fresh=True))
    if wanted.id == 0:
        checked = replace(checked, id=next(new_ids(now)), owner=by.id)
        _require_change(checked, by)
        store.save(checked)
        return checked
    known = _kept(wanted.id, by)
    checked = replace(checked, owner=known.owner, deleted_at=None)
    _require_change(checked, by)
    if replace(checked, version=known.version) != known:
        store.save(checked)
    return checked


def delete(macro_id: int, by: Agent, now: datetime) -> None:
    """It can be brought back for a while. Harmless when repeated. Raises NotFound, NotAllowed, StaleVersion."""
    known = _kept(macro_id, by)
    if known.deleted_at is None:
        store.save(replace(known, deleted_at=now))


def restore(macro_id: int, by: Agent) -> None:
    """As it was before it was deleted. Harmless when repeated. Raises NotFound, NotAllowed, StaleVersion."""
    known = _kept(macro_id, by)
    if known.deleted_at is not None:
        store.save(replace(known, deleted_at=None))


def list_for(ticket: Ticket, by: Agent) -> tuple[Macro, ...]:
    """What an agent may use on a ticket, most used first; one request at most."""
    return tuple(listed.macro for listed in store.list_for(by) if listed.macro.is_for(ticket, by))


def find(chosen: Chosen, by: Agent) -> Macro:
    """The macro as it was seen; this container may know an older one, or none yet.

    Raises Conflict("macro_changed" | "macro_gone").
    """
    for is_fresh in (False, True):
        known = next((one.macro for one in store.list_for(by, is_fresh=is_fresh) if one.macro.id == chosen.id), None)
        if known and known.version == chosen.version:
            return known
    if known:
        raise Conflict("macro_changed", name=known.name)
    raise Conflict("macro_gone")


def prepare(macro: Macro, ticket: Ticket, by: Agent, settings: Settings, now: datetime) -> Prepared:
    """Nothing is saved."""
    values = replies.values_of(ticket, by, settings, now)
    changes: tuple[FieldChange, ...] = ()
    problem: DeskError | None = None
    try:
        changed = replace(macro, note="").after(Change(ticket, ticket), by, settings, now, new_ids(now))
        changes = tuple(one for entry in changed.entries for one in entry.changes if one.field in _PROPERTIES)
    except (Conflict, InvalidInput) as error:
        problem = error
    text, note = (variables.fill(words, values) for words in (macro.text, macro.note))
    return Prepared(macro, text, note, changes, variables.open_in(macro.text, values), problem)


def apply(
    number: int,
    chosen: Chosen,
    by: Agent,
    seen: int,
    now: datetime,
    then: Status | None = None,
    *,
    say: Decide | None = None,
    despite_items: bool = False,
) -> None:
    """All that the macro changes, and the reply that the agent made of its words where `say` is one (see
    `tickets.replying`): one saved change, one event, and counted. `then` is a status chosen instead of the macro's.

    Like a reply it is not done on a view that was overtaken (rule 21), so that nothing is noted twice.
    Raises InvalidInput, Conflict, NotFound, NotAllowed.
    """
    macro = find(chosen, by)
    macro = replace(macro, status=then or macro.status)

    def decide(ticket: Ticket, settings: Settings, ids: Ids) -> Change:
        if not macro.is_for(ticket, by):
            raise Conflict("macro_gone")
        said = say(ticket, settings, ids) if say else _unsaid(ticket, seen)
        note = variables.fill(macro.note, replies.values_of(ticket, by, settings, now))
        return replace(macro, note=note).after(said, by, settings, now, ids, despite_items=despite_items)

    work_on(number, by, decide, now, macro.right, lambda also: store.count_use(also, macro.id, by.id, now))


def _unsaid(ticket: Ticket, seen: int) -> Change:
    if seen < ticket.last_entry:
        raise Conflict("stale_reply", number=ticket.number)
    return Change(ticket, ticket)


def _kept(macro_id: int, by: Agent) -> Macro:
    """Raises NotFound, also for what is nobody's business but another agent's, and NotAllowed."""
    known = store.get(macro_id)
    if not replace(known, deleted_at=None).is_seen_by(by):
        raise NotFound("macro_not_found")
    _require_change(known, by)
    return known


def _require_change(macro: Macro, by: Agent) -> None:
    if not macro.may_be_changed_by(by):
        raise NotAllowed("not_allowed", right=Right.SHARE_MACROS)
