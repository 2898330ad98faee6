"""Sending what was promised: each outbox entry once, again when it was refused, and visibly failed in the end."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from chalicelib import i18n
from chalicelib.adapters import addresses, outbox, ses, tickets
from chalicelib.adapters import settings as settings_store
from chalicelib.adapters.aws import start_execution, stop_execution
from chalicelib.adapters.tickets import TicketPage
from chalicelib.config import config, region
from chalicelib.desk import links, replies
from chalicelib.domain.address import in_unicode, is_sendable
from chalicelib.domain.entry import AuthorKind, Entry, Mailbox
from chalicelib.domain.errors import AlreadyDone, InvalidInput, NotSent
from chalicelib.domain.escalation import Step
from chalicelib.domain.outgoing import Delivery, Outgoing, Purpose
from chalicelib.domain.settings import Settings
from chalicelib.domain.sla import ClockName
from chalicelib.domain.survey import SCORES
from chalicelib.domain.timer import written
from chalicelib.log import logger
from chalicelib.mail import notices, threading
from chalicelib.mail.message import Address
from chalicelib.mail.write import OutboundMail, compose, sendable

MOST_TRIES = 5
_PATH_OF_OURS = re.compile(r"(?<=\]\()(?=/(?!/))")
"""Where a Markdown link to a page of ours begins, as solutions have them; a mail needs the whole address."""


def deliver(number: int, outgoing_id: int, attempt: int, now: datetime, *, is_again: bool = False) -> None:
    """Sends one entry unless it was sent already. `attempt` counts from 1, and from there once more for one that was
    handed over again (`is_again`).

    Raises NotSent so that the queue tries again later; at the last try, or when no try can mend it, the entry is marked
    as failed instead, which the ticket shows. SES knows no idempotency: when its answer is lost, the next try sends the
    same mail once more, under the same identity, and the entry says so.
    """
    page = tickets.get_page(number)
    outgoing = next((entry for entry in page.outgoing if entry.id == outgoing_id), None)
    if outgoing is None or outgoing.delivery is not Delivery.QUEUED:
        return
    try:
        if outgoing.purpose is Purpose.TIMER:
            _start_timer(page, outgoing, now)
        else:
            _mail(page, outgoing.at_try(attempt, is_again=is_again), attempt, now)
    except AlreadyDone:
        logger.warning("delivered twice at the same time", number=number, purpose=outgoing.purpose)


def _mail(page: TicketPage, outgoing: Outgoing, attempt: int, now: datetime) -> None:
    try:
        settings = settings_store.get()
        outgoing = _deliverable(outgoing, settings)
        ses_id = _send(page, outgoing, settings)
    except (NotSent, InvalidInput) as error:
        is_last = attempt >= MOST_TRIES or isinstance(error, InvalidInput)
        cause, maybe_left = str(error.params.get("cause", error.code)), bool(error.params.get("maybe_left"))
        outbox.save(outgoing.refused(cause, now, is_last, maybe_left))
        logger.warning(
            "mail not sent", number=outgoing.ticket, purpose=outgoing.purpose, attempt=attempt, is_last=is_last
        )
        if is_last:
            return
        raise
    wire_ids = threading.wire_ids(ses_id, region())
    try:
        outbox.save(outgoing.sent(wire_ids[0], now), wire_ids)
    except AlreadyDone:
        outbox.mark_maybe_left(outgoing)
        raise


def _start_timer(page: TicketPage, outgoing: Outgoing, now: datetime) -> None:
    """The execution's name makes starting it twice harmless; one that was superseded meanwhile is not started.

    The one before is stopped, which saves it the states of waking for nothing; where that fails it ends by itself.
    """
    machine, timer = config().state_machine_arn, int(outgoing.params["timer"])
    if timer == page.ticket.timer.number:
        wait_until = outgoing.params.get("wait_until", written(now))
        message = {"ticket": outgoing.ticket, "timer": timer, "wait_until": wait_until}
        start_execution(machine, f"ticket-{outgoing.ticket}-{timer}", message)
        if timer > 1:
            stop_execution(machine, f"ticket-{outgoing.ticket}-{timer - 1}", "another one wakes earlier")
    outbox.save(outgoing.sent("", now))


def _send(page: TicketPage, outgoing: Outgoing, settings: Settings) -> str:
    if not settings.support_address:
        raise InvalidInput("mail_not_set_up")
    language = _language(page, outgoing, settings)
    values = _VALUES[outgoing.purpose](page, outgoing, settings, language)
    notice = notices.render(
        outgoing.purpose,
        language,
        number=page.ticket.number,
        subject=page.ticket.subject,
        desk_name=settings.desk_name,
        **values,
    )
    thread, sender = _thread(page), settings.mailbox_of(page.ticket.team)
    mail = OutboundMail(
        from_=Address(sender.address, sender.name),
        to=Address(outgoing.to),
        cc=tuple(Address(copy) for copy in outgoing.cc),
        subject=notice.subject,
        text=notice.text,
        html=notice.html,
        reply_to=_reply_to(page.ticket.number, sender, settings),
        in_reply_to=thread[-1] if thread else "",
        references=thread,
        attachments=replies.read_files(_entry(page, outgoing)) if outgoing.purpose is Purpose.REPLY else (),
        automatic=outgoing.purpose.is_automatic,
        message_id=_own_id(outgoing, settings),
    )
    return ses.send(compose(mail), sender.address, sendable(outgoing.to), tuple(map(sendable, outgoing.cc)))


def _deliverable(outgoing: Outgoing, settings: Settings) -> Outgoing:
    """No further mail to where it came back from for good (rule 14) nor to ourselves, which an address may have become
    since, nor a copy to what no mail can be sent to: the others get theirs, and the ticket shows who did.

    Raises InvalidInput("address_flagged" | "address_is_ours").
    """
    flags = addresses.find_flags([outgoing.to, *outgoing.cc])
    if outgoing.to in flags:
        raise InvalidInput("address_flagged")
    if settings.receives(outgoing.to):
        raise InvalidInput("address_is_ours")
    refused = {copy for copy in outgoing.cc if copy in flags or settings.receives(copy)}
    return replace(outgoing, cc=tuple(copy for copy in outgoing.cc if copy not in refused and is_sendable(copy)))


def _language(page: TicketPage, outgoing: Outgoing, settings: Settings) -> str:
    agent = settings.agents.get(outgoing.agent_id)
    return agent.language if agent else page.ticket.language


def _thread(page: TicketPage) -> tuple[str, ...]:
    """Every id of the conversation in its order, theirs and those on the wire of our mails to the customer."""
    theirs = [(entry.id, entry.message_id) for entry in page.entries if entry.message_id and entry.is_public]
    ours = [(out.id, out.wire_id) for out in page.outgoing if out.wire_id and not out.agent_id]
    return tuple(dict.fromkeys(message_id for _, message_id in sorted(theirs + ours)))[-20:]


def _reply_to(number: int, sender: Mailbox, settings: Settings) -> Address:
    token = links.reply_token(settings, number)
    return Address(threading.reply_address(sender.address, token), sender.name)


def _own_id(outgoing: Outgoing, settings: Settings) -> str:
    """The same at every try; SES replaces it on the wire, other mail systems keep it."""
    return f"{outgoing.id}.{outgoing.ticket}@{settings.mail_domain}"


Values = dict[str, object]


def _for_acknowledgement(page: TicketPage, outgoing: Outgoing, settings: Settings, language: str) -> Values:
    """Whoever writes under another's address writes to them by it: without proof nothing that came in goes out, and the
    text, which may name any link, never does."""
    first, is_proven = page.ticket.clock(ClockName.FIRST_RESPONSE), _entry(page, outgoing).is_proven
    is_answered_already = first.met_at == first.started_at
    return {
        "is_proven": is_proven,
        "customer_name": page.ticket.customer_name if is_proven else "",
        "status_url": links.status_url(settings, page.ticket.number, outgoing.created_at),
        "promised": "" if is_answered_already else i18n.day_and_time(language, first.due_at, settings.time_zone),
    }


def _for_reply(page: TicketPage, outgoing: Outgoing, settings: Settings, language: str) -> Values:
    entry, team = _entry(page, outgoing), settings.active_team(page.ticket.team)
    return {
        "text": _PATH_OF_OURS.sub(settings.address, entry.text),
        "signature": replies.signature(team, settings.agents.get(entry.author.id), entry.author.name, settings),
        "history": replies.history(page, entry, settings, language),
        "files": replies.file_links(page, entry, settings, outgoing.created_at),
        "files_until": i18n.day(language, outgoing.created_at + links.LINK_LIFE, settings.time_zone),
        "status_url": links.status_url(settings, page.ticket.number, outgoing.created_at),
    }


def _for_agent(page: TicketPage, outgoing: Outgoing, settings: Settings, language: str) -> Values:
    receiver, assignee = settings.agents.get(outgoing.agent_id), settings.agents.get(page.ticket.assignee)
    clock = outgoing.params.get("clock")
    due_at = datetime.fromisoformat(outgoing.params["due_at"]) if clock else page.ticket.due_at
    return {
        "ticket_url": settings.url(f"/agent/tickets/{page.ticket.number}"),
        "clock": i18n.text(language, f"clock.{clock}") if clock else "",
        "due": i18n.day_and_time(language, due_at, settings.time_zone) if due_at else "",
        "customer_name": page.ticket.customer_name,
        "agent_name": receiver.name if receiver else "",
        "assignee_name": assignee.name if assignee else "",
        "more": outgoing.params.get("more", ""),
    }


def _for_step(page: TicketPage, outgoing: Outgoing, settings: Settings, language: str) -> Values:
    """Which step of the ladder it is, and what the reader can do."""
    clock, step = outgoing.params["clock"], outgoing.params.get("step", "")
    ladder = settings.promise_to(page.ticket).policy.ladder
    found = next((one for one in ladder if one.key == step), None)
    return _for_agent(page, outgoing, settings, language) | {
        "why": _why(found, i18n.text(language, f"clock.{clock}"), language) if found else "",
        "what_to_do": i18n.text(language, f"to_do.{clock}"),
    }


def _why(step: Step, clock: str, language: str) -> str:
    if step.is_warning:
        return i18n.text(language, "notice.share", clock=clock, percent=step.at)
    if step.after:
        return i18n.text(language, "notice.after", clock=clock, span=i18n.span(language, step.after))
    return i18n.text(language, "notice.deadline", clock=clock)


def _for_mail_failed(page: TicketPage, outgoing: Outgoing, settings: Settings, language: str) -> Values:
    cause = i18n.text(language, f"failure.{outgoing.params['cause']}")
    return _for_agent(page, outgoing, settings, language) | {
        "failed_address": in_unicode(outgoing.params["address"]),
        "cause": cause,
        "detail": outgoing.params["detail"],
        "is_ended": "is_ended" in outgoing.params,
    }


def _for_mail_flood(page: TicketPage, outgoing: Outgoing, settings: Settings, language: str) -> Values:
    cause, sender = outgoing.params["cause"], in_unicode(outgoing.params["address"])
    return _for_agent(page, outgoing, settings, language) | {
        "sender": sender,
        "kind": i18n.text(language, f"flood.{cause}.subject"),
        "noticed_at": i18n.day_and_time(language, outgoing.created_at, settings.time_zone),
        "what_happens": i18n.text(language, f"flood.{cause}", sender=sender, mails=outgoing.params.get("mails", "")),
        "what_to_do": i18n.text(language, f"flood.{cause}.cure"),
        "held_url": settings.url("/agent/quarantine"),
    }


def _for_waiting(page: TicketPage, outgoing: Outgoing, settings: Settings, language: str) -> Values:
    """What was last said to the customer goes along, so that they know what we wait for."""
    resolves_at = datetime.fromisoformat(outgoing.params["resolves_at"])
    ours = [entry for entry in page.entries if entry.is_public and entry.author.kind is AuthorKind.AGENT]
    return {
        "customer_name": page.ticket.customer_name,
        "status_url": links.status_url(settings, page.ticket.number, outgoing.created_at),
        "resolves_at": i18n.day(language, resolves_at, settings.time_zone),
        "text": ours[-1].text if ours else "",
    }


def _for_survey(page: TicketPage, outgoing: Outgoing, settings: Settings, language: str) -> Values:
    agent = settings.agents.get(page.ticket.assignee or page.ticket.last_replier)
    number, resolution, at = page.ticket.number, int(outgoing.params["resolution"]), outgoing.created_at
    return {
        "agent_name": agent.name if agent else settings.desk_name,
        "links": [(score, links.survey_url(settings, number, resolution, score, at)) for score in SCORES],
    }


def _for_item(page: TicketPage, outgoing: Outgoing, settings: Settings, language: str) -> Values:
    due_at = datetime.fromisoformat(outgoing.params["due_at"])
    return _for_agent(page, outgoing, settings, language) | {
        "title": outgoing.params["title"],
        "due": i18n.day_and_time(language, due_at, settings.time_zone),
    }


def _entry(page: TicketPage, outgoing: Outgoing) -> Entry:
    return next(entry for entry in page.entries if entry.id == outgoing.entry_id)


_VALUES: dict[Purpose, Callable[[TicketPage, Outgoing, Settings, str], Values]] = {
    Purpose.ACKNOWLEDGEMENT: _for_acknowledgement,
    Purpose.REPLY: _for_reply,
    Purpose.ASSIGNED: _for_agent,
    Purpose.SLA_WARNING: _for_step,
    Purpose.SLA_BREACH: _for_step,
    Purpose.CLOSE_REMINDER: _for_waiting,
    Purpose.CLOSE_LAST_REMINDER: _for_waiting,
    Purpose.AUTO_RESOLVED: _for_waiting,
    Purpose.SURVEY: _for_survey,
    Purpose.ITEM_DUE: _for_item,
    Purpose.MAIL_FAILED: _for_mail_failed,
    Purpose.MAIL_FLOOD: _for_mail_flood,
}
