"""What a customer of the desk under test does: fills in the form, writes mails and answers them."""

import re
import time
from email.message import EmailMessage

from requests import Response

from infra.sent_mail import SentMail
from tests.e2e.desk import Desk


def send_form(desk: Desk, email: str, subject: str, file: bytes | None = None) -> tuple[str, int]:
    """Fills in the hosted form as a browser without JavaScript does; the status link and the ticket's number."""
    answer = post_form(desk, {"email": email, "subject": subject}, file)
    assert answer.status_code == 200, answer.text[:2000]
    status_url = re.search(r"https?://[^\s\"<]+/status/[\w.-]+", answer.text)
    number = re.search(r"#(\d+)", answer.text)
    assert status_url
    assert number
    return status_url[0], int(number[1])


def post_form(desk: Desk, changed: dict[str, str], file: bytes | None = None) -> Response:
    page = desk.http.get(f"{desk.address}/new", headers={"Accept-Language": "en"}).text
    token = re.search(r'name="form" value="([^"]+)"', page)
    assert token
    time.sleep(2.1)  # no person is faster
    fields = {"name": "A Customer", "email": "a@example.com", "subject": "S", "text": "Text.", "website": ""}
    files = [("files", ("noise.pdf", file, "application/pdf"))] if file else None
    return desk.http.post(
        f"{desk.address}/new",
        data={**fields, "form": token[1], **changed},
        files=files,
        headers={"Accept-Language": "en"},
    )


def letter(
    sender: str, subject: str, text: str, message_id: str = "", in_reply_to: str = "", to: str = "support@deskbell.test"
) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    if message_id:
        mail["Message-ID"] = message_id
    if in_reply_to:
        mail["In-Reply-To"] = f"<{in_reply_to.strip('<>')}>"
    mail.set_content(text)
    return mail.as_bytes()


def answer_to(mail: SentMail, sender: str, text: str) -> bytes:
    """As a mail program answers: to Reply-To, with the id that was on the wire, above a quotation."""
    quoted = "\n".join(f"> {line}" for line in mail.text.splitlines())
    body = f"{text}\n\nOn Mon, 23 Nov 2026 at 10:00, Desk wrote:\n{quoted}\n"
    answer = letter(sender, f"Re: {mail.subject}", body, in_reply_to=mail.message_id)
    return answer.replace(b"To: support@deskbell.test", f"To: {mail.headers['Reply-To']}".encode())
