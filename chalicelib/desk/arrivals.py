"""A mail on its way in: what it says, and what the desk knows of it. What becomes of it is decided in `inbound`."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from urllib.parse import unquote

from chalicelib.adapters import inbound_mail
from chalicelib.adapters.inbound_mail import Known, Query
from chalicelib.domain.address import in_unicode, normal_address
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.entry import believable
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.inbound_mail import Act, Fate, FateState
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Ticket
from chalicelib.mail import answers, forwards
from chalicelib.mail.forwards import Forwarded
from chalicelib.mail.message import InboundMail

_LONGEST_NAME = 200
_HOUR = timedelta(hours=1)
_NOBODY = "MAILER-DAEMON"
"""How mail systems call themselves where they give no address (RFC 5321 4.5.5 asks for none)."""
_REPLY_PREFIXES = re.compile(
    r"^(?:\s*(?:re|aw|sv|vs|antw|odp|fwd?|wg|tr|회신|답장|전달|回复|答复|返信|转发)\s*(?:\[\d+\])?\s*[:：])+",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Arrival:
    """`query` is what was looked up of it, `known` the answer; `agent` who wrote it, if From names one of ours.

    `is_desk_silent` tells that the desk acknowledges nothing for now.
    """

    query: Query
    mail: InboundMail
    known: Known
    agent: Agent | None
    is_desk_silent: bool = False

    @property
    def key(self) -> str:
        return self.query.key

    @property
    def address(self) -> str:
        return self.query.address

    @property
    def received_at(self) -> datetime:
        return self.query.received_at

    @property
    def name(self) -> str:
        sender = self.mail.sender
        return (sender.name if sender else "")[:_LONGEST_NAME] or in_unicode(self.address) or _NOBODY

    @cached_property
    def forwarded(self) -> Forwarded | None:
        """The mail that it passes on, None when it is no forward."""
        return forwards.forwarded(self.mail.subject, self.mail.text, self.mail.html) or self.attached

    @cached_property
    def attached(self) -> Forwarded | None:
        """The mail that an agent passes on as an attachment; what customers attach is theirs to show."""
        return forwards.attached(self.mail) if self.is_from_agent else None

    @cached_property
    def answer(self) -> str:
        """The words that an agent wrote, "" where they can't be told from what is quoted."""
        return answers.words(self.mail.text, self.mail.html)

    def why_silent(self, settings: Settings) -> str:
        """Why no automatic answer may follow (rule 12), as a code; "" when one may.

        One to spam or to a sender who is not proven would go to somebody who never wrote.
        """
        mail, mark = self.mail, self.mail.automatic.suppressed_by
        reasons = {
            "silent_spam": mail.is_spam,
            "silent_not_proven": mail.fails_dmarc,
            "silent_list": mark in ("list", "precedence"),
            "silent_asked": mark == "auto_response_suppress",
            "silent_automatic": mail.may_be_by_machine,
            "silent_blind_copy": mail.is_blind_copy_to(settings.receives),
        }
        return next((reason for reason, holds in reasons.items() if holds), "")

    @property
    def is_from_agent(self) -> bool:
        """Whether an agent wrote it. A machine may have: notices to agents carry the ticket's reply address, absence
        notes go there."""
        return self._is_from_agents_mailbox and not self.mail.is_automatic

    @property
    def _is_from_agents_mailbox(self) -> bool:
        """Only a mail that passes DMARC is (rule 9): anybody can write an agent's address into From."""
        is_ours = self.agent is not None and self.agent.may(Right.WORK_ON_TICKETS)
        return is_ours and self.mail.dmarc_pass

    def why_not_public(self, ticket: Ticket, settings: Settings) -> str:
        """Why what an agent wrote on the ticket must not go to the customer, as a code; "" when it may."""
        if self.mail.is_automatic or self.mail.may_be_by_machine:
            return "machine_not_sent"
        if forwards.is_forward(self.mail, ticket.subject):
            return "forward_not_sent"
        shows_console = settings.url("/agent/") in unquote(self.answer)
        return "answer_not_sent" if shows_console or not self.answer else ""

    def acts_as_agent(self, ticket: Ticket) -> bool:
        return self.is_from_agent and self.is_on_agents_side(ticket)

    def is_on_agents_side(self, ticket: Ticket) -> bool:
        """Whether it is from the mailbox of an agent of the ticket, be it a machine that wrote it. A bounce is about
        our own mail, whomever it is from. On a ticket of their own agents ask, and what they write answers nobody."""
        is_seen = self.agent is not None and ticket.is_visible_to(self.agent)
        is_theirs = self._is_from_agents_mailbox and self.address != ticket.customer_address
        return is_theirs and is_seen and not self.mail.automatic.bounce

    def takes_part(self, ticket: Ticket) -> bool:
        return ticket.is_participant(self.address) or self.is_on_agents_side(ticket)

    @property
    def replayed_by(self) -> Act | None:
        """Who wants it to be read again; None for a mail that comes by itself."""
        return self.known.fate.replayed_by if self.known.fate else None

    def fate(self, state: FateState, cause: str = "", ticket: int = 0) -> Fate:
        """With what people did with the mail before."""
        fate = fate_of(self.key, self.mail, self.received_at, state, cause, ticket)
        return replace(fate, acts=self.known.fate.acts) if self.known.fate else fate


