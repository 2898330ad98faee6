"""What people do with tickets: reply, note, assign, move. One function a thing.

Those that set a property return the change as it was saved, an empty one where nothing was different.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.adapters import counts, customers, files
from chalicelib.adapters import settings as settings_store
from chalicelib.adapters import tickets as tickets_store
from chalicelib.adapters.transaction import Transaction
from chalicelib.desk import replies
from chalicelib.desk.changes import Beside, Decide, change_ticket, new_ids, save, until_saved
from chalicelib.domain import participants, requester, variables
from chalicelib.domain.address import in_unicode
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.change import Change
from chalicelib.domain.copies import read_copies
from chalicelib.domain.customer import Customer
from chalicelib.domain.entry import Attachment, Entry, Mailbox
from chalicelib.domain.errors import InvalidInput, NotFound
from chalicelib.domain.settings import Settings
from chalicelib.domain.texts import checked_text
from chalicelib.domain.ticket import Ids, Ticket
from chalicelib.domain.words import Kind, Priority, Status
from chalicelib.mail import forwards


@dataclass(frozen=True)
class Upload:
    """A file to be kept; with a `content_id` it is shown inside the HTML of its mail."""

    filename: str
    content_type: str
    content: bytes
    content_id: str = ""


def reply(
    number: int,
    text: str,
    by: Agent,
    seen: int,
    now: datetime,
    then: Status | None = None,
    *,
    uploads: tuple[Upload, ...] = (),
    cc: str | None = None,
    as_it_is: bool = False,
    despite_items: bool = False,
) -> None:
    """A public reply, and a new status in one step; one request more for each file. Parameters as in `replying`.

    Raises InvalidInput, Conflict, NotFound, NotAllowed.
    """
    right = Right.WORK_ON_TICKETS if then is None else Right.CHANGE_PROPERTIES
    by.require(right)
    say = replying(number, text, by, seen, now, uploads=uploads, cc=cc, as_it_is=as_it_is)

    def decide(ticket: Ticket, settings: Settings, ids: Ids) -> Change:
        change = say(ticket, settings, ids)
        if then is None:
            return change
        return change.then(change.after.set_status(then, by, settings, now, ids, despite_items=despite_items))

    work_on(number, by, decide, now, right)


def replying(
    number: int,
    text: str,
    by: Agent,
    seen: int,
    now: datetime,
    *,
    uploads: tuple[Upload, ...] = (),
    cc: str | None = None,
    as_it_is: bool = False,
) -> Decide:
    """The decision to reply, to which others may be added before it is saved.

    `cc` are addresses as they were typed, None for those that the ticket has: who takes part is not for contributors to
    change (rule 25). Files are kept before the ticket is read: a reply that is refused as overtaken and sent again
    finds them there. Variables of the text are filled in; a reply in which some stay open is held back, unless it is to
    go `as_it_is`.
    Raises InvalidInput, NotAllowed.
    """
    by.require(Right.WORK_ON_TICKETS if cc is None else Right.CHANGE_PROPERTIES)
    checked_text(text)
    copies = None if cc is None else read_copies(cc, settings_store.get().receives)
    attachments = keep_uploads(f"reply/{number}", uploads)

    def decide(ticket: Ticket, settings: Settings, ids: Ids) -> Change:
        values = replies.values_of(ticket, by, settings, now)
        words = variables.fill(text, values) if as_it_is else variables.settled(text, values)
        return ticket.reply(words, by, seen, now, ids, attachments=attachments, cc=copies)

    return decide


def add_note(number: int, text: str, by: Agent, now: datetime) -> None:
    """Raises InvalidInput, NotFound, NotAllowed."""
    work_on(number, by, lambda ticket, _, ids: ticket.add_note(text, by, now, ids), now)


def assign(number: int, agent_id: int, by: Agent, now: datetime) -> Change:
    """`agent_id` 0 takes the ticket from its agent. Raises InvalidInput for somebody who can't have it."""
    to = settings_store.get().agent(agent_id) if agent_id else None
    if to and not to.may(Right.WORK_ON_TICKETS):
        raise InvalidInput("agent_not_active", field="assignee")
    return work_on(number, by, lambda ticket, _, ids: ticket.assign(to, by, now, ids), now, Right.CHANGE_PROPERTIES)


def hand_to_team(number: int, team_id: int, by: Agent, now: datetime) -> Change:
    """`team_id` 0 takes the ticket from its team. Raises InvalidInput("team_not_active"), NotFound, NotAllowed."""
    team = settings_store.get().active_team(team_id)
    if team_id and team is None:
        raise InvalidInput("team_not_active", field="team")
    return work_on(
        number,
        by,
        lambda ticket, settings, ids: ticket.hand_to(team, by, settings, now, ids),
        now,
        Right.CHANGE_PROPERTIES,
    )


def set_status(number: int, status: Status, by: Agent, now: datetime, *, despite_items: bool = False) -> Change:
    """Raises Conflict for a step that is not possible, or needs a word for the open action items that it leaves
    (`despite_items`), NotFound, NotAllowed."""

    def decide(ticket: Ticket, settings: Settings, ids: Ids) -> Change:
        return ticket.set_status(status, by, settings, now, ids, despite_items=despite_items)

    return work_on(number, by, decide, now, Right.CHANGE_PROPERTIES)


def set_priority(number: int, priority: Priority, by: Agent, now: datetime) -> Change:
    """Raises NotFound, NotAllowed."""

    def decide(ticket: Ticket, settings: Settings, ids: Ids) -> Change:
        return ticket.set_priority(priority, by, settings, now, ids)

    return work_on(number, by, decide, now, Right.CHANGE_PROPERTIES)


