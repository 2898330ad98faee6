"""What Deskbell reads in a raw mail, and what of it decides where the mail goes. No desk, no AWS."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.address import normal_address
from chalicelib.domain.errors import InvalidInput
from chalicelib.mail import threading
from chalicelib.mail.message import Address, InboundMail

_SIGNED = re.compile(r"[^+@]+\+(\d{1,15})-[0-9a-f]{24}@.+", re.IGNORECASE)
"""A reply address of some desk; whether its signature holds, only that desk can tell."""

_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What JSON lets through and a terminal, or who reads line by line, does not: C1 codes, direction and line marks."""

_QUARANTINE = {
    "no_content": "It has neither text nor attachments nor a subject.",
    "no_sender": "No usable address stands in From or Reply-To.",
    "virus": "The receiving server found a virus.",
    "address_missing": "The sender has no address.",
    "address_invalid": "The sender's address is none that could be answered.",
}
_ABOUT_SENDER = frozenset({"no_sender", "address_missing", "address_invalid"})
_UNLESS_IT_CAME_BACK = " If it came back for a mail of the desk, it goes onto that one's ticket all the same."
_SUPPRESSED = {
    "loop": "it carries the loop header of a desk",
    "null_return_path": "its return path is empty",
    "auto_submitted": "its header Auto-Submitted says that a machine sent it",
    "receipt": "it tells that a mail was read or not",
    "reaction": "it is a press on a button that a mail program put into words",
    "recall": "it takes another mail back for a mail program",
    "calendar_answer": "it is a calendar program's answer to an invitation",
    "precedence": "its header Precedence says bulk, list or junk",
    "list": "it has headers of a mailing list",
    "auto_response_suppress": "its header X-Auto-Response-Suppress asks for none",
    "auto_reply": "it is an automatic reply itself",
    "robot": "its sender is an address that nobody reads",
    "bounce": "it is a bounce",
    "spam": "the receiving server took it for spam",
    "forged": "its sender may be forged, since DMARC failed",
}


@dataclass(frozen=True)
class Step:
    """One thing that decides: `code` names it, `says` tells a person, `facts` are what a program reads."""

    code: str
    says: str
    facts: dict[str, Any]


def as_line(mail: InboundMail, found: tuple[Step, ...] = ()) -> str:
    """One JSON object, on one line: everything that was read and the steps of the route; `found` is what a desk knows.

    Times are RFC 3339 in UTC. Escapes whatever could act on a terminal.
    """
    steps = [{"step": step.code, "says": step.says, **step.facts} for step in (*route(mail), *found)]
    line = json.dumps(reading(mail) | {"route": steps}, ensure_ascii=False)
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", line)


def reading(mail: InboundMail) -> dict[str, Any]:
    """The mail as plain values; `from` is "" and `date` None where there is none that can be understood."""
    automatic = mail.automatic
    return {
        "subject": mail.subject,
        "from": mail.from_.email if mail.from_ else "",
        "from_name": mail.from_.name if mail.from_ else "",
        "to": _emails(mail.to),
        "cc": _emails(mail.cc),
        "reply_to": _emails(mail.reply_to),
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "references": list(mail.references),
        "date": mail.date.isoformat() if mail.date else None,
        "text": mail.text,
        "reply_text": mail.reply_text,
        "quoted_text": mail.quoted_text,
        "html": mail.html,
        "attachments": [
            {
                "filename": attachment.filename,
                "size": attachment.size,
                "md5": attachment.md5,
                "content_type": attachment.content_type,
                "inline": attachment.inline,
            }
            for attachment in mail.attachments
        ],
        "auto_reply": automatic.auto_reply,
        "out_of_office": automatic.out_of_office,
        "list_mail": automatic.list_mail,
        "bounce": automatic.bounce,
        "bounce_recipients": list(automatic.bounce_recipients),
        "bounce_temporary": automatic.bounce_temporary,
        "charset": mail.charset,
        "defects": list(mail.defects),
    }