def look_up(key: str, mail: InboundMail, received_at: datetime, settings: Settings) -> Arrival:
    """One request. Only a bounce may come from nobody or from what is no address. Raises InvalidInput otherwise."""
    written = mail.sender.email if mail.sender else ""
    address = _address(mail)
    fingerprint, *earlier = _fingerprints(mail, received_at)
    query = Query(
        key=key,
        thread_ids=(*mail.automatic.bounced_ids, *mail.thread_ids),
        message_id=mail.message_id,
        address=address,
        fingerprint=fingerprint,
        also_taken_as=tuple(earlier),
        alike=_alike(address or next(iter(mail.automatic.bounced_ids), ""), mail.subject),
        received_at=received_at,
    )
    is_plain = written.rpartition("@")[0].isascii()  # another mailbox may be written in letters that are only alike
    agent = settings.agent_by_address(address) if is_plain else None
    return Arrival(query, mail, inbound_mail.look_up(query), agent)


def _address(mail: InboundMail) -> str:
    try:
        return normal_address(mail.sender.email if mail.sender else "")
    except InvalidInput:
        if mail.automatic.bounce:
            return ""
        raise


def fate_of(
    key: str, mail: InboundMail, received_at: datetime, state: FateState, cause: str = "", ticket: int = 0
) -> Fate:
    """The fate of a mail that was read, with what a person knows it by."""
    sender = mail.sender.key if mail.sender else ""
    detail = "; ".join(mail.defects)
    return Fate(key, state, received_at, cause, detail, ticket, sender[:_LONGEST_NAME], mail.subject[:_LONGEST_NAME])


def _fingerprints(mail: InboundMail, received_at: datetime) -> list[str]:
    """The same for one mail however often and on whatever way it came, different for any other one (rule 10).

    A machine may write the same words every day without an id or a date that can be believed: such mails are the same
    only within an hour or two, in which servers repeat what they took for lost. Then these are its own hour's, first,
    and those of the hours around it.
    """
    sender = mail.sender.key if mail.sender else ""
    parts = [mail.message_id, sender, str(mail.date), mail.subject, mail.text, mail.html]
    parts += [f"{attachment.filename}:{attachment.md5}" for attachment in mail.attachments]
    if mail.message_id or believable(mail.date, received_at):
        return [_hashed(parts)]
    hour = int(received_at.timestamp()) // int(_HOUR.total_seconds())
    return [_hashed([*parts, str(each)]) for each in (hour, hour - 1, hour + 1)]


def _alike(sender: str, subject: str) -> str:
    """What mails of one sender with one subject share, answers to it among them (rule 13). Bounces from nobody share it
    where they are about one mail."""
    return _hashed([sender, " ".join(_REPLY_PREFIXES.sub("", subject).lower().split())])


def _hashed(parts: list[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()
