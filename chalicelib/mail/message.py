"""The values a mail is read into. Nothing here parses; `read` makes these, `desk` decides on them."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from html import unescape
from itertools import islice
from urllib.parse import unquote

from chalicelib.domain.address import canonical

_CID = re.compile(r"\bcid:([^\s\"'<>()]+)", re.IGNORECASE)
_MOST_SHOWN = 1_000


class Defect(StrEnum):
    """What is wrong with a mail, or could not be read of it."""

    NO_MESSAGE_ID = "no_message_id"
    NO_DATE = "no_date"
    BAD_DATE = "bad_date"
    NO_SENDER = "no_sender"
    SEVERAL_SENDERS = "several_senders"
    BAD_STRUCTURE = "bad_structure"
    TOO_COMPLEX = "too_complex"
    PARTIAL = "partial"  # message/partial: a piece of a mail that was cut on its way
    EXTERNAL_BODY = "external_body"  # message/external-body: tells where the content is kept
    ENCRYPTED = "encrypted"
    DAMAGED_TNEF = "damaged_tnef"  # winmail.dat, as Outlook sends it
    WRONG_CHARSET = "wrong_charset"
    DAMAGED_TEXT = "damaged_text"


@dataclass(frozen=True)
class Address:
    """One mailbox: `email` as written but for its domain, which is lower case; `name` decoded, "" when not given."""

    email: str
    name: str = ""

    @property
    def key(self) -> str:
        """What all spellings of the same mailbox share."""
        return canonical(self.email)

    @property
    def domain(self) -> str:
        return self.key.rpartition("@")[2]


@dataclass(frozen=True)
class Attachment:
    """A part that is not the text of the mail. `inline` parts are shown inside the HTML by their `content_id`."""

    filename: str
    content_type: str
    content: bytes = field(repr=False)
    inline: bool = False
    content_id: str = ""

    @property
    def size(self) -> int:
        """In bytes, decoded."""
        return len(self.content)

    @cached_property
    def md5(self) -> str:
        """Hexadecimal, to compare contents; nothing is secured by it."""
        return hashlib.md5(self.content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class AutomaticMail:
    """What tells a machine's mail from a person's (rules 12 and 14).

    `suppressed_by` names the reason not to answer automatically, such as "auto-submitted"; "" when there is none.
    `bounce_temporary` is None where the bounce does not say. `bounced_ids` are the Message-IDs of the mail that bounced
    as far as the bounce tells, that mail's own first; `bounce_diagnosis` is what the other server said, "" where no
    report tells. `is_certain` tells that more than words say that a machine wrote.
    """

    auto_reply: bool = False
    out_of_office: bool = False
    list_mail: bool = False
    bounce: bool = False
    bounce_recipients: tuple[str, ...] = ()
    bounce_temporary: bool | None = None
    bounced_ids: tuple[str, ...] = ()
    bounce_diagnosis: str = ""
    suppressed_by: str = ""
    is_certain: bool = False


@dataclass(frozen=True)
class Verdicts:
    """What the receiving server (SES) found: RFC 8601 results and its own filters; "" where it says nothing."""

    dmarc: str = ""
    spf: str = ""
    dkim: str = ""
    spam: str = ""
    virus: str = ""


@dataclass(frozen=True)
class InboundMail:
    """One mail as read. `text` always holds everything; `reply_text` and `quoted_text` are its two halves.

    Ids stand without angle brackets. `html` is as sent and must pass `safe_html.sanitise` before anybody sees it.
    `return_path` is None without such a header and "" when it is the null path `<>`.
    """

    subject: str = ""
    from_: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    delivered_to: tuple[str, ...] = ()
    redirected_to: tuple[str, ...] = ()
    return_path: str | None = None
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    date: datetime | None = None
    text: str = ""
    html: str = ""
    reply_text: str = ""
    quoted_text: str = ""
    attachments: tuple[Attachment, ...] = ()
    language: str = "en"
    automatic: AutomaticMail = AutomaticMail()
    loop_header: str = ""
    verdicts: Verdicts = Verdicts()
    charset: str = ""
    defects: tuple[Defect, ...] = ()

    @property
    def cause(self) -> str:
        """Why no ticket can be made of this mail, as a code: "no_content", "no_sender", or "" when it is readable."""
        if not (self.text.strip() or self.html.strip() or self.attachments or self.subject):
            return "no_content"
        return "" if self.sender else "no_sender"

    @property
    def is_readable(self) -> bool:
        return not self.cause

    @property
    def sender(self) -> Address | None:
        """Who wants the answer: From; Reply-To only where From is missing, since anybody may set it."""
        return self.from_ or (self.reply_to[0] if self.reply_to else None)

    @property
    def recipients(self) -> tuple[str, ...]:
        """Every address the mail was meant for, lower case, each once: To, Cc and what servers noted on the way."""
        named = [address.key for address in (*self.to, *self.cc)]
        return tuple(dict.fromkeys([*named, *self.delivered_to]))

    @property
    def thread_ids(self) -> tuple[str, ...]:
        """The ids this mail answers, nearest first: In-Reply-To, then References from the newest (rule 8b)."""
        nearest_first = [self.in_reply_to, *reversed(self.references)]
        return tuple(dict.fromkeys(identifier for identifier in nearest_first if identifier))

    @cached_property
    def shown_ids(self) -> frozenset[str]:
        """The Content-IDs of the pictures that the HTML shows (RFC 2392)."""
        named = islice(_CID.finditer(self.html), _MOST_SHOWN)
        return frozenset(unquote(unescape(found[1])) for found in named)

    @property
    def is_automatic(self) -> bool:
        """Whether a machine wrote it for certain (rule 14). Marks that servers set on people's mail as well, such as
        X-Auto-Response-Suppress, do not tell it, nor do words alone: a ticket may sleep on at such a mail."""
        return self.automatic.is_certain or bool(self.loop_header)

    @property
    def may_be_by_machine(self) -> bool:
        """Whether any mark of rule 12 is on it: then nothing answers it automatically, and nobody acts by it. Our own
        addresses and BCC are `is_blind_copy_to`'s."""
        return bool(self.automatic.suppressed_by)

    @property
    def dmarc_pass(self) -> bool:
        """A mail without this never acts as an agent (rule 9)."""
        return self.verdicts.dmarc == "pass"

    @property
    def fails_dmarc(self) -> bool:
        """Whether the domain in From disowns it (RFC 7489); of many domains nothing is known."""
        return self.verdicts.dmarc == "fail"

    @property
    def is_spam(self) -> bool:
        return self.verdicts.spam == "fail"

    @property
    def is_infected(self) -> bool:
        return self.verdicts.virus == "fail"

    def is_blind_copy_to(self, receives: Callable[[str], bool]) -> bool:
        """Whether no address at which we receive is named in To or Cc, nor as where another mailbox redirects its mail
        to."""
        named = (*(address.key for address in (*self.to, *self.cc)), *self.redirected_to)
        return not any(map(receives, named))
