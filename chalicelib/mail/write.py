"""Mail that leaves: a value in, the bytes for SES out. What the mail says is made in `notices`.

Built on `email.mime` and its old header class: `EmailMessage` of Python 3.11 turns a long In-Reply-To or References
into encoded words, which no mail program recognizes (seen with ids as long as those of SES).
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.charset import BASE64, QP, Charset
from email.encoders import encode_base64
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr

from chalicelib.domain.address import canonical, is_sendable
from chalicelib.domain.errors import InvalidInput
from chalicelib.mail.message import Address, Attachment

LOOP_HEADER = "X-Deskbell-Loop"

# Every header comes folded already: Python's own folding would leave a first line empty before a long id.
_WIRE = compat32.clone(linesep="\r\n", max_line_length=None)
_LONGEST_PLAIN_WORD = 200
_NOT_IN_HEADERS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


@dataclass(frozen=True)
class OutboundMail:
    """A mail to send. Ids without angle brackets; SES puts its own Message-ID and Date over ours.

    `automatic` mail says so in its headers and has no CC (rule 12). Inline attachments need a `content_id`.
    """

    from_: Address
    to: Address
    subject: str
    text: str
    html: str = ""
    cc: tuple[Address, ...] = ()
    reply_to: Address | None = None
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    automatic: bool = False
    message_id: str = ""
    date: datetime | None = None

    def __post_init__(self) -> None:
        if self.automatic and self.cc:
            raise ValueError("automatic mail goes to its one receiver, never to CC (rule 12)")

    def to_bytes(self) -> bytes:
        return compose(self)


def compose(mail: OutboundMail) -> bytes:
    """The mail in RFC 5322 form, ASCII alone, lines ended by CRLF; the same mail gives the same bytes.

    Raises `InvalidInput("bad_address")` for an address that mail servers without SMTPUTF8 (SES) can't carry.
    """
    message = _body(mail)
    for name, value in _headers(mail):
        message[name] = value
    return message.as_bytes(policy=_WIRE)


def _headers(mail: OutboundMail) -> list[tuple[str, str]]:
    headers = [
        ("From", _mailboxes("From", mail.from_)),
        ("To", _mailboxes("To", mail.to)),
        ("Cc", _mailboxes("Cc", *mail.cc)),
        ("Reply-To", _mailboxes("Reply-To", mail.reply_to) if mail.reply_to else ""),
        ("Subject", _encoded(_one_line(mail.subject), "Subject")),
        ("Date", format_datetime(mail.date) if mail.date else ""),
        ("Message-ID", _bracketed(mail.message_id)),
        ("In-Reply-To", _bracketed(mail.in_reply_to)),
        ("References", "\n ".join(_bracketed(identifier) for identifier in mail.references)),
        *(_automatic_headers(mail) if mail.automatic else ()),
    ]
    return [(name, value) for name, value in headers if value]


def _automatic_headers(mail: OutboundMail) -> tuple[tuple[str, str], ...]:
    """RFC 3834 and what older programs look for, so that nobody's machine answers ours (rule 12)."""
    return (
        ("Auto-Submitted", "auto-replied" if mail.in_reply_to else "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        (LOOP_HEADER, mail.from_.key),
    )


def _mailboxes(header: str, *addresses: Address) -> str:
    return ",\n ".join(_mailbox(header, address) for address in addresses)


def _mailbox(header: str, address: Address) -> str:
    email, name = sendable(address.email), _one_line(address.name)
    if _is_plain(name):
        return formataddr((name, email))
    return f"{_encoded(name, header)}\n <{email}>"


def sendable(email: str) -> str:
    """The address as it travels, ASCII alone; our tokens keep their case. Raises InvalidInput("bad_address")."""
    address = canonical(email)
    if not is_sendable(address):
        raise InvalidInput("bad_address", "email", value=email)
    return email.strip() if email.isascii() else address


def _encoded(text: str, header: str) -> str:
    """RFC 2047 where it is needed; a text that only looks encoded is encoded too, to arrive as it was written."""
    return Header(text, "us-ascii" if _is_plain(text) else "utf-8", header_name=header).encode()


def _is_plain(text: str) -> bool:
    longest_word = max(map(len, text.split()), default=0)
    return text.isascii() and "=?" not in text and longest_word <= _LONGEST_PLAIN_WORD


def _one_line(text: str) -> str:
    """No text of ours or a customer's may start a header of its own."""
    return _NOT_IN_HEADERS.sub(" ", text).strip()


def _bracketed(identifier: str) -> str:
    bare = re.sub(r"[<>\s]", "", _one_line(identifier))
    return f"<{bare}>" if bare.isascii() and bare else ""


def _body(mail: OutboundMail) -> Message:
    inline = [attachment for attachment in mail.attachments if attachment.inline and attachment.content_id]
    others = [attachment for attachment in mail.attachments if attachment not in inline]
    body: Message = _text_part(mail.text, "plain")
    if mail.html:
        shown = _joined("related", mail, [_text_part(mail.html, "html"), *map(_file_part, inline)])
        body = _joined("alternative", mail, [body, shown])
    else:
        others = list(mail.attachments)
    return _joined("mixed", mail, [body, *map(_file_part, others)])


def _joined(kind: str, mail: OutboundMail, parts: list[Message]) -> Message:
    if len(parts) == 1:
        return parts[0]
    # A boundary made from the content keeps the bytes equal when a mail is composed again, and "=_" is nothing that
    # base64 or quoted-printable lines could hold.
    digest = hashlib.sha256(f"{kind}\0{mail.message_id}\0{mail.subject}\0{mail.text}".encode()).hexdigest()
    return MIMEMultipart(kind, boundary=f"=_{kind}_{digest[:32]}", _subparts=parts)


def _text_part(text: str, kind: str) -> Message:
    charset = Charset("utf-8")
    mostly_ascii = len(text.encode("utf-8", "replace")) < len(text) * 1.2
    charset.body_encoding = QP if mostly_ascii else BASE64
    return MIMEText(text.encode("utf-8", "replace").decode(), kind, charset)  # type: ignore[arg-type] # typeshed: str


def _file_part(attachment: Attachment) -> Message:
    part = MIMEBase(*_content_type(attachment))
    part.set_payload(attachment.content)
    encode_base64(part)
    name = _short(_one_line(attachment.filename) or "attachment")
    filename = name if name.isascii() else ("utf-8", "", name)
    part.add_header("Content-Disposition", "inline" if attachment.inline else "attachment", filename=filename)
    if attachment.content_id:
        part["Content-ID"] = _bracketed(attachment.content_id)
    return part


def _short(name: str) -> str:
    """A name of 80 characters at most, its suffix kept: encoded, it must fit in a line (998 bytes, RFC 5322 2.1.1)."""
    stem, dot, suffix = name.rpartition(".")
    return name if len(name) <= 80 else stem[:60] + (dot + suffix)[:20]


def _content_type(attachment: Attachment) -> tuple[str, str]:
    """Multipart and message types can't be base64 (RFC 2045 6.4): such a file travels as plain bytes."""
    kind, _, subtype = _one_line(attachment.content_type).lower().partition("/")
    usable = re.fullmatch(r"[\w.+-]+/[\w.+-]+", f"{kind}/{subtype}") and kind not in {"multipart", "message"}
    return (kind, subtype) if usable else ("application", "octet-stream")
