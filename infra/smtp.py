"""Takes mail from any mail program for the local desk and hands it on as SES does on AWS."""

from email.utils import parseaddr
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from infra.local_desk import LocalDesk
from infra.received_mail import as_ses_receives, put_into

MOST_BYTES = 40 * 1024 * 1024  # what SES takes


class Postbox:
    """aiosmtpd's hooks: who may be written to, and what becomes of a mail."""

    def __init__(self, desk: LocalDesk, s3: Any) -> None:
        self._desk = desk
        self._s3 = s3

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        domain = parseaddr(address)[1].rpartition("@")[2].lower()
        if domain != self._desk.mail_domain:
            return f"550 This desk receives mail at {self._desk.mail_domain} only"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        bucket = self._desk.reread().outputs.get("MailBucket")
        if not bucket:
            return "451 The desk is starting, try again"
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        put_into(self._s3, bucket, as_ses_receives(raw, envelope.mail_from or "", envelope.rcpt_tos))
        return "250 Message accepted for delivery"


def open_postbox(desk: LocalDesk, s3: Any) -> Controller:
    return Controller(Postbox(desk, s3), hostname="127.0.0.1", port=desk.smtp_port, data_size_limit=MOST_BYTES)
