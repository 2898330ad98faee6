"""The main job, walked on the local cloud: the real package, the real stack, permissions enforced, waits scaled."""

import re
import time
from email import message_from_string
from email.policy import default

from chalicelib.adapters.settings import FRESH_FOR_SECONDS
from tests.e2e.console import Console
from tests.e2e.customer import answer_to, letter, post_form, send_form
from tests.e2e.desk import Desk

ANSWER = "Please press the *round* button for five seconds."


def test_a_form_is_acknowledged_answered_answered_back_resolved_and_rated(
    desk: Desk, agent: Console, supervisor: Console
) -> None:
    status_url, number = send_form(desk, email="nari@example.com", subject="Pump makes noise", file=b"%PDF-1.4 noise")
    acknowledgement = desk.wait_for_mail(to="nari@example.com", subject=f"[#{number}]")
    assert "Pump makes noise" not in acknowledgement.subject, "a form proves no address"
    mailed_url = re.search(r"https?://\S+/status/\S+", acknowledgement.text)
    assert mailed_url
    assert desk.http.get(mailed_url[0]).status_code == 200
    assert acknowledgement.headers["Auto-Submitted"] == "auto-generated"

    agent.reply(number, ANSWER)
    reply = desk.wait_for_mail(to="nari@example.com", text="round")
    assert "Auto-Submitted" not in reply.headers
    assert "<em>round</em>" in reply.html
    status_page = desk.http.get(status_url).text
    assert "round" in status_page
    assert "noise.pdf" in status_page

    desk.drop_mail(answer_to(reply, sender="nari@example.com", text="It is quiet now, thank you."))
    desk.wait_for(lambda: "It is quiet now" in agent.ticket(number))

    agent.set_status(number, "resolved")
    desk.invoke("send_surveys")
    survey = desk.wait_for_mail(to="nari@example.com", text="/survey/")
    link = re.search(r"https?://\S+/survey/\S+?score=5", survey.text)
    assert link
    answers = supervisor.answers()
    assert desk.http.get(link[0]).status_code == 200
    assert supervisor.answers() == answers, "looking at the survey must not answer it"
    desk.http.post(link[0].partition("?")[0], data={"score": "5", "comment": "Quick."})
    assert "Quick." in agent.ticket(number)
    assert supervisor.answers() == answers + 1

    desk.invoke("send_surveys")
    assert len(desk.sent_mail(to="nari@example.com", text="/survey/")) == 1


def test_a_mail_becomes_a_ticket_once_however_often_it_is_delivered(desk: Desk, agent: Console) -> None:
    mail = letter("mina@example.com", "Where is my order?", "I ordered a week ago.", message_id="<once@example.com>")
    desk.drop_mail(mail)
    desk.drop_mail(mail)
    acknowledgement = desk.wait_for_mail(to="mina@example.com", subject="Where is my order?")
    time.sleep(3)  # long enough for a second acknowledgement to show itself
    assert len(desk.sent_mail(to="mina@example.com")) == 1

    answer = letter(
        "mina@example.com", "Re: something else", "Order number 77.", in_reply_to=acknowledgement.message_id
    )
    desk.drop_mail(answer)
    number = int(re.search(r"\[#(\d+)\]", acknowledgement.subject)[1])
    desk.wait_for(lambda: "Order number 77." in agent.ticket(number))


def test_a_korean_customer_gets_korean_mail(desk: Desk) -> None:
    desk.drop_mail(letter("sora@example.com", "배송 문의", "주문한 물건이 아직 도착하지 않았습니다."))
    acknowledgement = desk.wait_for_mail(to="sora@example.com", subject="배송 문의")
    assert "접수" in acknowledgement.text


def test_a_team_answers_with_files_and_copies_at_its_own_address(desk: Desk, agent: Console) -> None:
    admin = Console.sign_in(desk, "admin")
    admin.add_team("Repairs", "repairs@deskbell.test", "{agent.name} of {team.name}")
    time.sleep(FRESH_FOR_SECONDS + 1)  # so long each container keeps the settings that it has read
    mail = letter("boss@example.com", "Broken door", "It does not shut.", to="repairs@deskbell.test")
    desk.drop_mail(mail.replace(b"To: repairs", b"Cc: helper@example.com\nTo: repairs"))
    acknowledgement = desk.wait_for_mail(to="boss@example.com", subject="Broken door")
    assert acknowledgement.from_ == "Repairs <repairs@deskbell.test>"
    number = int(re.search(r"\[#(\d+)\]", acknowledgement.subject)[1])

    plan = ("설명서.pdf", b"%PDF-1.4 plan")
    agent.reply_with(number, "See the plan.", "helper@example.com", plan)
    reply = desk.wait_for_mail(to="boss@example.com", text="See the plan.")
    assert reply.cc == ("helper@example.com",)
    assert reply.headers["Cc"] == "helper@example.com"
    assert "of Repairs" in reply.text
    assert "> It does not shut." in reply.text
    files = message_from_string(reply.raw, policy=default).iter_attachments()
    assert [(part.get_filename(), part.get_content()) for part in files] == [plan]

    desk.drop_mail(answer_to(reply, sender="helper@example.com", text="It shuts again."))
    desk.wait_for(lambda: "It shuts again." in agent.ticket(number))
    assert "Not a participant" not in agent.ticket(number)


def test_a_mail_that_nobody_can_read_is_quarantined_and_replayed(desk: Desk, supervisor: Console) -> None:
    key = desk.drop_mail(b"\x00\x01 this is no mail")
    desk.wait_for(lambda: key in supervisor.quarantine())
    assert desk.command("mail", "replay", key).returncode != 0
    assert key in supervisor.quarantine()

    late = "late/letter"
    desk.announce_mail(late)
    desk.wait_for(lambda: late in supervisor.quarantine())
    desk.put_raw_mail(late, letter("late@example.com", "I was late", "But I am here."))
    assert desk.command("mail", "replay", late).returncode == 0
    desk.wait_for_mail(to="late@example.com")
    assert late not in supervisor.quarantine()


def test_a_mail_that_ses_refuses_is_tried_again_and_then_shown_as_failed(desk: Desk, agent: Console) -> None:
    with desk.hasty_retries(), desk.unverified_sender():
        _, number = send_form(desk, email="unlucky@example.com", subject="No mail for me")
        desk.wait_for(lambda: "not verified" in agent.ticket(number), timeout=60)
    assert desk.sent_mail(to="unlucky@example.com") == []
    _, other = send_form(desk, email="lucky@example.com", subject="Mail for me")
    desk.wait_for_mail(to="lucky@example.com", subject=f"[#{other}]")


def test_wrong_input_comes_back_with_what_to_mend_and_nothing_lost(desk: Desk) -> None:
    for fields, message in [
        ({"email": ""}, "Please give your e-mail address"),
        ({"email": "nobody"}, "@"),
        ({"text": ""}, "Please"),
        ({"surprise": "1"}, "surprise"),
        ({"text": "x" * 5_000_000}, "50,000"),
    ]:
        answer = post_form(desk, {"subject": "Kept subject", **fields})
        assert answer.status_code in (400, 413, 422), fields.keys()
        assert "Kept subject" in answer.text
        assert message in answer.text
