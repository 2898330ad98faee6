"""Mail that could not be delivered: whose, and for good or for now. RFC 3464 reports first, then what servers that
don't know it write in plain words."""

import re
from dataclasses import dataclass, replace
from email.message import Message

from chalicelib.mail import addresses, headers, parameters, returned
from chalicelib.mail.message import Address

_LONGEST_NOTICE = 20_000
_DAEMON = re.compile(r"^(?:mailer-?daemon|mail-?daemon|mdaemon)\b", re.IGNORECASE)
_POSTMASTER = re.compile(
    r"^(?:post[_-]?master|mail delivery|mail administrator|system administrator|bounces?)(?![^\W_])", re.IGNORECASE
)
_NOBODY = re.compile(r"\s*<(?:mailer-daemon[^>]*)?>", re.IGNORECASE)
_NO_REPLY = re.compile(r"(?:no|do[-_.]?not)[-_.]?reply\b", re.IGNORECASE)
_SUBJECT = re.compile(
    r"undeliver|not (?:be )?deliver|delivery (?:status|fail|problem|report|notification|has failed|error)"
    r"|failure notice|returned (?:mail|to sender)|(?:mail|message) (?:failed|failure|delayed|not sent)"
    r"|(?:failed|failing) mail|non.?delivery|mail (?:delivery|system error)|unzustellbar|nicht zugestellt|non remis"
    r"|no (?:se puede )?entrega[dr]|échec de (?:la )?(?:remise|distribution)|non (?:recapitabile|consegnat)"
    r"|impossibile recapitare|não (?:entregue|é possível entregar)|onbestelbaar|kan (?:inte|ikke) leveres|olevererbar"
    r"|niedostarcz|teslim edilemedi|недоставлен|не ?(?:было )?доставлен|mail failure"
    r"|배달(?:되지|\s?(?:실패|불가|지연))|(?:전송|발송|수신|전달)\s?(?:실패|오류|불가)|반송"
    r"|(?:配信|送信)(?:不能|エラー|失敗|でき)|メールエラー|エラー通知|退信|未送达|无法(?:投递|传递|送达)|無法傳遞"
    r"|(?:传输|投递|傳送|发送)(?:失败|失敗)",
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
_MAIL_WORDS = re.compile(
    r"\b(?:your|the|this|following|original) (?:e-?mail|mail|message)\b|recipient|mailbox|smtp|(?<![\d.])[45]\d\d[ -]"
    r"|메일|メール|письм|correo|courrier|nachricht|邮件|郵件",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"[?？](?:\s|$)")
_STATUS = re.compile(r"(?<![\d.])([45])\.\d{1,3}\.\d{1,3}(?![\d.])")
_REPLY = re.compile(r"(?<![\d.:\[-])([45])[0-5]\d(?=[ -](?:[A-Za-z<#]|\d\.))")
_REPLY_PREFIX = re.compile(
    r"\s*(?:re|aw|sv|antw|odp|rv|回复|回覆|返信|답장|회신)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE
)
_FORWARD_PREFIX = re.compile(
    r"\s*(?:fwd?|wg|tr|rv|i|enc|vs|doorst|转发|轉寄|転送|전달)\s*(?:\[\d+\])?\s*[:：]|\[fwd:", re.IGNORECASE
)
# The line after which servers list whom they could not reach.
_LIST_OPENING = re.compile(
    r"(?:following|intended|failed|these|specified) (?:e-?mail )?(?:address|recipient)|did not (?:reach|receive)"
    r"|(?:address|recipient)(?:es|\(es\)|s|\(s\))?\W{0,20}:\W{0,20}$"
    r"|(?:delivered|sent|addressed|message) to\b[^@]{0,60}:\W{0,20}$"
    r"|(?:undeliverable|intended|failed|unknown|invalid) (?:address|recipient)",
    re.IGNORECASE | re.MULTILINE,
)
_ORIGINAL_BELOW = re.compile(
    r"^(?=.*[-=_*|]{3})(?!.*(?:deliver|address|recipient|\blog\b))(?=.*(?:original|returned|unsent|message|mail|copy|header|원본|原信)\b)"
    r"(?=.*(?:follow|below|copy|return|unsent|original|header|body)).*$"
    r"|^(?:original message|below this line|this is a copy|included is|returned message)\b.*[:.]?$"
    r"|^>?\s?(?:received|return-path|message-id):.*$",
    re.IGNORECASE | re.MULTILINE,
)
_DIAGNOSTIC_TYPE = re.compile(r"^[A-Za-z0-9-]{1,40}\s*;\s*")
_ADDRESS = re.compile(r"[\w+&*/!#$%-][\w.+=&'*/!#$%-]{0,99}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
# As programs list them: the address ends its line or a colon follows; people write on.
_LISTED_ADDRESS = re.compile(rf"^.{{0,40}}(?<![\w.]){_ADDRESS.pattern}[>\s\"]*(?:$|:)", re.MULTILINE)
_SERVICE_ADDRESS = re.compile(r"^(?:postmaster|mailer-daemon|abuse|hostmaster|helpdesk|support)@", re.IGNORECASE)


@dataclass(frozen=True)
class Bounce:
    """`is_temporary` is None where it is not said; recipients as the report writes them, each once. `diagnosis` is what
    the other server said of the first of them, "" where no report tells. `is_proven` tells that more than words say it:
    a report, a field that servers write, the address of a server."""

    is_bounce: bool = False
    is_proven: bool = False
    recipients: tuple[str, ...] = ()
    is_temporary: bool | None = None
    ids: tuple[str, ...] = ()
    diagnosis: str = ""


def find(message: Message, subject: str, sender: Address | None, text: str) -> Bounce:
    """What a notice says, `Bounce()` when the mail is none. `text` and `subject` are those of the mail, decoded."""
    if _is_postmaster(message, sender) and (wrapped := returned.wrapped_report(message)):
        message = wrapped
    notice = text[:_LONGEST_NOTICE]
    notice = notice[: match.start()] if (match := _ORIGINAL_BELOW.search(notice)) else notice
    reports = list(returned.report_entries(message))
    if reports and not _is_passed_on(message, subject, sender):
        found = _from_reports(reports)
    else:
        found = _from_words(message, subject, sender, notice)
    if not found.is_bounce:
        return found
    recipients = found.recipients or tuple(filter(None, [returned.receiver(message, text)]))
    return replace(found, recipients=recipients, ids=returned.ids(message, text))


def _from_reports(reports: list[Message]) -> Bounce:
    """Actions other than failed and delayed, such as `relayed`, are receipts and no bounce. Where some failed for good
    and some are late, the late ones are not named: nothing is wrong with them yet."""
    troubles = [entry for entry in reports if _action(entry) in {"failed", "delayed"}]
    if not troubles:
        return Bounce()
    final = [entry for entry in troubles if not _is_entry_temporary(entry)]
    named = final or troubles
    recipients = tuple(dict.fromkeys(recipient for entry in named if (recipient := _recipient(entry))))
    diagnosis = next((said for entry in named if (said := _diagnosis(entry))), "")
    return Bounce(True, True, recipients, is_temporary=not final, diagnosis=diagnosis)


def _action(entry: Message) -> str:
    """The keyword of the Action field; servers write "failure", "error" and remarks where only `failed` is allowed."""
    words = re.findall(r"[a-z]+", headers.first_value(entry, "Action").lower())
    word = words[0] if words else ""
    if word.startswith(("fail", "error")) or (not word and headers.first_value(entry, "Status").strip()[:1] == "5"):
        return "failed"
    return word


def _is_entry_temporary(entry: Message) -> bool:
    """By the class of the status (RFC 3463 2): 4 is for now, whatever the action. A status without detail (x.0.0) is
    what servers write who don't know; then the words of the other server tell more."""
    if _action(entry) == "delayed":
        return True
    status = headers.first_value(entry, "Status").strip()
    said = _classes(_diagnosis(entry)) if not status or re.match(r"[45]\.0\.0", status) else set()
    return said == {"4"} if said else status.startswith("4")


def _diagnosis(entry: Message) -> str:
    """The words of the other server, without the type before them, such as "smtp;" (RFC 3464 2.3.6)."""
    written = headers.text(headers.first_value(entry, "Diagnostic-Code"))
    return _DIAGNOSTIC_TYPE.sub("", written)


def _classes(words: str) -> set[str]:
    """The first digits of the status codes and, where there are none, of the SMTP replies that are named."""
    return set(_STATUS.findall(words)) or set(_REPLY.findall(words))


def _recipient(entry: Message) -> str:
    for name in ("Original-Recipient", "Final-Recipient"):
        found = _ADDRESS.findall(headers.text(headers.first_value(entry, name)).partition(";")[2])
        found = found or _ADDRESS.findall(headers.text(headers.first_value(entry, name)))
        if found:
            return str(found[-1])
    return ""


def _from_words(message: Message, subject: str, sender: Address | None, notice: str) -> Bounce:
    recipients = _failed_recipients(message)
    named = recipients or _named_recipients(notice, _own_addresses(message, sender))
    if not (recipients or _is_notice(message, subject, sender, notice, names_somebody=bool(named))):
        return Bounce()
    is_late = bool(_DELAY.search(subject) or _DELAY.search(notice))
    is_temporary = is_late or _classes(notice) == {"4"}
    is_proven = bool(recipients) or _is_postmaster(message, sender) or _has_mark_of_machine(message)
    return Bounce(is_bounce=True, is_proven=is_proven, recipients=named, is_temporary=is_temporary)


def _failed_recipients(message: Message) -> tuple[str, ...]:
    """Exim's own header, one or several addresses."""
    values = headers.all_values(message, "X-Failed-Recipients")
    return tuple(address.email for address in addresses.find(values))


def _is_passed_on(message: Message, subject: str, sender: Address | None) -> bool:
    """Whether somebody forwards or answers a notice: then it is a person's mail, whatever it quotes."""
    is_report = parameters.find(message, "content-type", "report-type").lower() == "delivery-status"
    return not (is_report or _is_postmaster(message, sender)) and _is_answer(message, subject)


def _is_postmaster(message: Message, sender: Address | None) -> bool:
    """By the address; companies and people have such names as well, which tell something in a machine's mail alone."""
    if sender is None:
        return _names_postmaster(headers.text(headers.first_value(message, "From")))
    if _names_postmaster(sender.email):
        return True
    return _names_postmaster(sender.name) and _has_mark_of_machine(message)


def _names_postmaster(name: str) -> bool:
    return bool(_DAEMON.match(name) or _POSTMASTER.match(name))


def _is_notice(message: Message, subject: str, sender: Address | None, notice: str, *, names_somebody: bool) -> bool:
    """Whether a machine writes of a mail that failed; customers write of failed deliveries as well, and so do parcel
    services: those name no address that could not be reached."""
    if sender and _DAEMON.match(sender.email):
        return True
    says_so, is_trouble = bool(_SUBJECT.search(subject)), bool(_TROUBLE.search(notice))
    if returned.is_receipt(message):
        return is_trouble and names_somebody
    if returned.is_complaint(message) or _FORWARD_PREFIX.match(subject):
        return False
    is_listed = bool(_LISTED_ADDRESS.search(notice))
    if _is_answer(message, subject):
        return _is_postmaster(message, sender) and is_trouble and bool(is_listed or _classes(notice))
    if _is_postmaster(message, sender):
        return says_so or is_trouble
    if _is_from_machine(message, notice) or (sender and _NO_REPLY.match(sender.email)):
        is_of_mail = returned.has_copy(message) or (names_somebody and bool(_MAIL_WORDS.search(notice)))
        return is_of_mail and (says_so or (is_trouble and is_listed))
    return says_so and is_trouble and is_listed and not _is_person(message, sender, notice)


def _is_person(message: Message, sender: Address | None, notice: str) -> bool:
    """Somebody who gives a name, sends back nothing or asks: programs do not."""
    is_copied = returned.has_copy(message) or bool(_ORIGINAL_BELOW.search(notice))
    return bool(_QUESTION.search(notice)) or bool(sender and sender.name and not is_copied)


def _is_answer(message: Message, subject: str) -> bool:
    """Forwarded or answered by a person; some programs call their notices "Re:", but name nothing that they answer."""
    return bool(_FORWARD_PREFIX.match(subject)) or bool(_REPLY_PREFIX.match(subject) and "In-Reply-To" in message)


def _is_from_machine(message: Message, notice: str) -> bool:
    return _has_mark_of_machine(message) or bool(_MACHINE_WORDS.search(notice))


def _has_mark_of_machine(message: Message) -> bool:
    return (
        bool(_NOBODY.match(headers.first_value(message, "Return-Path")))
        or headers.first_value(message, "Auto-Submitted").strip().lower() not in {"", "no"}
        or any(part.get_content_type().endswith("delivery-status") for part in returned.parts(message))
    )


def _own_addresses(message: Message, sender: Address | None) -> set[str]:
    """Who wrote the notice and who gets it: neither is the one that could not be reached."""
    receivers = addresses.find([*headers.all_values(message, "To"), *headers.all_values(message, "Return-Path")])
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
