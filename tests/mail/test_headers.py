"""Header fields in right and broken forms."""

from datetime import UTC, datetime
from email import message_from_bytes

import pytest

from chalicelib.mail import headers


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
        ("=?utf-8?b?7Y6M7ZSE?==?utf-8?b?6rOg7J6l?=", "펌프고장"),
        ("Re:=?utf-8?b?7Y6M7ZSE?=:ok", "Re:펌프:ok"),
        ("=?utf-8?b?7Y6M?= =?UTF-8?B?7ZSE?=", "펌프"),
        ("=?utf-8?b?7Y6M7Z?= =?utf-8?q?=94=84?=", "펌프"),
        ("=?utf-8?b?7Y6M =?utf-8?b?7ZSE?=", "펌프"),
        ("=?utf-8?b?7Y6M 7ZSE?=", "펌프"),
        ("=?utf-8 ?b?7Y6M7ZSE?=", "펌프"),
        ("=?ks_c_5601-1987?b?xt/HwQ==?=", "펌프"),
        ("=?us-ascii?b?xt/HwbDtwOU=?=", "펌프고장"),
        ("=?iso-8859-1?q?=C6=DF=C7=C1=B0=ED=C0=E5?=", "펌프고장"),
        ("=?unknown-8bit?b?xt/HwbDtwOU=?=", "펌프고장"),
        ("=?iso-8859-1?q?Gr=FC=DFe?=", "Grüße"),
        ("=?iso-2022-jp?b?GyRCJV0lcyVXGyhC?=", "ポンプ"),
        ("\x1b$B%]%s%W\x1b(B 1", "ポンプ 1"),
        ("=?utf-8?q?what??=", "what?"),
        ("=?utf-8?b?PT91dGYtOD9iPzdZNk03WlNFPz0=?=", "펌프"),
        ("a=b?c?d=e", "a=b?c?d=e"),
        ("nul\x00and\x07bell", "nulandbell"),
    ],
)
def test_a_field_reads_as_its_writer_meant_it(raw: str, expected: str) -> None:
    assert headers.text(raw) == expected


@pytest.mark.parametrize("charset", ["utf-8", "cp949"])
def test_bytes_that_stand_unencoded_in_a_field_are_read(charset: str) -> None:
    message = message_from_bytes(b"Subject: " + "펌프 고장입니다".encode(charset) + b"\n\n")

    assert headers.text(headers.first_value(message, "subject"), "euc-kr") == "펌프 고장입니다"


UNLABELLED = {
    "cp949": "펌프 고장 문의",
    "utf-8": "펌프 고장 문의",
    "cp932": "ポンプ故障の件について",
    "euc_jp": "ポンプ故障の件について",
    "gb18030": "关于水泵故障的问题",
    "big5": "關於水泵故障的問題",
    "koi8_r": "Вопрос о насосе",
    "cp1251": "Вопрос о насосе",
    "cp1252": "Frage zur Größe",
    "cp1253": "Η αντλία στάζει",
}


@pytest.mark.parametrize(("charset", "words"), UNLABELLED.items())
def test_a_subject_that_nobody_labelled_is_read_in_the_charset_it_looks_like(charset: str, words: str) -> None:
    message = message_from_bytes(b"Subject: " + words.encode(charset) + b"\n\n")

    assert headers.text(headers.first_value(message, "subject")) == words


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
