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
    assert mail.suppresses_auto_reply is bool(reason)


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
