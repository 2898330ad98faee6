"""Keeps what the desk sends, as it goes over the wire.

The local cloud's SES forgets the headers of a raw mail, and every mail when it stops. So the functions reach it through
this recorder, by AWS_ENDPOINT_URL_SESV2, which botocore reads by itself: nothing in the desk knows of it.
"""

import base64
import email.parser
import email.policy
import email.utils
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from email.message import EmailMessage
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from infra.forward import Forwarding
from infra.local_desk import LocalDesk

SEND_EMAIL = "/v2/email/outbound-emails"


@dataclass(frozen=True)
class SentMail:
    """`message_id` is the one on the wire, with its brackets: what a mail program puts into In-Reply-To. Of each of the
    `attachments` the name, type and size in bytes.
    """

    message_id: str
    sent_at: str
    from_: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    raw: str
    cc: tuple[str, ...] = ()
    attachments: tuple[tuple[str, str, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        fields = asdict(self)
        return {"from": fields.pop("from_"), **fields}


def open_recorder(desk: LocalDesk) -> ThreadingHTTPServer:
    class Recorder(Forwarding):
        def handle_request(self) -> None:
            body = self.read_body()
            # The headers go on untouched, Host included: the local cloud checks the signature over them.
            answer = self.ask(desk.cloud_port, self.path, body, list(self.headers.items()))
            if self.path == SEND_EMAIL and answer.status == 200:
                # AWS returns what stands before the @ on the wire, the local cloud the whole.
                ses_id = json.loads(answer.body)["MessageId"].partition("@")[0]
                record(desk.sent_mail_file, json.loads(body), ses_id)
                answer = replace(answer, body=json.dumps({"MessageId": ses_id}).encode())
            self.give(answer)

        do_GET = do_POST = do_PUT = do_DELETE = handle_request  # noqa: N815

    return ThreadingHTTPServer(("127.0.0.1", desk.recorder_port), Recorder)


def record(file: Path, request: dict[str, Any], ses_id: str) -> None:
    """One line per mail; the last to be written is the last sent."""
    content = request.get("Content", {}).get("Raw", {}).get("Data", "")
    receivers = request["Destination"]
    line = {
        "id": ses_id,
        "at": email.utils.formatdate(),
        "to": receivers["ToAddresses"],
        "cc": receivers.get("CcAddresses", []),
        "raw": content,
    }
    with file.open("a") as out:
        out.write(json.dumps(line) + "\n")


def read_sent(file: Path) -> Iterator[SentMail]:
    """Oldest first; nothing when nothing was sent."""
    if file.exists():
        for line in file.read_text().splitlines():
            yield _as_sent(json.loads(line))


def _as_sent(line: dict[str, Any]) -> SentMail:
    message = email.parser.BytesParser(policy=email.policy.default).parsebytes(base64.b64decode(line["raw"]))
    # SES sets both anew, whatever the sender wrote.
    for name, value in (("Message-ID", wire_id(line["id"])), ("Date", line["at"])):
        del message[name]
        message[name] = value
    return SentMail(
        message_id=wire_id(line["id"]),
        sent_at=email.utils.parsedate_to_datetime(line["at"]).isoformat(),
        from_=str(message["From"]),
        to=tuple(line["to"]),
        subject=str(message["Subject"]),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        headers={name: str(value) for name, value in message.items()},
        raw=message.as_bytes().decode(errors="replace"),
        cc=tuple(line.get("cc", ())),
        attachments=tuple(map(_file, message.iter_attachments())),
    )


def _file(part: EmailMessage) -> tuple[str, str, int]:
    content = part.get_payload(decode=True)
    return part.get_filename(""), part.get_content_type(), len(content) if isinstance(content, bytes) else 0


def wire_id(ses_id: str) -> str:
    """The Message-ID under which SES sends, in the region of the local cloud."""
    return f"<{ses_id}@email.amazonses.com>"


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return part.get_content() if isinstance(part, EmailMessage) else ""
