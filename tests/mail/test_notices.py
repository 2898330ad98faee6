"""The mails that the desk writes, in every language."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import UndefinedError, meta

from chalicelib.mail import notices
from chalicelib.mail.notices import LANGUAGES, PURPOSES, render
from chalicelib.mail.quotes import split

FOLDER = Path(notices.__file__).parent
HANGUL = re.compile("[\uac00-\ud7a3]")
VALUES: dict[str, object] = {
    "number": 7,
    "subject": "The pump <b>drips</b>",
    "customer_name": "Hana",
    "agent_name": "Duri",
    "assignee_name": "Doyun",
    "more": "3",
    "desk_name": "Sunny Help",
    "status_url": "https://desk.example/s/7?a=1&b=2",
    "ticket_url": "https://desk.example/agent/tickets/7",
    "promised": "Nov 24, 2:00 PM",
    "clock": "First response",
    "due": "Nov 24, 2:00 PM",
    "title": "Send <b>the part</b>",
    "text": "It **drips** <script>x</script>\nall day",
    "failed_address": "hana@customer.example",
    "cause": "came back",
    "is_proven": True,
    "noticed_at": "Mon 23 Nov 2026, 10:00 KST",
    "what_to_do": "look",
    "kind": "Possible loop",
    "is_ended": True,
    "detail": "550 no such user <b>here</b>",
    "sender": "robot@customer.example",
    "what_happens": "held",
    "why": "80 % of the time is used.",
    "resolves_at": "Wed 2 Dec 2026",
    "held_url": "https://desk.example/agent/quarantine",
    "signature": "**Duri**\nSunny Help",
    "history": [{"attribution": "On Mon 23 Nov 2026, 10:00 KST, Hana wrote:", "text": "It <b>drips</b>\nall day"}],
    "files": [{"name": "plan <1>.pdf", "size": "8 MB", "url": "https://desk.example/files/a"}],
    "files_until": "Sat 22 May 2027",
    "links": [(score, f"https://desk.example/v/{score}") for score in range(1, 6)],
}
EVERY_NOTICE = pytest.mark.parametrize(
    ("purpose", "language"), [(purpose, language) for purpose in PURPOSES for language in LANGUAGES]
)
TO_CUSTOMERS = pytest.mark.parametrize(
    "purpose", ["acknowledgement", "auto_resolved", "close_last_reminder", "close_reminder", "reply", "survey"]
)


def test_there_is_a_folder_for_each_purpose() -> None:
    assert sorted(path.name for path in FOLDER.iterdir() if path.is_dir() and path.name[0] != "_") == list(PURPOSES)


@EVERY_NOTICE
def test_a_notice_has_subject_text_and_html(purpose: str, language: str) -> None:
    notice = render(purpose, language, **VALUES)

    assert "\n" not in notice.subject
    assert "[#7] The pump <b>drips</b>" in notice.subject
    assert notice.text.strip()
    assert notice.html.startswith(f'<!doctype html>\n<html lang="{language}">')
    assert _has_closed_tags(notice.html)


@EVERY_NOTICE
def test_what_customers_write_is_no_html_and_nothing_is_fetched(purpose: str, language: str) -> None:
    html = render(purpose, language, **VALUES).html

    assert "<script" not in html
    assert "<b>drips" not in html
    assert not re.search(r"<(img|link|style)\b|url\(", html)


@EVERY_NOTICE
def test_each_notice_speaks_its_language(purpose: str, language: str) -> None:
    notice = render(purpose, language, **VALUES)

    assert bool(HANGUL.search(notice.text)) is (language == "ko")
    assert bool(HANGUL.search(notice.html)) is (language == "ko")


@EVERY_NOTICE
def test_text_and_html_offer_the_same_links(purpose: str, language: str) -> None:
    notice = render(purpose, language, **VALUES)
    in_html = {url.replace("&amp;", "&") for url in re.findall(r'href="([^"]+)"', notice.html)}

    assert in_html == set(re.findall(r"https://\S+", notice.text))


@EVERY_NOTICE
def test_the_text_reads_without_gaps_or_long_lines(purpose: str, language: str) -> None:
    text = render(purpose, language, **VALUES).text

    assert "\n\n\n" not in text
    assert max(map(len, text.split("\n"))) <= 120


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("file", ["subject.txt", "body.txt", "body.html"])
def test_all_languages_use_the_same_values(purpose: str, file: str) -> None:
    used = {language: _variables(f"{purpose}/{language}/{file}") for language in LANGUAGES}

    assert len(set(map(frozenset, used.values()))) == 1, used


@EVERY_NOTICE
def test_korean_has_no_particle_after_a_value(purpose: str, language: str) -> None:
    for path in (FOLDER / purpose / language).iterdir():
        assert not re.search(r"\}\}(?:은|는|이|가|을|를|와|과|으로|로)(?![\uac00-\ud7a3])", path.read_text("utf-8"))


@pytest.mark.parametrize("missing", ["number", "status_url", "customer_name"])
def test_a_forgotten_value_is_an_error(missing: str) -> None:
    with pytest.raises(UndefinedError, match=missing):
        render("acknowledgement", "en", **{name: value for name, value in VALUES.items() if name != missing})


def test_a_language_we_do_not_speak_is_answered_in_english() -> None:
    assert render("survey", "fr", **VALUES) == render("survey", "en", **VALUES)


def test_what_is_unknown_is_left_out() -> None:
    text = render("acknowledgement", "ko", **{**VALUES, "promised": "", "customer_name": ""}).text

    assert text.startswith("안녕하세요.\n")
    assert "답변 예정" not in text


def test_the_agents_markdown_is_text_in_one_part_and_html_in_the_other() -> None:
    notice = render("reply", "en", **VALUES)

    assert "It **drips**" in notice.text
    assert "It <strong>drips</strong> &lt;script&gt;x&lt;/script&gt;<br>" in notice.html


def test_a_survey_has_five_faces_each_with_its_word() -> None:
    html = render("survey", "en", **VALUES).html

    for word in ("very bad", "bad", "so-so", "good", "very good"):
        assert f">{word}</span>" in html


@TO_CUSTOMERS
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_customers_answer_to_our_mail_is_trimmed_to_the_answer(purpose: str, language: str) -> None:
    ours = render(purpose, language, **VALUES).text
    quoted = "\n".join(f"> {line}" for line in ours.split("\n"))

    reply, _ = split(f"Thank you!\n\nOn Mon, Nov 23, 2026 at 3:12 PM Sunny Help <s@d.test> wrote:\n\n{quoted}")

    assert reply == "Thank you!"


def _variables(name: str) -> set[str]:
    source = (FOLDER / name).read_text("utf-8")
    return meta.find_undeclared_variables(notices.environment().parse(source))


class _Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "br", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _has_closed_tags(html: str) -> bool:
    balance = _Balance()
    balance.feed(html)
    return not balance.open
