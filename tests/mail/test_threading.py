"""Which ticket a mail talks about: subject, ids, reply address (rule 8)."""

import pytest

from chalicelib.mail import threading


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("[#123] The pump drips", 123),
        ("Re: RE: [#123] The pump drips", 123),
        ("답장: 펌프 [#7]", 7),
        ("[#7] about [#8]", 7),
        ("#123", None),
        ("[123]", None),
        ("[#]", None),
        ("[#99999999999999999999]", None),
    ],
)
def test_the_number_in_a_subject(subject: str, expected: int | None) -> None:
    assert threading.subject_number(subject) == expected


@pytest.mark.parametrize(
    ("subject", "expected"), [("Pump", "[#7] Pump"), ("Re: [#7] Pump", "Re: [#7] Pump"), ("", "[#7]")]
)
def test_our_subjects_carry_the_number_once(subject: str, expected: str) -> None:
    assert threading.with_number(subject, 7) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("<a@b> <c@d>", ("a@b", "c@d")),
        ("<a@b>, <c@d>", ("a@b", "c@d")),
        ("<a@b><a@b>", ("a@b",)),
        ("a@b", ("a@b",)),
        ("Hana's mail of Monday <a@b>", ("a@b",)),
        ("<a\r\n @b>", ("a@b",)),
        ("<" + "x" * 600 + "@b>", ()),
        ("<>", ()),
        ("", ()),
    ],
)
def test_message_ids(header: str, expected: tuple[str, ...]) -> None:
    assert threading.message_ids(header) == expected
    assert threading.normalise_id(header) == (expected[0] if expected else "")


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        ("support+7.Ab-c_d@desk.test", "7.Ab-c_d"),
        ("Support+7.Ab@DESK.test", "7.Ab"),
        ("support@desk.test", None),
        ("support+@desk.test", None),
        ("sales+7.Ab@desk.test", None),
        ("support+7.Ab@other.test", None),
        ("nonsense", None),
    ],
)
def test_the_token_of_a_reply_address(recipient: str, expected: str | None) -> None:
    assert threading.reply_token(recipient, "support@desk.test") == expected


def test_a_reply_address_is_read_back() -> None:
    address = threading.reply_address("support@desk.test", "7.Ab-c")

    assert threading.reply_token(address, "support@desk.test") == "7.Ab-c"


def test_ses_ids_are_known_under_both_domains() -> None:
    assert threading.wire_ids("0101-x", "ap-northeast-2") == (
        "0101-x@ap-northeast-2.amazonses.com",
        "0101-x@email.amazonses.com",
    )
    assert threading.wire_ids("0101-x", "us-east-1")[0] == "0101-x@email.amazonses.com"
