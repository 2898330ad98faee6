"""One acknowledgement a ticket, and not too many for one address (rule 13)."""

from datetime import timedelta

import boto3
import pytest

from chalicelib.desk import intake, tickets
from chalicelib.domain.errors import TooMany
from chalicelib.domain.outgoing import Purpose
from tests import factories
from tests.conftest import FILES_BUCKET, NOW, SUPPORT
from tests.desk import journey
from tests.desk.journey import receive_mail

VICTIM = "kim@customer.example"
PROVEN = "amazonses.com; dmarc=pass header.from=customer.example"

pytestmark = pytest.mark.usefixtures("cloud")


def acknowledgements() -> int:
    return [mail.purpose for mail in journey.queued()].count(Purpose.ACKNOWLEDGEMENT)


def test_the_sixth_mail_within_an_hour_makes_a_ticket_silently() -> None:
    for number in range(6):
        receive_mail(f"Question {number}", subject=f"Question {number}")
    assert (len(journey.numbers()), acknowledgements()) == (6, 5)


def test_forms_and_mails_of_one_address_count_together() -> None:
    for number in range(3):
        receive_mail(f"Question {number}", subject=f"Question {number}")
        intake.open_from_form(factories.form(f"Form {number}", submission_id=f"form-{number}"), NOW)
    assert (len(journey.numbers()), acknowledgements()) == (6, 5)


def test_an_hour_later_they_go_out_again_until_ten_in_three_hours() -> None:
    for hour, answered in ((0, 5), (1, 10), (2, 10), (4, 15)):
        for number in range(6):
            at = NOW + timedelta(hours=hour, minutes=number)
            form = factories.form(f"{hour}:{number}", submission_id=f"{hour}-{number}", remote_address=str(hour))
            intake.open_from_form(form, at)
        assert acknowledgements() == answered


@pytest.mark.parametrize(
    ("headers", "remarks"),
    [
        ({}, ()),
        ({"x_ses_spam_verdict": "FAIL"}, ("silent_spam",)),
        ({"authentication_results": "amazonses.com; dmarc=fail"}, ("silent_not_proven",)),
        ({"list_id": "<news.example>"}, ("silent_list",)),
        ({"precedence": "bulk"}, ("silent_list",)),
        ({"x_auto_response_suppress": "All"}, ("silent_asked",)),
        ({"auto_submitted": "auto-generated"}, ("silent_automatic",)),
        ({"to": "others@customer.example", "delivered_to": SUPPORT}, ("silent_blind_copy",)),
    ],
)
def test_the_ticket_says_why_there_was_none(headers: dict[str, str], remarks: tuple[str, ...]) -> None:
    receive_mail(**headers)
    assert (acknowledgements(), journey.messages()[0].remarks) == (0 if remarks else 1, remarks)


@pytest.mark.parametrize(
    ("headers", "is_promised"),
    [
        ({}, True),
        ({"x_auto_response_suppress": "All"}, True),
        ({"subject": "Automatic reply does not work"}, True),
        ({"authentication_results": "amazonses.com; dmarc=fail"}, True),
        ({"to": "others@customer.example", "delivered_to": SUPPORT}, True),
        ({"x_ses_spam_verdict": "FAIL"}, False),
        ({"list_id": "<news.example>"}, False),
        ({"auto_submitted": "auto-replied"}, False),
    ],
)
def test_clocks_run_for_what_a_person_wrote_to_us_alone(headers: dict[str, str], is_promised: bool) -> None:
    receive_mail(**headers)
    assert bool(journey.page().ticket.clocks) is is_promised


@pytest.mark.parametrize(
    "headers", [{"authentication_results": "amazonses.com; dmarc=fail"}, {"X-SES-Spam-Verdict": "FAIL"}]
)
def test_a_forged_sender_and_spam_get_none(headers: dict[str, str]) -> None:
    receive_mail(**headers)
    assert (len(journey.numbers()), acknowledgements()) == (1, 0)


def test_agents_are_told_that_a_sender_may_be_forged() -> None:
    receive_mail(authentication_results="amazonses.com; dmarc=fail")
    assert journey.messages()[0].remarks == ("silent_not_proven",)


@pytest.mark.parametrize("way", ["form", "mail"])
def test_without_proof_of_the_sender_nothing_that_they_wrote_goes_out(way: str) -> None:
    """Whoever gives somebody else's address would make us write to them."""
    if way == "form":
        form = factories.form("Buy at https://spam.example", name="Buy now", subject="Visit https://spam.example")
        intake.open_from_form(form, NOW)
    else:
        receive_mail("Buy at https://spam.example", subject="Visit https://spam.example", from_=f"Buy now <{VICTIM}>")
    journey.deliver_all()
    (mail,) = journey.sent()
    html = mail.get_body(("html",)).get_content()
    assert str(mail["Subject"]) == "[#1] We have your message"
    assert not any(word in f"{journey.text_of(mail)} {html}" for word in ("spam.example", "Buy"))


def test_who_is_proven_is_greeted_by_name_and_told_the_subject_but_gets_no_text_back() -> None:
    receive_mail("Look at https://link.example", authentication_results=PROVEN)
    journey.deliver_all()
    (mail,) = journey.sent()
    assert "[#1] Pump" in str(mail["Subject"])
    assert "Hello Kim," in journey.text_of(mail)
    assert "link.example" not in journey.text_of(mail)


def test_what_is_refused_fills_no_bucket() -> None:
    upload = tickets.Upload("a.txt", "text/plain", b"a")
    for number in range(30):
        intake.open_from_form(factories.form(str(number), submission_id=str(number)), NOW)
    with pytest.raises(TooMany):
        intake.open_from_form(factories.form("more", submission_id="more", uploads=(upload,)), NOW)
    assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket=FILES_BUCKET)
