"""Mails that nobody writes but to keep us busy: read in a moment, and no word of them lost."""

import time
import tracemalloc

import pytest

from chalicelib.mail.read import read
from tests.mail.making import raw_mail

HTML = "text/html"
FLOWED = "text/plain; format=flowed"
PARTS = "multipart/mixed; boundary=x"
QUOTES = '"\\' * 25_000

SLOW = {
    "open_quotes_in_addresses": ("word", {"To": QUOTES, "Cc": QUOTES, "Reply_To": QUOTES, "Delivered_To": QUOTES}),
    "brackets_in_a_subject": ("word", {"Subject": "<" * 50_000}),
    "colons_in_a_notice": ("recipient" + ":" * 19_000 + "word", {"From": "mailer-daemon@relay.example"}),
    "commas_in_addresses": ("word", {"To": "a," * 25_000}),
    "encoded_words_that_never_end": ("word", {"Subject": "=?utf-8?b?" * 5_000}),
    "attributes": ("<p " + " ".join(f"a{number}=1" for number in range(120_000)) + ">word", {"Content_Type": HTML}),
    "attributes_around_brackets": (
        "<p " + "".join(f'a{number}=">" b{number}=1 c{number}=1 ' for number in range(40_000)) + ">word",
        {"Content_Type": HTML},
    ),
    "many_attributes_each": (
        ("<p " + " ".join(f"a{number}=1" for number in range(90)) + ">") * 24_000 + "word",
        {"Content_Type": HTML},
    ),
    "nested_lists": ("<ul>" * 400 + "<li>x" * 20_000 + "word", {"Content_Type": HTML}),
    "html_in_parts": (
        ("--x\r\nContent-Type: text/html\r\n\r\n" + "&a" * 9_900 + "\r\n") * 150 + "word",
        {"Content_Type": PARTS},
    ),
    "flowed_lines": ("a \r\n" * 300_000 + "word", {"Content_Type": FLOWED}),
    "signature_marks": ("--\r\n" * 20_000 + "word", {}),
    "dates": ("\r\n".join(["1 " + "10:10 " * 64] * 500) + "\r\nword", {}),
    "rules": ("\r\n".join(["-" * 490] * 5_000) + "\r\nword", {}),
    "attributions": ("\r\n".join(["On Mon, Nov 23, 2026 at 3:12 PM A <a@b.example>"] * 5_000) + "\r\nword", {}),
    "verbs": ("\r\n".join(["12:12 " + "wrote schrieb " * 25 + "x:"] * 5_000) + "\r\nword", {}),
    "fields": ("\r\n".join(["From: a@b.example", "To: x,"] * 2_500) + "\r\nword", {}),
    "blanks": ("\r\n".join([" " * 400 + "x:"] * 5_000) + "\r\nword", {}),
    "quotation_marks": (
        '<div class="gmail_quote">' + "<blockquote>x</blockquote>y" * 9_000 + "word",
        {"Content_Type": HTML},
    ),
    "styles": (
        ('<div style="' + "border-top-color:rgb(229,229,229);" * 300 + '">x</div>') * 100 + "word",
        {"Content_Type": HTML},
    ),
    "brackets": ("\r\n".join(["2024" + "(" * 390] * 5_000) + "\r\nword", {}),
    "empty_parts": ("--x\r\n\r\n\r\n" * 400_000 + "word", {"Content_Type": PARTS}),
    "header_lines_of_a_part": ("--x\r\n" + "A:\r\n" * 600_000 + "word", {"Content_Type": PARTS}),
    "parameters": ("word", {"Content_Type": 'multipart/mixed; boundary=x; a="' + ";" * 150_000}),
    "header_lines": ("word", {"X_A": "b\r\n" + "X-A: b\r\n" * 500_000 + "X-A: b"}),
    "mails_in_mails": ("Content-Type: message/rfc822\r\n\r\n" * 200 + "word", {"Content_Type": "message/rfc822"}),
    "nested_comments": ("word", {"Authentication_Results": "amazonses.com; " + "(" * 20_000 + ")" * 20_000}),
}


@pytest.mark.parametrize("name", SLOW)
def test_a_hostile_mail_is_read_in_a_moment(name: str) -> None:
    body, fields = SLOW[name]
    raw = raw_mail(body, **fields)
    started = time.process_time()

    mail = read(raw)

    assert time.process_time() - started < 1.5
    assert "word" in mail.text or any(b"word" in attachment.content for attachment in mail.attachments)
    assert len(mail.text) < 10 * len(raw)


@pytest.mark.parametrize("line", ["<p>a", "> a b c\r\n", "a \r\n"])
def test_a_hostile_mail_takes_little_memory(line: str) -> None:
    kind = HTML if line.startswith("<") else FLOWED
    raw = raw_mail(line * 400_000, Content_Type=kind)
    tracemalloc.start()

    read(raw)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * len(raw)


@pytest.mark.parametrize("kind", [HTML, FLOWED, PARTS])
def test_what_was_too_complex_is_named(kind: str) -> None:
    assert "too_complex" in read(raw_mail("<p>a \r\n" * 120_000, Content_Type=kind)).defects
