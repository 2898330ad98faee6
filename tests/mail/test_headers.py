"""Header fields in right and broken forms."""

from datetime import UTC, datetime
from email import message_from_bytes

import pytest

from chalicelib.mail import headers, parameters
from chalicelib.mail.message import Address


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("The pump drips", "The pump drips"),
        ("=?UTF-8?B?7Y6M7ZSEIOqzoOyepQ==?=", "펌프 고장"),
        ("=?utf-8?b?7Y6M7ZSE?= =?utf-8?b?IOqzoOyepQ==?=", "펌프 고장"),
        ("=?utf-8?b?7Y6M7ZSE?=\r\n =?utf-8?b?IOqzoOyepQ==?=", "펌프 고장"),
        ("=?utf-8?b?7Y6M7Q==?= =?utf-8?b?lIQ=?=", "펌프"),
        ("=?utf-8?b?7Y6M7Z?= =?utf-8?b?SE?=", "펌프"),
        ("=?euc-kr?Q?=C6=DF=C7=C1_=B0=ED=C0=E5?=", "펌프 고장"),
        ("=?euc-kr?Q?=C6=DF=C7=C1 =B0=ED=C0=E5?=", "펌프 고장"),
        ("Re: =?utf-8?b?7Y6M7ZSE?= again", "Re: 펌프 again"),
        ("=?utf-8*ko?b?7Y6M7ZSE?=", "펌프"),
        ("=?utf-8?b?7Y6M7ZSE", "펌프"),
        ("=?nonsense?b?7Y6M7ZSE?=", "펌프"),
        ("folded\r\n\tsubject", "folded subject"),
        ("a =? b ?= c", "a =? b ?= c"),
        ("nul\x00and\x07bell", "nulandbell"),
    ],
)
def test_a_field_reads_as_its_writer_meant_it(raw: str, expected: str) -> None:
    assert headers.text(raw) == expected


@pytest.mark.parametrize("charset", ["utf-8", "cp949"])
def test_bytes_that_stand_unencoded_in_a_field_are_read(charset: str) -> None:
    message = message_from_bytes(b"Subject: " + "펌프 고장입니다".encode(charset) + b"\n\n")

    assert headers.text(headers.first_value(message, "subject"), "euc-kr") == "펌프 고장입니다"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a@b.kr", [Address("a@b.kr")]),
        ("<a@B.KR>", [Address("a@b.kr")]),
        ('"Kim, Hana" <a@b.kr>, c@d.kr', [Address("a@b.kr", "Kim, Hana"), Address("c@d.kr")]),
        ("=?utf-8?b?6rmA7ZWY64KY?= <a@b.kr>", [Address("a@b.kr", "김하나")]),
        ('"=?utf-8?b?6rmA7ZWY64KY?=" <a@b.kr>', [Address("a@b.kr", "김하나")]),
        ("=?utf-8?q?Kim,_Hana?= <a@b.kr>", [Address("a@b.kr", "Kim, Hana")]),
        ("a@b.kr (Hana Kim)", [Address("a@b.kr", "Hana Kim")]),
        ("a@b.kr; c@d.kr", [Address("a@b.kr"), Address("c@d.kr")]),
        ("Team: a@b.kr, c@d.kr;", [Address("a@b.kr"), Address("c@d.kr")]),
        ('"a@b.kr" <c@d.kr>', [Address("c@d.kr", "a@b.kr")]),
        ("'Hana' <a@b.kr>", [Address("a@b.kr", "Hana")]),
        ('"Hana \\"Pump\\" Kim" <a@b.kr>', [Address("a@b.kr", 'Hana "Pump" Kim')]),
        ("Hana Kim a@b.kr", [Address("a@b.kr")]),
        ("A@b.kr, a@B.KR", [Address("A@b.kr")]),
        ('"two words"@b.kr', [Address('"two words"@b.kr')]),
        ("undisclosed-recipients:;", []),
        ("Hana Kim", []),
        ("", []),
    ],
)
def test_addresses(raw: str, expected: list[Address]) -> None:
    assert headers.addresses([raw]) == tuple(expected)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (b"attachment; filename=a.pdf", "a.pdf"),
        (b'attachment; filename="=?utf-8?b?7JWI7KCELnBkZg==?="', "안전.pdf"),
        (b"attachment; filename*=utf-8''%EC%95%88%EC%A0%84.pdf", "안전.pdf"),
        (b"attachment; filename*=euc-kr''%BE%C8%C0%FC.pdf", "안전.pdf"),
        (b"attachment; filename*0*=utf-8''%EC%95%88; filename*1*=%EC%A0%84.pdf", "안전.pdf"),
        (b'attachment; filename="%EC%95%88%EC%A0%84.pdf"', "안전.pdf"),
        (b'attachment; filename="100% sure.pdf"', "100% sure.pdf"),
        (b'attachment; filename="' + "안전.pdf".encode("cp949") + b'"', "안전.pdf"),
        (b'attachment; filename="' + "안전.pdf".encode() + b'"', "안전.pdf"),
        (b"attachment", ""),
    ],
)
def test_file_names(field: bytes, expected: str) -> None:
    message = message_from_bytes(b"Content-Disposition: " + field + b"\n\n")

    assert parameters.find(message, "content-disposition", "filename", "euc-kr") == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Mon, 23 Nov 2026 10:00:00 +0900", datetime(2026, 11, 23, 1, 0, tzinfo=UTC)),
        ("23 Nov 2026 10:00 GMT", datetime(2026, 11, 23, 10, 0, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 10:00:00", datetime(2026, 11, 23, 10, 0, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 10:00:00 -0000", datetime(2026, 11, 23, 10, 0, tzinfo=UTC)),
        ("Mon, 99 Foo 2026", None),
        ("Fri, 31 Dec 9999 23:00:00 -1400", None),
        ("", None),
    ],
)
def test_dates_are_instants_in_utc(raw: str, expected: datetime | None) -> None:
    assert headers.date(raw) == expected
