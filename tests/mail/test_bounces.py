"""Whose mail could not be delivered, for good or for now."""

import pytest

from chalicelib.mail.message import AutomaticMail
from chalicelib.mail.read import read
from tests.mail.making import raw_mail, stored_mail


def _report(action: str, recipient: str = "rfc822; gone@customer.example", extra: str = "") -> AutomaticMail:
    body = (
        "--x\r\n\r\nA report.\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; relay.example\r\n\r\n"
        f"Final-Recipient: {recipient}\r\nAction: {action}\r\nStatus: 5.1.1\r\n{extra}\r\n--x--\r\n"
    )
    return read(raw_mail(body, From="postmaster@relay.example", Content_Type="multipart/report; boundary=x")).automatic


def test_a_report_names_who_could_not_be_reached() -> None:
    facts = read(stored_mail("delivery_failure")).automatic

    assert facts.bounce
    assert facts.bounce_recipients == ("gone@customer.example",)
    assert facts.bounce_temporary is False
    assert facts.suppressed_by == "bounce"


@pytest.mark.parametrize(
    ("action", "is_bounce", "is_temporary"),
    [
        ("failed", True, False),
        ("Failed (bad address)", True, False),
        ("failure", True, False),
        ("error", True, False),
        ("delayed", True, True),
        ("delivered", False, None),
        ("relayed", False, None),
    ],
)
def test_what_a_report_says_happened(action: str, is_bounce: bool, is_temporary: bool | None) -> None:
    facts = _report(action)

    assert (facts.bounce, facts.bounce_temporary) == (is_bounce, is_temporary)


def test_the_address_that_we_wrote_to_counts_not_where_it_was_forwarded() -> None:
    facts = _report(
        "failed", "rfc822; inner@elsewhere.example", "Original-Recipient: rfc822; gone@customer.example\r\n"
    )

    assert facts.bounce_recipients == ("gone@customer.example",)


def test_what_the_other_server_says_of_whom_it_did_not_take_is_kept() -> None:
    late = "Diagnostic-Code: X-Notes; still trying\r\n"
    gone = (
        "\r\nFinal-Recipient: rfc822; b@customer.example\r\nAction: failed\r\n"
        "Diagnostic-Code: smtp;550 5.1.1\r\n gone\r\n"
    )
    assert _report("delayed", extra=late + gone).bounce_diagnosis == "550 5.1.1 gone"
    assert _report("delayed", extra=late).bounce_diagnosis == "still trying"
    assert _report("failed").bounce_diagnosis == ""


PLAIN_WORDS = {
    "list": "Your message to the following recipients could not be delivered:\n\n  gone@customer.example\n\nGone.",
    "whom to ask": "For help write to <postmaster@relay.example>.\n\n<gone@customer.example>: User unknown",
    "copy below": (
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n<gone@customer.example>:\n"
        "no mailbox here.\n\n--- Below this line is a copy of the message.\n\nTo: other@customer.example\n"
    ),
    "korean": "다음 수신자에게 전달할 수 없습니다.\n\ngone@customer.example",
}


@pytest.mark.parametrize("text", PLAIN_WORDS.values(), ids=PLAIN_WORDS)
def test_plain_words_are_understood_as_well(text: str) -> None:
    facts = read(raw_mail(text, From="MAILER-DAEMON@relay.example", Subject="failure notice")).automatic

    assert facts.bounce
    assert facts.bounce_recipients == ("gone@customer.example",)


def test_a_program_need_not_call_itself_daemon() -> None:
    text = "The mail below could not be delivered to the following user:\n\n<gone@customer.example>\n"
    facts = read(raw_mail(text, From="scanner@relay.example", Subject="Non-Delivery: The pump")).automatic

    assert facts.bounce_recipients == ("gone@customer.example",)


def test_a_warning_of_delay_is_temporary() -> None:
    text = "Your message to gone@customer.example has not yet been delivered. Delivery attempts will continue."
    facts = read(raw_mail(text, From="Mailer-Daemon@relay.example", Subject="Warning: message delayed")).automatic

    assert facts.bounce_temporary is True


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Undelivered parcel", "My parcel could not be delivered to anna@customer.example. Where is it?"),
        ("반송 요청", "물건을 반송하고 싶습니다."),
        ("Delivery problem", "The courier did not find us."),
        ("Mail delivery failed", "My mails to you come back:\n\ninfo@desk.example: 550 user unknown\n\nWhat is wrong?"),
    ],
)
def test_a_customer_who_complains_of_a_delivery_is_no_bounce(subject: str, text: str) -> None:
    assert not read(raw_mail(text, Subject=subject, Return_Path="<hana@customer.example>")).automatic.bounce


