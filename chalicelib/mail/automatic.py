"""Who wrote: a person or a machine (rules 12 and 14)."""

import re
from email.message import Message

from chalicelib.mail import bounces, headers
from chalicelib.mail.message import Address, AutomaticMail
from chalicelib.mail.write import LOOP_HEADER

_AUTO_REPLY_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Autoresponder", "X-Mail-Autoreply")
_BULK = {"bulk", "list", "junk", "auto_reply"}
_LIST_HEADERS = (
    *("List-Id", "List-Post", "List-Unsubscribe", "List-Help"),
    *("List-Subscribe", "List-Owner", "List-Archive"),
)
_ROBOT = re.compile(
    r"^(?:mailer-daemon|postmaster|mail-?daemon|(?:no|do[-_.]?not)[-_.]?reply|bounces?|auto-?reply)(?![^\W_])",
    re.IGNORECASE,
)
_AUTO_REPLY_SUBJECT = re.compile(
    r"^\W*(?:auto(?:matic|mated)?[ -]?(?:reply|response|answer)|out of (?:the )?office"
    r"|자동\s?(?:회신|응답|답장)|부재\s?중|automatische (?:antwort|reactie)|abwesenheits|réponse automatique"
    r"|absence du bureau|respuesta automática"
    r"|fuera de (?:la )?oficina|risposta automatica|fuori sede|resposta automática|automatisk svar|autosvar"
    r"|automaattinen vastaus|odpowiedź automatyczna|автоответ|автоматический ответ"
    r"|自動(?:応答|返信|回覆)|不在|自动(?:回复|答复))",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"out of (?:the )?office|on (?:annual |parental |sick )?(?:leave|vacation|holiday)"
    r"|away from (?:my|the) (?:desk|office|e-?mail)|부재\s?중|휴가\s?(?:중|입니다|로)|출장\s?(?:중|으로|입니다)"
    r"|자리를 비|abwesen|nicht im (?:büro|haus)|im urlaub|en congé|absent|fuera de (?:la )?oficina|de vacaciones"
    r"|fuori (?:sede|ufficio)|in ferie|de férias|不在|休暇|出張中|外出|休假",
    re.IGNORECASE,
)


def facts(message: Message, subject: str, sender: Address | None, text: str) -> AutomaticMail:
    """What the header fields, the subject and, for bounces and absence, the text tell."""
    bounce = bounces.find(message, subject, sender, text)
    is_auto_reply = not bounce.is_bounce and _is_auto_reply(message, subject)
    return AutomaticMail(
        auto_reply=is_auto_reply,
        out_of_office=is_auto_reply and bool(_AWAY.search(subject) or _AWAY.search(text[:2_000])),
        list_mail=any(message.get(name) for name in ("List-Id", "List-Post")) or _precedence(message) == "list",
        bounce=bounce.is_bounce,
        bounce_recipients=bounce.recipients,
        bounce_temporary=bounce.is_temporary,
        bounced_ids=bounce.ids,
        suppressed_by="bounce" if bounce.is_bounce else _suppressed_by(message, sender, is_auto_reply=is_auto_reply),
    )


def _is_auto_reply(message: Message, subject: str) -> bool:
    return (
        _auto_submitted(message) in {"auto-replied", "auto-notified"}
        or _has_auto_reply_header(message)
        or _precedence(message) == "auto_reply"
        or bool(_AUTO_REPLY_SUBJECT.search(subject))
    )


def _suppressed_by(message: Message, sender: Address | None, *, is_auto_reply: bool) -> str:
    """The first of rule 12's reasons that holds, as a code; "" when an automatic answer may go out."""
    reasons = {
        "loop": LOOP_HEADER in message,
        "null_return_path": return_path(message) == "",
        "auto_submitted": _auto_submitted(message) not in {"", "no"},
        "precedence": _precedence(message) in _BULK,
        "list": any(name in message for name in _LIST_HEADERS),
        "auto_response_suppress": _suppresses_responses(message),
        "auto_reply": is_auto_reply,
        "robot": bool(sender and _ROBOT.match(sender.email)),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def return_path(message: Message) -> str | None:
    """The envelope's sender as the receiving server noted it: None if it did not, "" for the null path."""
    value = message.get("Return-Path")
    if value is None:
        return None
    found = headers.addresses([str(value)])
    return found[0].key if found else ""


def _auto_submitted(message: Message) -> str:
    """RFC 3834 5: the keyword without its parameters."""
    return headers.text(headers.first_value(message, "Auto-Submitted")).partition(";")[0].strip().lower()


def _precedence(message: Message) -> str:
    return headers.text(headers.first_value(message, "Precedence")).lower()


def _has_auto_reply_header(message: Message) -> bool:
    values = (headers.first_value(message, name).strip().lower() for name in _AUTO_REPLY_HEADERS)
    return any(value and value not in {"no", "false"} for value in values)


def _suppresses_responses(message: Message) -> bool:
    return headers.first_value(message, "X-Auto-Response-Suppress").strip().lower() not in {"", "none"}