def route(mail: InboundMail) -> tuple[Step, ...]:
    """What decides, in the order in which it is asked (rules 8, 9, 12)."""
    return tuple(_steps(mail))


def quarantine_cause(mail: InboundMail) -> str:
    """A code, "" when nothing in the mail itself keeps it from becoming a ticket."""
    if mail.cause:
        return mail.cause
    if mail.is_infected:
        return "virus"
    try:
        normal_address(mail.sender.email if mail.sender else "")
    except InvalidInput as error:
        return error.code
    return ""


def _steps(mail: InboundMail) -> Iterator[Step]:
    yield _verdicts(mail)
    if cause := quarantine_cause(mail):
        unless = _UNLESS_IT_CAME_BACK if mail.automatic.bounce and cause in _ABOUT_SENDER else ""
        yield Step("quarantine", f"It would go to the quarantine. {_QUARANTINE[cause]}{unless}", {"cause": cause})
        return
    yield _reply_addresses(mail)
    yield _ids(mail)
    yield _number(mail)
    yield _sender(mail)
    yield _automatic_answer(mail)


def _verdicts(mail: InboundMail) -> Step:
    verdicts = mail.verdicts
    facts = {name: getattr(verdicts, name) for name in ("spam", "virus", "dmarc", "spf", "dkim")}
    known = ", ".join(f"{name} {value}" for name, value in facts.items() if value)
    return Step("verdicts", f"The receiving server says: {known or 'nothing'}.", facts)


def _reply_addresses(mail: InboundMail) -> Step:
    matches = (_SIGNED.fullmatch(recipient) for recipient in mail.recipients)
    found = [{"address": match[0], "ticket": int(match[1])} for match in matches if match]
    says = "It is not addressed to a ticket's own reply address."
    if found:
        named = ", ".join(f"{one['address']} (ticket #{one['ticket']})" for one in found)
        says = f"First, the reply address decides, if its signature is the desk's: {named}."
    return Step("reply_address", says, {"found": found})


def _ids(mail: InboundMail) -> Step:
    asked = list(mail.thread_ids)
    says = "It answers no mail: In-Reply-To and References name none."
    if asked:
        says = f"Then the mails that it answers, nearest first: {', '.join(asked)}."
    return Step("ids", says, {"asked": asked})


def _number(mail: InboundMail) -> Step:
    number = threading.subject_number(mail.subject)
    says = "Its subject holds no ticket number such as [#12]."
    if number is not None:
        says = f"Then the number in the subject, #{number}, provided that the sender takes part in that ticket."
    return Step("subject_number", says, {"number": number, "condition": "sender_takes_part" if number else ""})


def _sender(mail: InboundMail) -> Step:
    says = "DMARC passed: from an agent's address, it would count as that agent's answer."
    if mail.is_automatic:
        says = "A machine wrote it: it is kept as such, and never counts as an agent's answer."
    elif mail.may_be_by_machine:
        says = "A machine may have written it: even from an agent's address, it would stay on the ticket as a note."
    elif not mail.dmarc_pass:
        says = "DMARC did not pass: even from an agent's address, it would never count as that agent's answer."
        if not mail.verdicts.dmarc:
            says += (
                " (A mail without verdicts that ./deskbell mail send or the local SMTP door takes counts as passed.)"
            )
    return Step("sender", says, {"may_act_as_agent": mail.dmarc_pass and not mail.may_be_by_machine})


def _automatic_answer(mail: InboundMail) -> Step:
    further = {"loop": bool(mail.loop_header), "spam": mail.is_spam, "forged": mail.fails_dmarc}
    reason = mail.automatic.suppressed_by or next((name for name, holds in further.items() if holds), "")
    says = "An automatic answer may follow, within the limits per sender, unless the desk got it as a blind copy only."
    if reason:
        says = f"No automatic answer follows, because {_SUPPRESSED.get(reason, reason)}."
    facts = {"suppressed_by": reason, "loop_header": mail.loop_header}
    return Step("automatic_answer", says, facts)


def _emails(addresses: tuple[Address, ...]) -> list[str]:
    return [address.email for address in addresses]
