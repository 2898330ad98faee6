"""Person or machine (rules 12 and 14)."""

import pytest

from chalicelib.mail.read import read
from tests.mail.making import raw_mail, stored_mail


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"Return_Path": "<>"}, "null_return_path"),
        ({"Auto_Submitted": "auto-replied"}, "auto_submitted"),
        ({"Auto_Submitted": "auto-generated; x=1"}, "auto_submitted"),
        ({"Precedence": "bulk"}, "precedence"),
        ({"Precedence": "list"}, "precedence"),
        ({"Precedence": "Junk"}, "precedence"),
        ({"List_Id": "<news.example>"}, "list"),
        ({"List_Unsubscribe": "<https://x.example/u>"}, "list"),
        ({"X_Auto_Response_Suppress": "All"}, "auto_response_suppress"),
        ({"X_Auto_Response_Suppress": "OOF, AutoReply"}, "auto_response_suppress"),
        ({"X_Autoreply": "yes"}, "auto_reply"),
        ({"X_Autorespond": "vacation"}, "auto_reply"),
        ({"Subject": "Automatic reply: The pump"}, "auto_reply"),
        ({"Subject": "부재중: 펌프"}, "auto_reply"),
        ({"From": "MAILER-DAEMON@relay.example"}, "bounce"),
        ({"From": "postmaster@relay.example"}, "robot"),
        ({"From": "No-Reply@shop.example"}, "robot"),
        ({"From": "donotreply@shop.example"}, "robot"),
        ({"From": "do_not_reply@shop.example"}, "robot"),
        ({"From": "do.not.reply@shop.example"}, "robot"),
        ({"From": "do-not-reply@shop.example"}, "robot"),
        ({"From": "no_reply@shop.example"}, "robot"),
        ({"From": "noreply_shop@shop.example"}, "robot"),
        ({"X_Deskbell_Loop": "support@other.example"}, "loop"),
        ({}, ""),
        ({"Auto_Submitted": "no"}, ""),
        ({"Precedence": "first-class"}, ""),
        ({"X_Auto_Response_Suppress": "None"}, ""),
        ({"Return_Path": "<hana@customer.example>"}, ""),
        ({"From": "noreen@customer.example"}, ""),
        ({"From": "bouncer@customer.example"}, ""),
        ({"Subject": "Your automatic reply confused me"}, ""),
    ],
)
def test_why_a_mail_gets_no_automatic_answer(fields: dict[str, str], reason: str) -> None:
    mail = read(raw_mail(**fields))

    assert mail.automatic.suppressed_by == reason
    assert mail.may_be_by_machine is bool(reason)


CALENDAR = {"Content_Type": "text/calendar; charset=utf-8"}
RECEIPT = "Your message\n\n  To: Hana\n  Subject: Pump\n\nwas read on Monday, 23 November 2026 10:00."


@pytest.mark.parametrize(
    ("text", "fields", "reason"),
    [
        ("", {"Return_Path": "<>"}, "null_return_path"),
        ("", {"Auto_Submitted": "auto-generated"}, "auto_submitted"),
        ("", {"X_Deskbell_Loop": "support@other.example"}, "loop"),
        (RECEIPT, {"Subject": "Read: Pump"}, "receipt"),
        ("메시지를 2026년 11월 23일에 읽었습니다.", {"Subject": "읽음: 펌프"}, "receipt"),
        ("Your message was deleted without being read.", {"Subject": "Not read: Pump"}, "receipt"),
        ("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n", CALENDAR, "calendar_answer"),
    ],
)
def test_what_only_machines_send_is_automatic(text: str, fields: dict[str, str], reason: str) -> None:
    mail = read(raw_mail(text or "The pump.", **fields))

    assert (mail.automatic.suppressed_by, mail.is_automatic, mail.may_be_by_machine) == (reason, True, True)


@pytest.mark.parametrize(
    "fields",
    [
        {"X_Auto_Response_Suppress": "All"},
        {"Precedence": "bulk"},
        {"List_Id": "<a.example>"},
        {"From": "noreply@a.example"},
        {"Content_Type": "text/vnd.google.email-reaction+json"},
    ],
)
def test_what_servers_add_to_peoples_mail_makes_it_doubtful_and_no_machines(fields: dict[str, str]) -> None:
    mail = read(raw_mail(**fields))

    assert (mail.is_automatic, mail.may_be_by_machine) == (False, True)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("It drips.", {"Subject": "Read: the manual of the pump"}),
        ("I was told that it was read on Monday.", {"Subject": "Pump"}),
        ("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n", CALENDAR),
    ],
)
def test_what_people_send_is_theirs(text: str, fields: dict[str, str]) -> None:
    assert not read(raw_mail(text, **fields)).may_be_by_machine


def test_an_out_of_office_notice_is_an_automatic_reply() -> None:
    facts = read(stored_mail("out_of_office")).automatic

    assert facts.auto_reply
    assert facts.out_of_office
    assert not facts.bounce


def test_an_acknowledgement_of_another_desk_is_no_absence() -> None:
    facts = read(raw_mail("We have your message.", Auto_Submitted="auto-replied")).automatic

    assert facts.auto_reply
    assert not facts.out_of_office


def test_a_person_who_writes_of_a_vacation_is_a_person() -> None:
    facts = read(raw_mail("I am on vacation until Monday, please wait.")).automatic

    assert not facts.auto_reply
    assert not facts.out_of_office


