"""What becomes of a mail that came in: an entry on its ticket, a new ticket, the hold queue or the quarantine; once,
never lost."""

from dataclasses import replace
from datetime import datetime

from chalicelib.adapters import inbound_mail
from chalicelib.adapters import settings as settings_store
from chalicelib.adapters.transaction import Transaction
from chalicelib.desk import arrivals, entries_by_mail, floods, matching
from chalicelib.desk.arrivals import Arrival
from chalicelib.desk.changes import new_ids, save, until_saved
from chalicelib.desk.matching import Match
from chalicelib.domain import mail_trouble
from chalicelib.domain.address import normal_address
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.errors import Conflict, DeskIsSilent, InvalidInput, NotFound
from chalicelib.domain.inbound_mail import NEVER_ENDS, SENDER_UNUSABLE, SETTLED, ActKind, Fate, FateState
from chalicelib.domain.settings import Settings
from chalicelib.log import logger
from chalicelib.mail.message import Address, InboundMail
from chalicelib.mail.read import read

MOST_ALIKE = 20
"""Mails of one sender with one subject within an hour; what comes after may be a loop and is held (rule 13)."""
_LONGEST_ERROR = 500


def receive(key: str, received_at: datetime, now: datetime, *, is_released: bool = False, sender: str = "") -> Fate:
    """Takes the mail stored under `key` and returns what became of it: four requests, and one for each attachment.
    Harmless when repeated. `is_released` takes a held mail, too, as a person decided; `sender` is the address that a
    person gave a mail without a usable one.

    A mail that can't be read is quarantined with its cause. Faults of the store escape, so that the queue tries again.
    """
    try:
        mail = read(inbound_mail.read_raw(key))
    except NotFound:
        return _put_aside(Fate(key, FateState.QUARANTINED, received_at, "mail_missing"))
    settings = settings_store.get()
    cause = _cause_for_quarantine(mail, settings)
    if sender and cause in SENDER_UNUSABLE:
        mail = replace(mail, from_=Address(sender), verdicts=replace(mail.verdicts, dmarc=""))
        cause = _cause_for_quarantine(mail, settings)
    if not cause:
        try:
            return until_saved(lambda: _take(key, mail, received_at, now, is_released))
        except InvalidInput as error:
            cause = error.code
    return _put_aside(arrivals.fate_of(key, mail, received_at, FateState.QUARANTINED, cause))


def give_up(key: str, error: Exception, received_at: datetime) -> None:
    """Quarantines a mail that our own code fails on, after the queue's last try (the mail stays as it is).

    TimeoutError means that the code did not fail but never came to an end.
    """
    detail = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
    cause = NEVER_ENDS if isinstance(error, TimeoutError) else "failed"
    _put_aside(Fate(key, FateState.QUARANTINED, received_at, cause, detail))


def list_in_hand(state: FateState) -> tuple[Fate, ...]:
    """All held, quarantined or dismissed mails, newest first; a request for each hundred."""
    page = inbound_mail.list_in_hand(state)
    found = page.items
    while page.cursor:
        page = inbound_mail.list_in_hand(state, page.cursor)
        found += page.items
    return found


def replay(key: str, by: Agent, now: datetime, sender: str = "") -> Fate:
    """Takes a mail once more: a quarantined one as if it came now, a held one whatever it was held for. `sender` is
    whom it is from, where the mail itself does not say so.

    Harmless when repeated, also of a mail that a ticket has. Raises NotFound, NotAllowed, and InvalidInput for a
    sender that is no address.
    """
    by.require(Right.SEE_QUARANTINE)
    address = normal_address(sender) if sender else ""
    before = inbound_mail.get_fate(key)
    noted = before.after(ActKind.REPLAYED, by, now)
    if before.state in SETTLED or not inbound_mail.keep_fate(noted):
        return inbound_mail.get_fate(key)
    is_released = before.state is not FateState.QUARANTINED
    return receive(key, before.received_at, now, is_released=is_released, sender=address)


def dismiss(key: str, by: Agent, now: datetime) -> Fate:
    """Puts a held or quarantined mail aside; its original stays, `replay` still takes it, and `quarantine.restore`
    brings it back. Harmless when repeated.

    Raises NotFound, NotAllowed, and Conflict("mail_on_ticket") for one that a ticket has.
    """
    by.require(Right.SEE_QUARANTINE)
    dismissed = inbound_mail.get_fate(key).dismissed(by, now)
    if not inbound_mail.keep_fate(dismissed):
        raise Conflict("mail_on_ticket", number=inbound_mail.get_fate(key).ticket)
    return dismissed


