"""Mail in and out of a desk by hand: sending it one as SES would, and seeing what it sent."""

import email.parser
import email.policy
import json
import urllib.request
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.utils import getaddresses, parseaddr
from pathlib import Path
from typing import Any

from infra.account import Account, Outputs
from infra.local_desk import LocalDesk
from infra.provision import support_address
from infra.received_mail import as_ses_receives, put_into
from infra.sent_mail import SentMail, read_sent
from infra.trouble import Trouble

# The local cloud's own list of sent mail; it knows no headers.
SENT_BY_EMULATOR = "/_ministack/ses/messages"


def send(account: Account, outputs: Outputs, raw: bytes, sender: str | None) -> str:
    """Puts a raw mail where SES would; returns its key. The envelope's sender is From's unless it is given."""
    received = as_received(outputs, raw, sender)
    return put_into(account.client("s3"), outputs["MailBucket"], received)


def as_received(outputs: Outputs, raw: bytes, sender: str | None = None) -> bytes:
    """The mail as `send` hands it to the desk; one that carries verdicts of SES stays as it is."""
    headers = email.parser.BytesHeaderParser(policy=email.policy.compat32).parsebytes(raw)
    written_by = parseaddr(str(headers.get("From", "")))[1]
    named = [address for _, address in getaddresses([str(headers.get("To", ""))]) if address]
    recipients = named or [support_address(outputs["MailDomain"])]
    return as_ses_receives(raw, written_by if sender is None else sender, recipients)


def list_sent(account: Account, desk: LocalDesk | None) -> list[SentMail]:
    """Oldest first. AWS keeps no copy of what SES sent: there, the tickets show it."""
    if desk:
        return list(read_sent(desk.sent_mail_file))
    if account.endpoint is None:
        raise Trouble("SES keeps no copy of the mail it sent.", "Each ticket shows what was sent for it.")
    with urllib.request.urlopen(account.endpoint + SENT_BY_EMULATOR, timeout=30) as answer:  # noqa: S310
        messages = json.load(answer)["messages"].get(account.number, [])
    return [_from_emulator(message) for message in messages]


def as_lines(mails: Iterable[SentMail]) -> list[str]:
    """One JSON object for each mail."""
    return [json.dumps(mail.to_json(), ensure_ascii=False) for mail in mails]


def read_files(names: Iterable[str], standard_input: Any) -> list[bytes]:
    """The named files' bytes; `-` is standard input. Raises Trouble for one that cannot be read."""
    return [standard_input.read() if name == "-" else _read_file(Path(name)) for name in names]


def pick(mails: Sequence[SentMail], number: str) -> SentMail:
    """By its number in the list, from 1, or the `last`. Raises Trouble when there is no such mail."""
    wanted = str(len(mails)) if number == "last" else number
    if not wanted.isdecimal() or not 1 <= int(wanted) <= len(mails):
        raise Trouble(f"There is no sent mail {number}.", "./deskbell mail list shows them with their numbers.")
    return mails[int(wanted) - 1]


def as_text(mail: SentMail) -> str:
    """The headers, an empty line, the plain text, and a line for each file; the emulator beyond the local desk knows a
    few headers only, and no files."""
    known = {"Date": mail.sent_at, "From": mail.from_, "To": ", ".join(mail.to), "Subject": mail.subject}
    headers = "\n".join(f"{name}: {value}" for name, value in (mail.headers or known).items())
    files = "".join(f"\nAttachment: {name}, {kind}, {size:,} bytes" for name, kind, size in mail.attachments)
    return f"{headers}\n\n{mail.text.rstrip()}" + (f"\n{files}" if files else "")


def html_of(mail: SentMail) -> str:
    """Raises Trouble for a mail of plain text alone."""
    if not mail.html:
        raise Trouble("This mail has no HTML.", "Without --html its text is shown.")
    return mail.html.rstrip()


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Trouble(
            f"{path} cannot be read: {error.strerror}.", "Name a file with a raw mail, or - for standard input."
        ) from error


def _from_emulator(message: dict[str, Any]) -> SentMail:
    return SentMail(
        message_id=f"<{message['MessageId']}>",
        sent_at=datetime.fromtimestamp(message["Timestamp"], UTC).isoformat(),
        from_=message["Source"],
        to=tuple(message["To"]),
        subject=message["Subject"],
        text=message["BodyText"] or "",
        html=message["BodyHtml"] or "",
        headers={},
        raw="",
        cc=tuple(message["CC"]),
    )
