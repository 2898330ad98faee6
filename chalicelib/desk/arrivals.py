"""A mail on its way in: what it says, and what the desk knows of it. What becomes of it is decided in `inbound`."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from chalicelib.adapters import inbound_mail
from chalicelib.adapters.inbound_mail import Known, Query
from chalicelib.domain.address import in_unicode, normal_address
from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.inbound_mail import Fate, FateState
from chalicelib.domain.settings import Settings
from chalicelib.domain.ticket import Ticket
from chalicelib.mail.forwards import Forwarded, forwarded
from chalicelib.mail.message import InboundMail

_LONGEST_NAME = 200
_REPLY_PREFIXES = re.compile(
    r"^(?:\s*(?:re|aw|sv|vs|antw|odp|fwd?|wg|tr|회신|답장|전달|回复|答复|返信|转发)\s*(?:\[\d+\])?\s*[:：])+",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Arrival:
    """`query` is what was looked up of it, `known` the answer; `agent` who wrote it, if From names one of ours."""

    query: Query
    mail: InboundMail
    known: Known
    agent: Agent | None

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
        return (sender.name if sender else "")[:_LONGEST_NAME] or in_unicode(self.address)

    @cached_property
    def forwarded(self) -> Forwarded | None:
        """The mail that it passes on, None when it is no forward."""
        return forwarded(self.mail.subject, self.mail.text, self.mail.html)

    def is_silent(self, settings: Settings) -> bool:
        """Whether no automatic answer may follow (rule 12)."""
        mail = self.mail
        is_hidden_copy = mail.is_blind_copy_to(settings.own_addresses)
        return mail.suppresses_auto_reply or is_hidden_copy or mail.is_spam or bool(mail.loop_header)

    @property
    def is_from_agent(self) -> bool:
        """Only a mail that passes DMARC is (rule 9): anybody can write an agent's address into From.

        Nor is one that a machine wrote: notices to agents carry the ticket's reply address, absence notes go there.
        """
        is_ours = self.agent is not None and self.agent.may(Right.WORK_ON_TICKETS)
        return is_ours and self.mail.dmarc_pass and not self.mail.is_automatic

    def acts_as_agent(self, ticket: Ticket) -> bool:
        return self.is_from_agent and self.agent is not None and ticket.is_visible_to(self.agent)

    def takes_part(self, ticket: Ticket) -> bool:
        return ticket.is_participant(self.address) or self.acts_as_agent(ticket)

    def fate(self, state: FateState, cause: str = "", ticket: int = 0) -> Fate:
        return fate_of(self.key, self.mail, self.received_at, state, cause, ticket)


def look_up(key: str, mail: InboundMail, received_at: datetime, settings: Settings) -> Arrival:
    """One request. The mail must have a sender whose address is one."""
    written = mail.sender.email if mail.sender else ""
    address = normal_address(written)
    query = Query(
        key=key,
        thread_ids=(*mail.automatic.bounced_ids, *mail.thread_ids),
        message_id=mail.message_id,
        address=address,
        fingerprint=_fingerprint(mail),
        alike=_alike(address, mail.subject),
        received_at=received_at,
    )
    is_plain = written.rpartition("@")[0].isascii()  # another mailbox may be written in letters that are only alike
    agent = settings.agent_by_address(address) if is_plain else None
    return Arrival(query, mail, inbound_mail.look_up(query), agent)


def fate_of(
    key: str, mail: InboundMail, received_at: datetime, state: FateState, cause: str = "", ticket: int = 0
) -> Fate:
    """The fate of a mail that was read, with what a person knows it by."""
    sender = mail.sender.key if mail.sender else ""
    detail = "; ".join(mail.defects)
    return Fate(key, state, received_at, cause, detail, ticket, sender[:_LONGEST_NAME], mail.subject[:_LONGEST_NAME])


def _fingerprint(mail: InboundMail) -> str:
    """The same for one mail however often and on whatever way it came, different for any other one (rule 10)."""
    sender = mail.sender.key if mail.sender else ""
    parts = [mail.message_id, sender, str(mail.date), mail.subject, mail.text, mail.html]
    parts += [f"{attachment.filename}:{attachment.md5}" for attachment in mail.attachments]
    return _hashed(parts)


def _alike(address: str, subject: str) -> str:
    """What mails of one sender with one subject share, answers to it among them (rule 13)."""
    return _hashed([address, " ".join(_REPLY_PREFIXES.sub("", subject).lower().split())])


def _hashed(parts: list[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()