def _put_aside(fate: Fate) -> Fate:
    """Unless a ticket has the mail, or a person dismissed it and no ticket has it now: then its fate is that. What
    people did with it before stays on record."""
    earlier = inbound_mail.find_fates([fate.key]).get(fate.key)
    kept = replace(fate, acts=earlier.acts) if earlier else fate
    if inbound_mail.keep_fate(kept) if kept.state in SETTLED else inbound_mail.put_aside(kept):
        return kept
    return inbound_mail.get_fate(fate.key)


def _cause_for_quarantine(mail: InboundMail, settings: Settings) -> str:
    """A code, "" for a mail that may become a ticket. Our own mail coming back would run in circles (rule 12). A bounce
    from nobody may, if it is about a mail of ours."""
    if mail.is_infected:
        return "virus"
    if mail.automatic.bounce and mail.cause == "no_sender":
        return ""
    if mail.sender is None or mail.cause:
        return mail.cause
    if settings.is_own(mail.sender.key):
        return "own_mail"
    return "" if mail.automatic.bounce else _fault_of(mail.sender.email)


def _fault_of(address: str) -> str:
    """What is wrong with a sender's address, "" for one that can be taken."""
    try:
        normal_address(address)
    except InvalidInput as error:
        return error.code
    return ""


def _take(key: str, mail: InboundMail, received_at: datetime, now: datetime, is_released: bool) -> Fate:
    settings = settings_store.get()
    arrival = arrivals.look_up(key, mail, received_at, settings)
    earlier = arrival.known.fate
    if earlier and (earlier.state in SETTLED or (earlier.state is not FateState.QUARANTINED and not is_released)):
        return earlier
    if arrival.known.taken_as:
        return _put_aside(arrival.fate(FateState.DUPLICATE, ticket=arrival.known.taken_as))
    if not is_released and _may_be_loop(arrival):
        return _hold(arrival, settings, now)
    matched = matching.match(arrival, settings)
    if not (arrival.address or matched.outgoing):
        return _put_aside(arrival.fate(FateState.QUARANTINED, "no_sender"))
    return _save(arrival, matched, settings, now)


def _may_be_loop(arrival: Arrival) -> bool:
    """Too many mails of one sender with one subject (rule 13). Agents are no loop."""
    return arrival.known.alike.count >= MOST_ALIKE and not arrival.is_from_agent


def _hold(arrival: Arrival, settings: Settings, now: datetime) -> Fate:
    """Keeps the mail for a person; of the first one in an hour people are told on the ticket of the one before. Five
    requests for that one, else four."""
    fate, alike = arrival.fate(FateState.HELD, "possible_loop"), arrival.known.alike
    also = Transaction()
    inbound_mail.hold(also, fate)
    floods.announce_held(also, arrival.address or arrival.name, alike.ticket, alike.count, settings, now)
    also.commit()
    logger.warning("mail held", key=arrival.key)
    return fate


def _save(arrival: Arrival, matched: Match, settings: Settings, now: datetime) -> Fate:
    try:
        return _save_change(arrival, matched, settings, now)
    except DeskIsSilent:
        return _save_change(replace(arrival, is_desk_silent=True), matched, settings, now)


def _save_change(arrival: Arrival, matched: Match, settings: Settings, now: datetime) -> Fate:
    """The change of the ticket, and with it in one transaction what is to be remembered of the mail."""
    ids, also = new_ids(now), Transaction()
    change = entries_by_mail.decide(arrival, matched, settings, now, ids, also)
    if act := arrival.replayed_by:
        change = change.then(mail_trouble.taken_from_quarantine(change.after, act, ids))
    number = change.after.number
    fate = arrival.fate(FateState.TICKET, ticket=number)
    also.put_new(inbound_mail.taken(arrival.query.fingerprint, number))
    inbound_mail.settle(also, fate)
    inbound_mail.count_alike(also, arrival.query, number)
    message_id = arrival.mail.message_id
    if message_id and not arrival.known.is_id_known:
        also.put_new(inbound_mail.message_of(message_id, number))
    save(change, settings, now, ids, also)
    return fate
