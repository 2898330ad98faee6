"""What stands around the desk in a test: mails that come in, the stream that empties the outbox, what customers get."""

import email
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP, default
from itertools import count
from typing import Any

from moto.ses.models import ses_backends

from chalicelib.adapters import aws, settings, tickets
from chalicelib.adapters.codec import decode
from chalicelib.adapters.items import OutgoingItem, TicketItem
from chalicelib.adapters.tickets import TicketPage
from chalicelib.desk import inbound, links, outbox
from chalicelib.domain.entry import Entry, EntryKind
from chalicelib.domain.outgoing import Delivery, Outgoing
from chalicelib.domain.words import Status
from tests.conftest import MAIL_BUCKET, NOW, REGION, SUPPORT
from tests.factories import CUSTOMER_ADDRESS

_numbers = count(1)
PASSED = "amazonses.com; dmarc=pass header.from=desk.example"


def raw_mail(text: str = "The pump is broken.", *files: tuple[str, bytes], **headers: str | None) -> bytes:
    """A customer's mail to the support address; `from_=` sets `From`, `in_reply_to=` `In-Reply-To`, None leaves out."""
    message = EmailMessage()
    usual = {
        "from_": f"Kim <{CUSTOMER_ADDRESS}>",
        "to": SUPPORT,
        "subject": "Pump",
        "date": "Mon, 23 Nov 2026 09:59:00 +0900",
        "message_id": f"<mail-{next(_numbers)}@customer.example>",
    }
    for name, value in (usual | headers).items():
        if value is not None:
            message[name.strip("_").replace("_", "-")] = value
    message.set_content(text)
    for filename, content in files:
        message.add_attachment(content, maintype="application", subtype="pdf", filename=filename)
    return message.as_bytes(policy=SMTP)


def bounce_mail(
    mail: Outgoing, address: str = CUSTOMER_ADDRESS, action: str = "failed", status: str = "5.1.1", extra: str = ""
) -> bytes:
    """A report by RFC 3464 with the header of what came back."""
    return (
        f"From: Mail Delivery <mailer-daemon@mx.example>\r\nTo: support@desk.example\r\nReturn-Path: <>\r\n"
        f"Subject: Undeliverable\r\nMessage-ID: <dsn-{mail.id}@mx.example>\r\nDate: Mon, 23 Nov 2026 11:00:00 +0900\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNobody of that name lives here.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n{extra}\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: <{mail.wire_id}>\r\nSubject: Pump\r\n\r\n--b--\r\n"
    ).encode()


def store(raw: bytes, key: str = "") -> str:
    """As SES does; returns the key of the object."""
    key = key or f"inbound/ses-{next(_numbers)}"
    aws.client("s3").put_object(Bucket=MAIL_BUCKET, Key=key, Body=raw)
    return key


def receive(raw: bytes, at: datetime | None = None) -> str:
    """Each mail a millisecond after the one before, so that a timeline has an order."""
    key = store(raw)
    received_at = at or NOW + timedelta(milliseconds=next(_numbers))
    inbound.receive(key, received_at, received_at)
    return key


def receive_mail(text: str = "The pump is broken.", at: datetime | None = None, **headers: str | None) -> str:
    return receive(raw_mail(text, **headers), at)


def reply_address(number: int = 1) -> str:
    """The signed address that answers to this ticket's mails go to."""
    token = links.reply_token(settings.get(), number)
    return SUPPORT.replace("@", f"+{token}@")


def numbers() -> list[int]:
    """Of all tickets there are."""
    return sorted(item.body["number"] for item in TicketItem.scan())


def page(number: int = 1) -> TicketPage:
    return tickets.get_page(number)


def status(number: int = 1) -> Status:
    return tickets.get(number).status


def messages(number: int = 1) -> list[Entry]:
    return [entry for entry in page(number).entries if entry.kind is EntryKind.MESSAGE]


def texts(number: int = 1) -> list[str]:
    return [entry.text for entry in messages(number)]


def queued() -> list[Outgoing]:
    """What the outbox still holds, of all tickets in their order."""
    entries = (decode(Outgoing, item.body) for item in OutgoingItem.scan())
    waiting = (entry for entry in entries if entry.delivery is Delivery.QUEUED)
    return sorted(waiting, key=lambda entry: (entry.ticket, entry.id))


def deliver_all(now: datetime = NOW) -> None:
    """What stream, relay and queue lead to."""
    for outgoing in queued():
        outbox.deliver(outgoing.ticket, outgoing.id, 1, now)


def sent(to: str = "") -> list[EmailMessage]:
    """The mails that SES took, oldest first."""
    return [mail for mail in _taken_by_ses() if to in str(mail["To"])]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def executions() -> list[dict[str, Any]]:
    """Of the state machine, oldest first."""
    steps = aws.client("stepfunctions")
    machine = steps.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    arns = [one["executionArn"] for one in steps.list_executions(stateMachineArn=machine)["executions"]]
    return sorted((steps.describe_execution(executionArn=arn) for arn in arns), key=lambda one: str(one["name"]))


def _taken_by_ses() -> Iterator[EmailMessage]:
    for taken in ses_backends["123456789012"][REGION].sent_messages:
        yield email.message_from_string(taken.raw_data, policy=default)  # type: ignore[misc]