def set_kind(number: int, kind: Kind | None, by: Agent, now: datetime) -> Change:
    """Raises NotFound, NotAllowed."""

    def decide(ticket: Ticket, settings: Settings, ids: Ids) -> Change:
        return ticket.set_kind(kind, by, settings, now, ids)

    return work_on(number, by, decide, now, Right.CHANGE_PROPERTIES)


def set_tags(number: int, tags: Iterable[str], by: Agent, now: datetime) -> Change:
    """All that the ticket has from now on. Raises InvalidInput, NotFound, NotAllowed."""
    return work_on(number, by, lambda ticket, _, ids: ticket.set_tags(tags, by, now, ids), now, Right.CHANGE_PROPERTIES)


def add_tags(number: int, tags: Iterable[str], by: Agent, now: datetime) -> Change:
    """Besides those that the ticket has. Raises as `set_tags`."""

    def decide(ticket: Ticket, _: Settings, ids: Ids) -> Change:
        return ticket.set_tags((*ticket.tags, *tags), by, now, ids)

    return work_on(number, by, decide, now, Right.CHANGE_PROPERTIES)


def pin_due(number: int, due_at: datetime | None, reason: str, by: Agent, now: datetime) -> None:
    """Sets the resolution's deadline by hand, or clears it with None (rule 5).

    Raises InvalidInput, Conflict, NotFound, NotAllowed.
    """

    def decide(ticket: Ticket, settings: Settings, ids: Ids) -> Change:
        if due_at is None:
            return ticket.unpin_due(by, settings, now, ids)
        return ticket.pin_due(due_at, reason, by, settings, now, ids)

    work_on(number, by, decide, now, Right.CHANGE_PROPERTIES)


def accept_message(number: int, entry_id: int, by: Agent, now: datetime) -> None:
    """A stranger's message becomes part of the conversation (rule 9).

    Raises NotFound, NotAllowed, and what `participants.accept` raises.
    """

    def decide(ticket: Ticket, settings: Settings, ids: Ids) -> Change:
        return participants.accept(ticket, tickets_store.get_entry(number, entry_id), by, settings, now, ids)

    work_on(number, by, decide, now, Right.CHANGE_PROPERTIES)


def settle_requester(number: int, entry_id: int, by: Agent, now: datetime, *, is_author: bool) -> None:
    """Whether the author of a mail that an agent forwarded is the requester (rule 11). Harmless when repeated.

    Raises NotFound, NotAllowed.
    """
    by.require(Right.CHANGE_PROPERTIES)

    def attempt() -> None:
        ticket, entry = get_visible(number, by), tickets_store.get_entry(number, entry_id)
        if entry.forwarded_from:
            _settle_requester(ticket, entry, entry.forwarded_from if is_author else None, by, now)

    until_saved(attempt)


def work_on(
    number: int,
    by: Agent,
    decide: Decide,
    now: datetime,
    right: Right = Right.WORK_ON_TICKETS,
    beside: Beside | None = None,
) -> Change:
    """A change by an agent who may make it, as it was saved; a ticket that they may not see is not there for them."""
    by.require(right)

    def decide_if_visible(ticket: Ticket, settings: Settings, ids: Ids) -> Change:
        return decide(_seen(ticket, by), settings, ids)

    change = change_ticket(number, decide_if_visible, now, beside)
    counts.forget()
    return change


def get_visible(number: int, by: Agent) -> Ticket:
    """One request. Raises NotFound for a ticket that this agent may not see, as for one that is not there."""
    return _seen(tickets_store.get(number), by)


def _seen(ticket: Ticket, by: Agent) -> Ticket:
    if not ticket.is_visible_to(by):
        raise NotFound("ticket_not_found", number=ticket.number)
    return ticket


def keep_uploads(prefix: str, uploads: Iterable[Upload]) -> tuple[Attachment, ...]:
    """Puts files into the bucket under keys made of their content; one request each."""
    kept = []
    for upload in uploads:
        key = f"{prefix}/{hashlib.sha256(upload.content).hexdigest()}"
        files.keep(key, upload.content)
        kept.append(
            Attachment(
                key,
                upload.filename,
                upload.content_type,
                len(upload.content),
                bool(upload.content_id),
                upload.content_id,
            )
        )
    return tuple(kept)


def _settle_requester(ticket: Ticket, entry: Entry, author: Mailbox | None, by: Agent, now: datetime) -> None:
    ids, also, settings = new_ids(now), Transaction(), settings_store.get()
    change = requester.keep(ticket, entry, now)
    if author:
        known = customers.find(author.address)
        name = author.name or in_unicode(author.address)
        customer = known or Customer(next(ids), author.address, name, ticket.language, now)
        customers.keep(also, customer, known)
        change = _handed_over(ticket, entry, customer, by, settings, now, ids)
    save(change, settings, now, ids, also)


def _handed_over(
    ticket: Ticket, entry: Entry, customer: Customer, by: Agent, settings: Settings, now: datetime, ids: Ids
) -> Change:
    """The customer's words alone stay theirs: what the agent wrote above them becomes an internal note."""
    found, subject = forwards.forwarded(ticket.subject, entry.text), forwards.without_prefix(ticket.subject)
    if found and found.subject and subject == ticket.subject:
        subject = found.subject  # whatever the agent called it, no customer need read that
    if found is None or not found.text.strip():
        return requester.hand_over(ticket, customer, subject, entry, by, settings, now, ids)
    theirs = replace(entry, text=found.text, quoted_text="")
    change = requester.hand_over(ticket, customer, subject, theirs, by, settings, now, ids)
    comment = f"{found.comment}\n\n{entry.quoted_text}".strip()
    if not comment:
        return change
    writer = settings.agent_by_address(ticket.customer_address) or by
    return change.then(change.after.add_note(comment, writer, now, ids))
