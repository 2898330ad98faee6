"""Bytes to text under right, wrong and no labels."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.mail.charsets import decode, says_something

KOREAN = "펌프에서 물이 샙니다. 빨리 와 주세요."
BEYOND_EUC_KR = "똠방각하가 펲시를 마십니다."
JAPANESE = "ポンプから水が漏れています。"


@pytest.mark.parametrize(
    ("raw", "label", "expected"),
    [
        (KOREAN.encode("utf-8"), "utf-8", KOREAN),
        (KOREAN.encode("cp949"), "euc-kr", KOREAN),
        (BEYOND_EUC_KR.encode("cp949"), "euc-kr", BEYOND_EUC_KR),
        (BEYOND_EUC_KR.encode("cp949"), "ks_c_5601-1987", BEYOND_EUC_KR),
        (KOREAN.encode("iso2022_kr"), "ISO-2022-KR", KOREAN),
        (JAPANESE.encode("iso2022_jp"), "ISO-2022-JP", JAPANESE),
        (JAPANESE.encode("cp932"), "Shift_JIS", JAPANESE),
        ("“Grüße”".encode("cp1252"), "iso-8859-1", "“Grüße”"),
        ("漏水了".encode("gb18030"), "gb2312", "漏水了"),
        (KOREAN.encode("utf-8"), '"UTF-8"; x=1', KOREAN),
    ],
)
def test_a_label_is_read_as_mailers_mean_it(raw: bytes, label: str, expected: str) -> None:
    decoded = decode(raw, label)

    assert (decoded.text, decoded.is_guess, decoded.is_damaged) == (expected, False, False)


@pytest.mark.parametrize("label", ["", "us-ascii", "x-unknown", "no-such-charset", "zip", "unicode_escape", "utf-8"])
@pytest.mark.parametrize("charset", ["utf-8", "cp949"])
def test_korean_is_recognized_without_a_usable_label(charset: str, label: str) -> None:
    assert decode(KOREAN.encode(charset), label).text == KOREAN


@pytest.mark.parametrize("label", ["euc-kr", "iso-8859-1", "windows-1252", "gb2312", "shift_jis"])
def test_utf_8_is_recognized_under_another_label(label: str) -> None:
    decoded = decode(KOREAN.encode(), label)

    assert decoded.text == KOREAN
    assert decoded.is_guess


def test_korean_bytes_labelled_as_western_are_korean() -> None:
    assert decode(KOREAN.encode("cp949"), "iso-8859-1").text == KOREAN


@pytest.mark.parametrize("text", ["Übergrößenträger", "déjà vu à la crème", "¿Qué pasó, señor?", "smörgåsbord"])
def test_western_bytes_labelled_as_western_stay_western(text: str) -> None:
    assert decode(text.encode("cp1252"), "iso-8859-1").text == text


def test_one_damaged_character_does_not_spoil_the_others() -> None:
    decoded = decode(KOREAN.encode("cp949") + b"\xff", "euc-kr")

    assert decoded.text == KOREAN + "\ufffd"
    assert decoded.is_damaged


def test_the_hint_is_used_where_there_is_no_label() -> None:
    assert decode("Łódź".encode("iso8859-2"), "", "iso-8859-2").text == "Łódź"


RUSSIAN = "Здравствуйте, насос протекает. Приезжайте, пожалуйста."
CHINESE = "您好,水泵漏水了,请尽快派人来修理。谢谢您的帮助。"
PLAIN_JAPANESE = "お世話になっております。ポンプから水が漏れています。至急ご確認をお願いいたします。"
BY_CHARSET = {
    "johab": KOREAN,
    "iso2022_kr": KOREAN,
    "utf-16": KOREAN,
    "cp932": PLAIN_JAPANESE,
    "euc_jp": PLAIN_JAPANESE,
    "iso2022_jp": PLAIN_JAPANESE,
    "gb18030": CHINESE,
    "hz": CHINESE,
    "big5": "您好,水泵漏水了,請儘快派人來修理。謝謝您的幫助。",
    "koi8_r": RUSSIAN,
    "cp1251": RUSSIAN,
    "iso8859_5": RUSSIAN,
    "cp1252": "Guten Tag, die Pumpe ist undicht und läuft über. Grüße",
    "cp1250": "Dzień dobry, pompa przecieka. Proszę o szybką wizytę. Dziękuję, żółć",
    "cp1253": "Καλημέρα, η αντλία στάζει. Παρακαλώ ελάτε γρήγορα.",
}


@pytest.mark.parametrize("label", ["", "us-ascii", "unknown-8bit"])
@pytest.mark.parametrize(("charset", "words"), BY_CHARSET.items())
def test_a_text_is_recognized_without_a_usable_label(charset: str, words: str, label: str) -> None:
    assert decode(words.encode(charset), label).text == words


@pytest.mark.parametrize(
    ("raw", "label", "expected"),
    [
        (b'\x1b$B-!-"\x1b(B', "iso-2022-jp", "①②"),
        (b"\x1b(I6E\x1b(B", "iso-2022-jp", "ｶﾅ"),
        (JAPANESE.encode("iso2022_jp"), "utf-8", JAPANESE),
        (KOREAN.encode("johab"), "johab", KOREAN),
        ("It drips".encode("utf-16-le"), "utf-16", "It drips"),
        ("It drips".encode("utf-16-be"), "utf-16", "It drips"),
        (KOREAN.encode("utf-16"), "us-ascii", KOREAN),
        (KOREAN.encode("utf-8-sig"), "utf-8", KOREAN),
        ("Grüße".encode("utf-7"), "utf-7", "Grüße"),
        (RUSSIAN.encode("cp1251"), "iso-8859-1", RUSSIAN),
        (CHINESE.encode("hz"), "hz-gb-2312", CHINESE),
        (KOREAN.encode("cp949"), "gb2312", KOREAN),
        (CHINESE.encode("gb18030"), "gb2312", CHINESE),
        ("李刚".encode("gb18030"), "gb2312", "李刚"),
        (RUSSIAN.encode("koi8_r"), "windows-1251", RUSSIAN),
    ],
)
def test_odd_and_wrong_labels_are_seen_through(raw: bytes, label: str, expected: str) -> None:
    assert decode(raw, label).text == expected


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60), st.sampled_from(["", "utf-8", "utf-7", "utf-16", "euc-kr", "iso-2022-kr", "punycode"]))
def test_no_bytes_raise_and_every_text_can_be_stored(raw: bytes, label: str) -> None:
    decode(raw, label).text.encode()


@pytest.mark.parametrize("label", ["\udcf2", "x\udca0-8", "\x00", "한글"])
def test_a_label_of_no_letters_names_no_codec(label: str) -> None:
    assert not says_something(label)
    assert decode("펌프".encode() + b"\xff", label).text.startswith("펌프")
