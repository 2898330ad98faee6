"""Mail that could not be delivered: whose, and for good or for now. RFC 3464 reports first, then what servers that
don't know it write in plain words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from itertools import islice

from chalicelib.mail import headers
from chalicelib.mail.message import Address

_MOST_PARTS = 100
_REPORT_FIELDS = ("Original-Recipient", "Final-Recipient")
_DAEMON = re.compile(r"^(mailer-?daemon|mail-?daemon|postmaster|mdaemon|mail delivery|mta|bounce)", re.IGNORECASE)
_SUBJECT = re.compile(
    r"undeliver|not deliver|delivery (status|failure|failed|problem|report|notification|has failed|error)|returned (mail|to sender)"
    r"|failure notice|mail (delivery|system error|failure)|message (delayed|not sent|undeliver)|non.?delivery|bounce"
    r"|could not (be )?deliver|unzustellbar|nicht zugestellt|échec|non remis|no entregado|배달\s?(실패|불가|지연)|반송|전송\s?실패"
    r"|発送エラー|配信(不能|エラー|失敗)|退信|недоставлен|не доставлен",
    re.IGNORECASE,
)
_DELAY = re.compile(r"delay|warning|still trying|will (be )?(keep|retr|continue)|temporar|지연", re.IGNORECASE)
_FAILURE = re.compile(
    r"user unknown|unknown user|no such (user|recipient|account|address)|does(n't| not) exist|mailbox (is )?(full|unavailable|"
    r"not found|disabled)|over quota|quota exceeded|address rejected|invalid (recipient|address|mailbox)|not a known user|"
    r"could ?n[o']t (be )?deliver|undeliverable|permanent (fatal )?error|fatal errors|delivery (has )?failed|"
    r"unable to deliver|relay(ing)? denied|550[ -]|55\d \d\.\d\.\d|unrouteable|host unknown|following address",
    re.IGNORECASE,
)
_ORIGINAL_BELOW = re.compile(
    r"^[-=_ *]*(original message|below this line|this is a copy|included is|the (original )?message|returned message"
    r"|original mail|원본|forwarded message|begin (returned|original)|your message (follows|reads|was)|message header"
    r"|unsent message|message text follows|transcript of session follows)\b.*|^(received|return-path|message-id): .*",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = re.compile(r"[\w.+=&'*/!#$%-]{1,100}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


@dataclass(frozen=True)
class Bounce:
    """`is_temporary` is None where it is not said; recipients as the report writes them, each once."""

    is_bounce: bool = False
    recipients: tuple[str, ...] = ()
    is_temporary: bool | None = None


def find(message: Message, subject: str, sender: Address | None, text: str) -> Bounce:
    reports = list(_report_entries(message))
    if reports:
        return _from_reports(reports)
    recipients = _failed_recipients(message)
    looks_like_one = bool(recipients) or _comes_from_daemon(message, sender) or bool(_SUBJECT.search(subject))
    if not looks_like_one:
        return Bounce()
    return _from_words(recipients, subject, text, sender)


def _report_entries(message: Message) -> Iterator[Message]:
    """The per-recipient blocks of `message/delivery-status` (RFC 3464 2.3)."""
    for part in islice(message.walk(), _MOST_PARTS):
        if part.get_content_type() == "message/delivery-status" and isinstance(part.get_payload(), list):
            blocks = [block for block in part.get_payload() if isinstance(block, Message)]
            yield from (block for block in blocks if any(name in block for name in _REPORT_FIELDS))


def _from_reports(reports: list[Message]) -> Bounce:
    """Actions other than failed and delayed, such as `relayed`, are receipts and no bounce."""
    troubles = [(entry, action) for entry in reports if (action := _action(entry)) in {"failed", "delayed"}]
    if not troubles:
        return Bounce()
    recipients = [recipient for entry, _ in troubles if (recipient := _recipient(entry))]
    is_temporary = all(action == "delayed" for _, action in troubles)
    return Bounce(is_bounce=True, recipients=tuple(dict.fromkeys(recipients)), is_temporary=is_temporary)


def _action(entry: Message) -> str:
    """The keyword of the Action field; servers write "failure", "error" and remarks where only `failed` is allowed."""
    words = re.findall(r"[a-z]+", headers.first_value(entry, "Action").lower())
    word = words[0] if words else ""
    if word.startswith(("fail", "error")) or (not word and headers.first_value(entry, "Status").startswith("5")):
        return "failed"
    return word


def _recipient(entry: Message) -> str:
    for name in _REPORT_FIELDS:
        found = _ADDRESS.findall(headers.text(headers.first_value(entry, name)).partition(";")[2])
        found = found or _ADDRESS.findall(headers.text(headers.first_value(entry, name)))
        if found:
            return str(found[-1])
    return ""


def _failed_recipients(message: Message) -> tuple[str, ...]:
    """Exim's own header, one or several addresses."""
    values = headers.all_values(message, "X-Failed-Recipients")
    return tuple(address.email for address in headers.addresses(values))


def _comes_from_daemon(message: Message, sender: Address | None) -> bool:
    is_null_path = headers.first_value(message, "Return-Path").strip() == "<>"
    is_daemon = bool(sender and (_DAEMON.match(sender.email) or _DAEMON.match(sender.name)))
    return is_daemon or is_null_path


def _from_words(recipients: tuple[str, ...], subject: str, text: str, sender: Address | None) -> Bounce:
    """A notice in plain words: the addresses that stand before the copy of the original mail."""
    notice = text[: match.start()] if (match := _ORIGINAL_BELOW.search(text)) else text
    if not (recipients or _FAILURE.search(notice) or _SUBJECT.search(subject)):
        return Bounce()
    own = {sender.key if sender else ""}
    named = (found.strip(".'") for found in _ADDRESS.findall(notice[:20_000]))
    found = recipients or tuple(dict.fromkeys(email for email in named if email.lower() not in own))
    return Bounce(is_bounce=True, recipients=found, is_temporary=bool(_DELAY.search(subject)))