@pytest.mark.parametrize(
    "fields", [{"List_Id": "<pumps.lists.example>"}, {"List_Post": "<mailto:p@lists.example>"}, {"Precedence": "list"}]
)
def test_mail_of_a_list_is_recognized(fields: dict[str, str]) -> None:
    assert read(raw_mail(**fields)).automatic.list_mail


ABSENCES = {
    "english": ("Automatic reply: Pump", "I am out of the office until 27 November with limited access to e-mail."),
    "range": ("Out of Office Re: Pump", "I am away from 23 to 27 November and will be back on Monday."),
    "korean": ("[자동회신] 펌프", "11월 23일부터 27일까지 휴가입니다. 급한 일은 이둘에게 연락 주세요."),
    "korean_trip": ("부재중 안내", "출장 중이라 회신이 늦을 수 있습니다."),
    "japanese": ("自動返信: ポンプ", "11月27日まで休暇をいただいております。"),
    "chinese": ("自动回复: 水泵", "我正在休假,11月28日返回。"),
    "german": ("Automatische Antwort: Pumpe", "Ich bin erst am 28.11. wieder im Büro."),
    "french": ("Réponse automatique : pompe", "Je suis en congés jusqu'au 27 novembre."),
    "spanish": ("Respuesta automática: bomba", "Estoy de vacaciones hasta el 27 de noviembre."),
    "italian": ("Risposta automatica: pompa", "Sono in ferie fino al 27 novembre."),
    "portuguese": ("Resposta automática: bomba", "Estou de férias até 27 de novembro."),
    "dutch": ("Automatisch antwoord: pomp", "Ik ben afwezig tot en met 27 november."),
    "polish": ("Odpowiedź automatyczna: pompa", "Jestem na urlopie do 27 listopada."),
    "russian": ("Автоответ: насос", "Я в отпуске до 27 ноября."),
    "turkish": ("Otomatik yanıt: pompa", "27 Kasım'a kadar izindeyim."),
}


@pytest.mark.parametrize(("subject", "text"), ABSENCES.values(), ids=ABSENCES)
def test_an_absence_is_told_in_many_languages(subject: str, text: str) -> None:
    facts = read(raw_mail(text, Subject=subject, Content_Type="text/plain; charset=utf-8")).automatic

    assert (facts.auto_reply, facts.out_of_office, facts.bounce) == (True, True, False)


@pytest.mark.parametrize("subject", ["휴가중 배송 문의", "不在票について", "Absence of the manual", "Out of paper"])
def test_a_customer_may_begin_a_subject_with_such_a_word(subject: str) -> None:
    assert not read(raw_mail("I am on vacation.", Subject=subject)).automatic.auto_reply


@pytest.mark.parametrize("fields", [{"Precedence": "bulk", "X_Autoreply": "yes"}, {"X_Autogenerated": "Reply"}])
def test_a_vacation_responder_keeps_the_subject_and_tells_by_its_fields(fields: dict[str, str]) -> None:
    facts = read(raw_mail("Back on Monday, away until Monday.", Subject="Re: The pump drips", **fields)).automatic

    assert (facts.auto_reply, facts.out_of_office) == (True, True)


def test_a_report_of_abuse_is_automatic_and_no_bounce() -> None:
    body = (
        "--x\r\n\r\nThis is an abuse report; user unknown.\r\n--x\r\nContent-Type: message/feedback-report\r\n\r\n"
        "Feedback-Type: abuse\r\n\r\n--x--\r\n"
    )
    facts = read(raw_mail(body, From="abuse@isp.example", Content_Type="multipart/report; boundary=x")).automatic

    assert (facts.bounce, facts.suppressed_by) == (False, "auto_reply")


@pytest.mark.parametrize(
    "subject",
    [
        "Out of office reply is broken",
        "Re: Out of office reply is broken",
        "Automatic reply does not work",
        "Vacation response settings",
        "자동응답 설정 문의",
        "Re: 자동응답 설정 문의",
        "RE: Automatic reply: the pump",
    ],
)
@pytest.mark.parametrize("fields", [{}, {"X_Auto_Response_Suppress": "DR, OOF, AutoReply"}])
def test_who_writes_about_automatic_replies_may_be_a_person(subject: str, fields: dict[str, str]) -> None:
    mail = read(raw_mail("I am away until Monday.", Subject=f"Re: {subject}" if fields else subject, **fields))

    assert (mail.may_be_by_machine, mail.is_automatic) == (True, False)


@pytest.mark.parametrize(
    ("subject", "fields"),
    [
        ("Re: The pump", {"X_Autoreply": "yes"}),
        ("Re: The pump", {"Auto_Submitted": "auto-replied"}),
        ("Re: The pump", {"Precedence": "auto_reply"}),
        ("Out of office reply", {"X_Auto_Response_Suppress": "OOF"}),
        ("Out of office reply", {"Precedence": "bulk"}),
        ("Out of office reply", {"From": "no-reply@customer.example"}),
    ],
)
def test_a_field_besides_the_words_makes_it_certain(subject: str, fields: dict[str, str]) -> None:
    assert read(raw_mail("Thank you.", Subject=subject, **fields)).is_automatic


@pytest.mark.parametrize(("subject", "text"), ABSENCES.values(), ids=ABSENCES)
def test_so_does_the_form_of_an_absence(subject: str, text: str) -> None:
    assert read(raw_mail(text, Subject=subject, Content_Type="text/plain; charset=utf-8")).is_automatic
