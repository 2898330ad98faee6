"""How people open tickets: a customer by the form, an agent for somebody who called or came by."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.adapters import customers, forms, limits
from chalicelib.adapters import settings as settings_store
from chalicelib.adapters import tickets as tickets_store
from chalicelib.adapters.parallel import both
from chalicelib.adapters.transaction import Transaction
from chalicelib.desk import floods
from chalicelib.desk.changes import new_ids, save, until_saved
from chalicelib.desk.tickets import Upload, keep_uploads
from chalicelib.domain.address import in_unicode, sendable_address
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.customer import Customer
from chalicelib.domain.entry import Attachment, Author, AuthorKind, Message
from chalicelib.domain.errors import AlreadyDone, DeskIsSilent, InvalidInput
from chalicelib.domain.opening import open_ticket
from chalicelib.domain.texts import checked_text
from chalicelib.domain.words import Kind, Priority, Source, Status

FORMS_PER_HOUR = 30
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class FormRequest:
    """What a customer sent by the hosted form; `remote_address` is limited to 30 forms an hour."""

    submission_id: str
    name: str
    address: str
    subject: str
    text: str
    language: str
    uploads: tuple[Upload, ...]
    remote_address: str


@dataclass(frozen=True)
class Call:
    """What an agent took down of what a customer said; `team` 0 is none, `is_answered` what needs no further work."""

    submission_id: str
    name: str
    address: str
    subject: str
    text: str
    source: Source
    language: str
    priority: Priority = Priority.MEDIUM
    kind: Kind | None = None
    team: int = 0
    acknowledge: bool = True
    is_answered: bool = False


def open_from_form(form: FormRequest, now: datetime) -> int:
    """Makes a ticket and returns its number; a form sent twice makes one ticket and returns the same number twice.

    Three requests, two of them one after the other; with files one more and one for each. Raises InvalidInput, TooMany.
    """
    address = _checked_address(form.address)
    text = checked_text(form.text)
    if form.uploads:  # nobody fills the bucket with what is refused afterwards
        limits.check(_limit_of(form), FORMS_PER_HOUR, _HOUR, now)
    attachments = keep_uploads(f"form/{form.submission_id}", form.uploads)

    def attempt() -> int:
        customer, number = both(lambda: customers.find(address), tickets_store.next_number)
        try:
            return _open(form, text, attachments, customer, number, address, now)
        except DeskIsSilent:
            return _open(form, text, attachments, customer, number, address, now, is_desk_silent=True)

    return _once(form.submission_id, attempt)


def open_by_agent(call: Call, by: Agent, now: datetime) -> int:
    """Makes a ticket of what an agent took down and returns its number; sent twice it makes one ticket.

    Three requests, two of them one after the other. Raises InvalidInput, NotAllowed.
    """
    by.require(Right.CHANGE_PROPERTIES)
    address, text = _checked_address(call.address), checked_text(call.text)
    if call.team and settings_store.get().active_team(call.team) is None:
        raise InvalidInput("team_not_active", field="team")

    def attempt() -> int:
        customer, number = both(lambda: customers.find(address), tickets_store.next_number)
        return _take_down(call, text, customer, number, address, by, now)

    return _once(call.submission_id, attempt)


def _checked_address(typed: str) -> str:
    address = sendable_address(typed)
    if settings_store.get().receives(address):
        raise InvalidInput("address_is_ours", field="email")
    return address


def _once(submission_id: str, attempt: Callable[[], int]) -> int:
    """The number that an attempt gives, or that of the ticket which the same submission made before."""
    try:
        return until_saved(attempt)
    except AlreadyDone:
        earlier = forms.find_number(submission_id)
        if earlier is None:
            raise
        return earlier


def _remembering(submission_id: str, number: int, now: datetime) -> Transaction:
    """Fails with AlreadyDone where the same submission has made a ticket."""
    also = Transaction()
    also.put_new(forms.item_of(submission_id, number, now), AlreadyDone("form_sent_before"))
    return also


def _limit_of(form: FormRequest) -> str:
    return f"form:{form.remote_address}"


def _open(
    form: FormRequest,
    text: str,
    attachments: tuple[Attachment, ...],
    known: Customer | None,
    number: int,
    address: str,
    now: datetime,
    *,
    is_desk_silent: bool = False,
) -> int:
    settings = settings_store.get()
    ids = new_ids(now)
    customer = known or Customer(next(ids), address, form.name.strip() or in_unicode(address), form.language, now)
    author = Author(AuthorKind.CUSTOMER, customer.id, form.name.strip() or customer.name)
    flood = floods.reached(customer, is_desk_silent, now)
    remarks = (flood.value,) if flood else ()
    message = Message(author, text, now, Source.FORM, attachments=attachments, remarks=remarks)
    change = open_ticket(
        number, form.subject, message, customer, form.language, settings, now, ids, acknowledge=flood is None
    )
    also = _remembering(form.submission_id, number, now)
    change, customer = floods.count(change, customer, flood, settings, now, ids, also)
    customers.keep(also, customer, known)
    limits.count_in(also, _limit_of(form), FORMS_PER_HOUR, _HOUR, now)
    save(change, settings, now, ids, also)
    return number


def _take_down(
    call: Call, text: str, known: Customer | None, number: int, address: str, by: Agent, now: datetime
) -> int:
    settings, ids = settings_store.get(), new_ids(now)
    customer = known or Customer(next(ids), address, call.name.strip() or in_unicode(address), call.language, now)
    author = Author(AuthorKind.CUSTOMER, customer.id, customer.name)
    message = Message(author, text, now, call.source, remarks=(f"taken_by:{by.name}",))
    change = open_ticket(
        number,
        call.subject,
        message,
        customer,
        customer.language,
        settings,
        now,
        ids,
        team=call.team,
        acknowledge=call.acknowledge,
        priority=call.priority,
        kind=call.kind,
        taken_by=by,
    )
    if call.is_answered:  # whatever a checklist has just brought stays to be done
        resolved = change.after.set_status(Status.RESOLVED, by, settings, now, ids, despite_items=True)
        change = change.then(resolved)
    also = _remembering(call.submission_id, number, now)
    customers.keep(also, customer, known)
    save(change, settings, now, ids, also)
    return number
