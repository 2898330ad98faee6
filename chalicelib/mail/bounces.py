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
_LONGEST_NOTICE = 20_000
_REPORT_FIELDS = ("Original-Recipient", "Final-Recipient")
_DAEMON = re.compile(r"^(?:mailer-?daemon|mail-?daemon|mdaemon)\b", re.IGNORECASE)
_POSTMASTER = re.compile(r"^(?:postmaster|mail delivery|mail administrator|system administrator|bounce)", re.IGNORECASE)
_SUBJECT = re.compile(
    r"undeliver|not (?:be )?deliver|delivery (?:status|fail|problem|report|notification|has failed|error)"
    r"|failure notice|returned (?:mail|to sender)|(?:mail|message) (?:failed|failure|delayed|not sent)"
    r"|(?:failed|failing) mail|non.?delivery|mail (?:delivery|system error)|unzustellbar|nicht zugestellt|non remis"
    r"|no entregado|не ?доставлен|배달\s?(?:실패|불가|지연)|반송|전송\s?실패|配信(?:不能|エラー|失敗)|退信"
    r"|(?:传输|投递|傳送)失败",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"(?:user|recipient|host|domain|address|mailbox) (?:is )?"
    r"(?:unknown|not found|disabled|unavailable|full|rejected|invalid)"
    r"|(?:unknown|invalid|no such|no valid|not a known) (?:user|recipient|host|address|mailbox|account)"
    r"|does(?:n't| not) exist|over (?:disk )?quota|quota exceeded|undeliver|could ?n(?:o|')t be (?:delivered|sent)"
    r"|unable to deliver|relaying denied|not (?:yet )?been delivered|(?:was|has been) (?:returned|rejected|blocked)"
    r"|(?:permanent|fatal) errors?|\b5\d\d[ -]5\.\d\.\d|did not (?:reach|receive|exactly match)"
    r"|delivery (?:has )?failed|unrouteable|n'existe pas|无法送达|전달할 수 없|배달되지",
    re.IGNORECASE,
)
_MACHINE_WORDS = re.compile(
    r"(?:generated|created) automatically|automatic(?:ally)? (?:generated|created)|mail delivery (?:software|system)"
    r"|자동(?:으로)? (?:생성|발송)",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"\bdelayed\b|not yet been delivered|still trying|delivery attempts will continue|will continue to (?:attempt|try)"
    r"|just a warning|no action is required|지연",
    re.IGNORECASE,
)
# The line after which servers list whom they could not reach.
_LIST_OPENING = re.compile(
    r"(?:following|intended|failed|these|specified) (?:e-?mail )?(?:address|recipient)|did not (?:reach|receive)"
    r"|(?:address|recipient)(?:es|\(es\)|s|\(s\))?\W*:\W*$|(?:delivered|sent|addressed|message) to\b[^@]{0,60}:\W*$"
    r"|(?:undeliverable|intended|failed|unknown|invalid) (?:address|recipient)",
    re.IGNORECASE | re.MULTILINE,
)
_ORIGINAL_BELOW = re.compile(
    r"^(?=.*[-=_*|]{3})(?!.*(?:deliver|address|recipient|\blog\b))(?=.*(?:original|returned|unsent|message|mail|copy|header|원본|原信)\b)"
    r"(?=.*(?:follow|below|copy|return|unsent|original|header|body)).*$"
    r"|^(?:original message|below this line|this is a copy|included is|returned message)\b.*[:.]?$"
    r"|^>?\s?(?:received|return-path|message-id): .*$",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = re.compile(r"[\w+&*/!#$%-][\w.+=&'*/!#$%-]{0,99}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
# As programs list them: the address ends its line or a colon follows; people write on.
_LISTED_ADDRESS = re.compile(rf"^.{{0,40}}(?<![\w.]){_ADDRESS.pattern}[>\s\"]*(?:$|:)", re.MULTILINE)
_SERVICE_ADDRESS = re.compile(r"^(?:postmaster|mailer-daemon|abuse|hostmaster|helpdesk|support)@", re.IGNORECASE)


@dataclass(frozen=True)
class Bounce:
    """`is_temporary` is None where it is not said; recipients as the report writes them, each once."""

    is_bounce: bool = False
    recipients: tuple[str, ...] = ()
    is_temporary: bool | None = None


def find(message: Message, subject: str, sender: Address | None, text: str) -> Bounce:
    """What a notice says, `Bounce()` when the mail is none. `text` and `subject` are those of the mail, decoded."""
    reports = list(_report_entries(message))
    if reports:
        return _from_reports(reports)
    notice = text[:_LONGEST_NOTICE]
    notice = notice[: match.start()] if (match := _ORIGINAL_BELOW.search(notice)) else notice
    recipients = _failed_recipients(message)
    if not (recipients or _is_notice(message, subject, sender, notice)):
        return Bounce()
    return Bounce(
        is_bounce=True,
        recipients=recipients or _named_recipients(notice, _own_addresses(message, sender)),
        is_temporary=bool(_DELAY.search(subject) or _DELAY.search(notice)),
    )


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


def _is_notice(message: Message, subject: str, sender: Address | None, notice: str) -> bool:
    """Whether a machine writes of a delivery that failed; customers write of failed deliveries as well."""
    if sender and _DAEMON.match(sender.email):
        return True
    is_from_machine = (
        bool(sender and (_POSTMASTER.match(sender.email) or _POSTMASTER.match(sender.name)))
        or headers.first_value(message, "Return-Path").strip() == "<>"
        or headers.first_value(message, "Auto-Submitted").strip().lower() not in {"", "no"}
        or bool(_MACHINE_WORDS.search(notice))
        or any(part.get_content_type() == "message/delivery-status" for part in islice(message.walk(), _MOST_PARTS))
    )
    says_so = [bool(_SUBJECT.search(subject)), bool(_TROUBLE.search(notice)), bool(_LISTED_ADDRESS.search(notice))]
    return all(says_so) or (is_from_machine and any(says_so[:2]))


def _own_addresses(message: Message, sender: Address | None) -> set[str]:
    """Who wrote the notice and who gets it: neither is the one that could not be reached."""
    receivers = headers.addresses([*headers.all_values(message, "To"), *headers.all_values(message, "Return-Path")])
    return {address.key for address in (*receivers, *([sender] if sender else []))}


def _named_recipients(notice: str, own: set[str]) -> tuple[str, ...]:
    """The addresses after a line that announces them, else any that is named."""
    opening = _LIST_OPENING.search(notice)
    below = _addresses(notice[opening.start() :], own) if opening else ()
    return below or _addresses(notice, own)


def _addresses(text: str, own: set[str]) -> tuple[str, ...]:
    found = (re.sub(r"(?i)^smtp=", "", address) for address in _ADDRESS.findall(text))
    usable = (email for email in found if ".." not in email and not _SERVICE_ADDRESS.match(email))
    return tuple({email.lower(): email for email in usable if email.lower() not in own}.values())