COPY = "Received: from desk.example\r\nMessage-ID: <0106-ours@ap-northeast-2.amazonses.com>\r\nSubject: Re: pump\r\n"
RETURNED = {
    "mail": f"Content-Type: message/rfc822\r\n\r\n{COPY}\r\nHello",
    "header": f"Content-Type: text/rfc822-headers\r\n\r\n{COPY}",
    "header_of_rfc_6533": f"Content-Type: message/global-headers\r\n\r\n{COPY}",
    "words": f"Content-Type: text/plain\r\n\r\n--- The header of your mail ---\r\n\r\n{COPY}",
}


@pytest.mark.parametrize("part", RETURNED.values(), ids=RETURNED)
def test_a_bounce_tells_the_id_of_the_mail_that_came_back(part: str) -> None:
    body = f"--x\r\n\r\nCould not be delivered:\r\n\r\ngone@customer.example\r\n--x\r\n{part}\r\n--x--\r\n"
    fields = {"From": "MAILER-DAEMON@relay.example", "Content_Type": "multipart/report; boundary=x"}
    facts = read(raw_mail(body, In_Reply_To="<later@desk.example>", **fields)).automatic

    assert facts.bounced_ids == ("0106-ours@ap-northeast-2.amazonses.com", "later@desk.example")


def test_a_mail_that_is_no_bounce_tells_no_ids_of_one() -> None:
    assert read(raw_mail(In_Reply_To="<ours@desk.example>")).automatic.bounced_ids == ()


NOTICE = "Your message could not be delivered:\n\n<gone@customer.example>: 550 5.1.1 user unknown"


@pytest.mark.parametrize(
    "fields",
    [
        {"Subject": "Fwd: Undelivered Mail Returned to Sender"},
        {"Subject": "전달: 메일 반송"},
        {"Subject": "RE: Undelivered Mail Returned to Sender", "In_Reply_To": "<notice@relay.example>"},
    ],
)
def test_a_customer_who_passes_a_notice_on_is_no_bounce(fields: dict[str, str]) -> None:
    assert not read(raw_mail(f"Please help.\n\n{NOTICE}", **fields)).automatic.bounce


def test_a_customer_who_attaches_a_notice_is_no_bounce() -> None:
    inner = stored_mail("delivery_failure").decode()
    body = f"--o\r\n\r\nWhat shall I do?\r\n--o\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--o--\r\n"

    assert not read(raw_mail(body, Content_Type="multipart/mixed; boundary=o")).automatic.bounce


def test_a_gateway_may_wrap_the_notice_of_a_server() -> None:
    inner = stored_mail("delivery_failure").decode()
    body = f"--o\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--o--\r\n"
    facts = read(raw_mail(body, From="postmaster@gate.example", Content_Type="multipart/mixed; boundary=o")).automatic

    assert facts.bounce_recipients == ("gone@customer.example",)


def test_a_parcel_service_that_did_not_find_the_door_is_no_bounce() -> None:
    text = "Your parcel could not be delivered. Ask service@parcels.example."
    fields = {"From": "noreply@parcels.example", "Auto_Submitted": "auto-generated"}
    facts = read(raw_mail(text, Subject="Delivery failed", **fields)).automatic

    assert (facts.bounce, facts.suppressed_by) == (False, "auto_submitted")


def test_who_has_left_a_company_answers_automatically_and_bounces_nothing() -> None:
    text = "Hana has left and this mailbox does not exist any more. Write to duri@customer.example"
    facts = read(raw_mail(text, Subject="Automatic reply: Pump", Auto_Submitted="auto-replied")).automatic

    assert (facts.bounce, facts.auto_reply) == (False, True)


def test_a_receipt_is_automatic_and_no_bounce() -> None:
    body = (
        "--x\r\n\r\nYour message was deleted unread.\r\n--x\r\nContent-Type: message/disposition-notification\r\n\r\n"
        "Final-Recipient: rfc822; hana@customer.example\r\nDisposition: manual-action/MDN-sent-manually; deleted\r\n"
        "\r\n--x--\r\n"
    )
    kind = "multipart/report; report-type=disposition-notification; boundary=x"
    facts = read(raw_mail(body, Subject="Not read: Undelivered parcel", Content_Type=kind)).automatic

    assert (facts.bounce, facts.auto_reply, facts.suppressed_by) == (False, True, "auto_reply")


@pytest.mark.parametrize(
    ("action", "status", "diagnosis", "is_temporary"),
    [
        ("failed", "5.1.1", "", False),
        ("failed", "4.4.7", "smtp; 550 4.4.7 message expired", True),
        ("failed", "4.2.2", "smtp; 452 4.2.2 mailbox full", True),
        ("failed", "5.2.2", "smtp; 552 5.2.2 mailbox full", False),
        ("failed", "5.0.0", "smtp; 421 try again later", True),
        ("failed", "", "smtp; 451 greylisted", True),
        ("delayed", "4.4.1", "", True),
    ],
)
def test_the_class_of_the_status_tells_whether_it_is_for_good(
    action: str, status: str, diagnosis: str, is_temporary: bool
) -> None:
    body = (
        "--x\r\n\r\nA report.\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Final-Recipient: rfc822; a@customer.example\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: {diagnosis}\r\n\r\n--x--\r\n"
    )
    facts = read(raw_mail(body, Content_Type="multipart/report; report-type=delivery-status; boundary=x")).automatic

    assert facts.bounce_temporary is is_temporary


