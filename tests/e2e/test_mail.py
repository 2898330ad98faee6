"""Mail at large: many at once, long threads over several programs, mail that came back; on the local cloud."""

import json
import re
import time
from pathlib import Path

from infra.sent_mail import SentMail
from tests.e2e.console import Console
from tests.e2e.desk import Desk
from tests.e2e.test_journeys import letter

MANY = 100
EVENTS = Path(__file__).parents[1] / "events"
NOTHING = b"\xff\xfe\x00\x00"


def test_a_hundred_mails_at_once_make_a_hundred_tickets_and_a_poisoned_one_delays_none(
    desk: Desk, supervisor: Console
) -> None:
    senders = [f"crowd{number}@example.com" for number in range(MANY)]
    letters = [letter(sender, f"Crowd {sender}", "All at once.", f"<{sender}>") for sender in senders]
    for raw in letters[: MANY // 2]:
        desk.drop_mail(raw)
    poison = desk.drop_mail(NOTHING)
    for raw in letters[MANY // 2 :]:
        desk.drop_mail(raw)

    def acknowledged() -> dict[str, str]:
        mails = desk.sent_mail(subject="Crowd crowd")
        return {mail.to[0]: re.search(r"\[#(\d+)\]", mail.subject)[1] for mail in mails}

    desk.wait_for(lambda: len(acknowledged()) == MANY, timeout=240)
    assert sorted(acknowledged()) == sorted(senders)
    assert len(set(acknowledged().values())) == MANY
    assert poison in supervisor.quarantine()


def test_a_conversation_over_three_mail_programs_stays_one_ticket(desk: Desk, agent: Console) -> None:
    """SES puts its own id over ours, and each program tells in its own way what it answers."""
    customer = "boiler@example.com"
    desk.drop_mail(letter(customer, "Boiler", "It is cold.", "<boiler-1@example.com>"))
    last = desk.wait_for_mail(to=customer, subject="Boiler")
    number = int(re.search(r"\[#(\d+)\]", last.subject)[1])
    for turn, program in enumerate([gmail, outlook, korean_webmail, outlook, gmail], start=1):
        said = f"Still cold on day {turn}."
        desk.drop_mail(program(last, customer, said))
        desk.wait_for(lambda said=said: said in agent.ticket(number))
        answer = f"We looked at it on day {turn}."
        agent.reply(number, answer)
        last = desk.wait_for_mail(to=customer, text=answer)
        assert f"[#{number}]" in last.subject
    assert len({mail.subject for mail in desk.sent_mail(to=customer, subject="Boiler")}) <= 2
    assert {re.search(r"\[#(\d+)\]", mail.subject)[1] for mail in desk.sent_mail(to=customer)} == {str(number)}

    desk.drop_mail(letter("stranger@example.com", f"Re: [#{number}] Boiler", "Me, too."))
    other = desk.wait_for_mail(to="stranger@example.com", subject="Boiler")
    assert f"[#{number}]" not in other.subject.replace(f"Re: [#{number}] Boiler", "")
    assert "Me, too." not in agent.ticket(number)


def test_mail_that_came_back_is_shown_and_ends_further_mail(desk: Desk, agent: Console) -> None:
    customer = "gone@example.com"
    desk.drop_mail(letter(customer, "Lost parcel", "Where is it?"))
    mail = desk.wait_for_mail(to=customer, subject="Lost parcel")
    number = int(re.search(r"\[#(\d+)\]", mail.subject)[1])
    event = json.loads((EVENTS / "ses_bounce.json").read_text("utf-8"))
    event["detail"]["mail"]["messageId"] = mail.message_id.strip("<>").partition("@")[0]
    event["detail"]["bounce"]["bouncedRecipients"][0]["emailAddress"] = customer
    for _ in range(2):
        desk.invoke("mail_events", event)
    assert "no such user" in agent.ticket(number)
    notices = desk.wait_for(lambda: desk.sent_mail(subject=f"[#{number}]", purpose="mail_failed"))
    agent.reply(number, "It is on its way.")
    desk.wait_for(lambda: "delivery-failed" in agent.ticket(number))
    assert f'name="address" value="{customer}"' in agent.ticket(number)
    time.sleep(1)
    assert len(desk.sent_mail(to=customer)) == 1
    assert len(notices) == 1


def gmail(mail: SentMail, sender: str, text: str) -> bytes:
    """All ids, oldest first, and the signed address; quotation below an "On … wrote:"."""
    quoted = "\n".join(f"> {line}" for line in mail.text.splitlines())
    raw = letter(
        sender, mail.subject, f"{text}\n\nOn Mon, 23 Nov 2026 at 10:00, Desk <x@y.example> wrote:\n\n{quoted}\n"
    )
    references = f"{mail.headers.get('References', '')} {mail.message_id}"
    return answering(raw, mail.headers["Reply-To"], {"In-Reply-To": mail.message_id, "References": references})


def outlook(mail: SentMail, sender: str, text: str) -> bytes:
    """Its own topic in another language, no references but the last, and the address it finds in From."""
    head = (
        f"From: Desk <support@deskbell.test>\nSent: Monday, 23 November 2026\nTo: {sender}\nSubject: {mail.subject}\n"
    )
    raw = letter(sender, f"AW: {mail.subject}", f"{text}\n\n{'_' * 32}\n{head}\n{mail.text}\n")
    return answering(raw, "support@deskbell.test", {"In-Reply-To": mail.message_id, "Thread-Topic": "Boiler"})


def korean_webmail(mail: SentMail, sender: str, text: str) -> bytes:
    """References alone, and the signed address in another case."""
    head = f"-----Original Message-----\nFrom: Desk <support@deskbell.test>\nTo: {sender}\nSubject: {mail.subject}\n"
    raw = letter(sender, f"RE: {mail.subject}", f"{text}\n\n{head}\n{mail.text}\n")
    return answering(raw, mail.headers["Reply-To"].upper(), {"References": mail.message_id})


def answering(raw: bytes, to: str, headers: dict[str, str]) -> bytes:
    more = "".join(f"{name}: {value}\n" for name, value in headers.items())
    return more.encode() + raw.replace(b"To: support@deskbell.test", f"To: {to}".encode(), 1)
