"""What came back with a notice: the reports on each recipient (RFC 3464) and the mail, or its header, that failed."""

import re
from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32
from itertools import chain, islice

from chalicelib.mail import addresses, headers, threading, transfer
from chalicelib.mail.charsets import decode
from chalicelib.mail.structure import inner

_MOST_PARTS = 100
_MOST_BLOCKS = 500
_LONGEST_COPY = 200_000
_REPORT_FIELDS = ("Original-Recipient", "Final-Recipient")
_STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}
_REPORT_TYPES = {*_STATUS_TYPES, "message/disposition-notification"}
_COPY_TYPES = {
    *("message/rfc822", "message/global", "message/rfc822-headers", "message/global-headers"),
    "message/partial",
    *("text/rfc822-headers", "text/rfc822"),
}
_BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")
_COPIED_ID = re.compile(r"^[> \t]*(?:x-)?(?:original-)?message-id:\s*(<[^<>\s]{3,400}>)", re.IGNORECASE | re.MULTILINE)
_COPIED_TO = re.compile(r"^[> \t]*to:[ \t]*([^\r\n]{3,400})", re.IGNORECASE | re.MULTILINE)


def parts(message: Message) -> Iterator[Message]:
    """The parts of this very mail: a mail within it is one of them, and what that one holds is not."""
    waiting = [message]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        yield part
        if part.get_content_maintype() != "message":
            waiting += reversed(inner(part))


def report_entries(message: Message) -> Iterator[Message]:
    """The per-recipient blocks of a delivery status (RFC 3464 2.3, in UTF-8 RFC 6533), however it is encoded."""
    for part in parts(message):
        if part.get_content_type() in _STATUS_TYPES:
            for block in islice(_BLANK_LINE.split(_written(part)), _MOST_BLOCKS):
                entry = HeaderParser(policy=compat32).parsestr(block.strip("\r\n"))
                if any(name in entry for name in _REPORT_FIELDS):
                    yield entry


def is_receipt(message: Message) -> bool:
    """Whether it tells that a mail was opened, or deleted unread (RFC 8098)."""
    return _has_part(message, "message/disposition-notification")


def is_complaint(message: Message) -> bool:
    """Whether it is a report of abuse (RFC 5965), which comes with the mail complained of."""
    return _has_part(message, "message/feedback-report")


def has_copy(message: Message) -> bool:
    """Whether a mail or its header came along."""
    return any(_has_part(message, kind) for kind in _COPY_TYPES)


def _has_part(message: Message, kind: str) -> bool:
    return any(part.get_content_type() == kind for part in parts(message))


def wrapped_report(message: Message) -> Message | None:
    """The delivery status that a gateway has packed into a mail of its own; None where none is or one lies open."""
    if any(part.get_content_type() in _STATUS_TYPES for part in parts(message)):
        return None
    mails = (inner(part)[:1] for part in parts(message) if part.get_content_type() == "message/rfc822")
    return next((mail for mail in chain.from_iterable(mails) if any(report_entries(mail))), None)


def ids(message: Message, text: str) -> tuple[str, ...]:
    """The ids under which the mail that failed is known, its own first: from the copy that came back, from lines of
    its header in `text`, then from what the notice says it answers. Without brackets; () where nothing tells."""
    named = [name for copy in _copies(message) for name in _COPIED_ID.findall(copy)]
    reports = (_written(part) for part in parts(message) if part.get_content_type() in _REPORT_TYPES)
    named += [name for report in reports for name in _COPIED_ID.findall(report)]
    named += [headers.text(headers.first_value(part, "Message-ID")) for part in parts(message) if part is not message]
    named += _COPIED_ID.findall(text[:_LONGEST_COPY])
    named += [headers.text(headers.first_value(message, name)) for name in ("In-Reply-To", "References")]
    own = threading.message_ids(headers.text(headers.first_value(message, "Message-ID")))
    found = [identifier for name in named for identifier in threading.message_ids(name)]
    return tuple(dict.fromkeys(identifier for identifier in found if identifier not in own))


def receiver(message: Message, text: str) -> str:
    """Whom the mail that failed was written to, "" where that was not just one or nothing came back."""
    named = [name for copy in [*_copies(message), text[:_LONGEST_COPY]] for name in _COPIED_TO.findall(copy)[:1]]
    found = addresses.find(named[:1])
    return found[0].email if len(found) == 1 else ""


def _copies(message: Message) -> Iterator[str]:
    return (_header(_written(part)) for part in parts(message) if part.get_content_type() in _COPY_TYPES)


def _header(copy: str) -> str:
    return _BLANK_LINE.split(copy.lstrip("\r\n")[:_LONGEST_COPY], maxsplit=1)[0]


def _written(part: Message) -> str:
    """The content as text, its transfer encoding undone, which RFC 3464 does not allow and servers use."""
    if not part.is_multipart():
        return _decoded(part)
    blocks = inner(part)[:_MOST_BLOCKS]
    if headers.first_value(part, "Content-Transfer-Encoding").strip().lower() in {"base64", "quoted-printable"}:
        encoded = Message()
        encoded["Content-Transfer-Encoding"] = headers.first_value(part, "Content-Transfer-Encoding")
        encoded.set_payload("\n\n".join(transfer.encoded_text(block) for block in blocks))
        return _decoded(encoded)
    return "\n\n".join("\n".join(f"{name}: {value}" for name, value in block.raw_items()) for block in blocks)


def _decoded(part: Message) -> str:
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        content = None
    return decode(content).text if isinstance(content, bytes) else ""