def test_who_is_only_late_is_not_named_among_those_who_failed() -> None:
    late = "\r\nFinal-Recipient: rfc822; late@customer.example\r\nAction: delayed\r\nStatus: 4.4.1\r\n"
    facts = _report("failed", extra=late)

    assert (facts.bounce_recipients, facts.bounce_temporary) == (("gone@customer.example",), False)


HOME_MADE = {
    "naver_like": (
        "mailer-daemon@mail.example",
        "메일 발송 실패 안내",
        "받는 사람의 주소를 찾을 수 없습니다.\n\ngone@customer.example",
    ),
    "carrier": (
        "no-reply@carrier.example",
        "メールエラー通知",
        "The mail could not be delivered to:\n\ngone@customer.example",
    ),
    "russian": ("postmaster@mail.example", "Недоставленное сообщение", "gone@customer.example: 550 нет такого ящика"),
    "chinese": ("postmaster@mail.example", "系统退信", "无法送达 gone@customer.example"),
    "spanish": ("postmaster@mail.example", "No se puede entregar: bomba", "No se encontró gone@customer.example"),
    "without_domain": ("Mail Delivery <MAILER-DAEMON>", "Returned mail", "gone@customer.example\n  550 user unknown"),
}


@pytest.mark.parametrize(("sender", "subject", "text"), HOME_MADE.values(), ids=HOME_MADE)
def test_notices_in_other_languages_are_understood(sender: str, subject: str, text: str) -> None:
    fields = {"From": sender, "Return_Path": "<>", "Content_Type": "text/plain; charset=utf-8"}
    facts = read(raw_mail(text, Subject=subject, **fields)).automatic

    assert facts.bounce_recipients == ("gone@customer.example",)


def test_where_a_notice_names_nobody_the_copy_tells_whom_it_was_for() -> None:
    copy = "Content-Type: message/rfc822\r\n\r\nTo: <gone@customer.example>\r\n\r\n"
    body = f"--x\r\n\r\nUndeliverable.\r\n--x\r\n{copy}--x--"
    facts = read(raw_mail(body, From="mailer-daemon@x.example", Content_Type="multipart/mixed; boundary=x")).automatic

    assert facts.bounce_recipients == ("gone@customer.example",)


def test_the_parts_of_a_report_have_names_that_tell_what_they_are() -> None:
    body = (
        "--x\r\n\r\nA report.\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        "--x\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: Pump\r\n\r\n--x--\r\n"
    )
    mail = read(raw_mail(body, Content_Type="multipart/report; report-type=delivery-status; boundary=x"))
    assert [file.filename for file in mail.attachments] == ["delivery-status.txt", "original-header.txt"]


PEOPLE = [
    ("Bounce House Rentals <info@bouncehouse.example>", "Delivery problem with my order", "Where are my chairs?"),
    ("System Administrator <admin@customer.example>", "Help", "The mailbox is full: what can we do?"),
    ("Postmaster Kim <kim@customer.example>", "Delivery status of my order", "It did not come."),
    ("Mail Delivery Team <team@customer.example>", "Pump", "The domain is invalid, please change it."),
    ("Kim <bounceland@customer.example>", "Delivery problem", "It did not come."),
]


@pytest.mark.parametrize(("sender", "subject", "text"), PEOPLE)
def test_people_have_names_like_those_of_servers(sender: str, subject: str, text: str) -> None:
    assert not read(raw_mail(text, From=sender, Subject=subject, Return_Path="<kim@customer.example>")).is_automatic
    assert not read(raw_mail(text, From=sender, Subject=subject)).automatic.bounce


@pytest.mark.parametrize("fields", [{"Return_Path": "<>"}, {"Auto_Submitted": "auto-generated"}])
def test_in_a_machines_mail_such_a_name_tells_a_bounce(fields: dict[str, str]) -> None:
    mail = read(
        raw_mail("Nobody is there.", From="System Administrator <a@b.example>", Subject="Undeliverable", **fields)
    )

    assert (mail.automatic.bounce, mail.is_automatic) == (True, True)


def test_words_alone_make_a_bounce_that_is_not_certain() -> None:
    text = "The mail below could not be delivered to the following user:\n\n<gone@customer.example>\n"
    mail = read(raw_mail(text, From="scanner@relay.example", Subject="Non-Delivery: The pump"))

    assert (mail.automatic.bounce, mail.is_automatic) == (True, False)
