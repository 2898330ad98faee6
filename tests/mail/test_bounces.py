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
