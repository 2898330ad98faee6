"""What admins see who ask why a mail landed there."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len
from rich.console import Console

from chalicelib.desk import links
from chalicelib.domain.outgoing import Outgoing, Purpose
from chalicelib.mail.read import read
from infra import explained_page, explanation
from infra.cli import cli
from tests import factories
from tests.conftest import NOW, SUPPORT
from tests.desk.journey import bounce_mail, raw_mail

KEYS = (
    *("subject", "from", "from_name", "to", "cc", "reply_to", "message_id", "in_reply_to", "references", "date"),
    *("text", "reply_text", "quoted_text", "html", "attachments", "auto_reply", "out_of_office", "list_mail"),
    *("bounce", "bounce_recipients", "bounce_temporary", "charset", "defects", "route"),
)


def explain(*arguments: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(cli, ["mail", "explain", *arguments], input=given)


def explained(raw: bytes) -> dict[str, Any]:
    done = explain("--json", "-", given=raw)
    assert done.exit_code == 0, done.output
    (line,) = done.stdout.splitlines()
    read_back: dict[str, Any] = json.loads(line)
    return read_back


def step(raw: bytes, code: str) -> dict[str, Any]:
    (found,) = (one for one in explained(raw)["route"] if one["step"] == code)
    return dict(found)


def page(raw: bytes, width: int = 80) -> str:
    out = StringIO()
    explained_page.show("letter.eml", read(raw), (), Console(file=out, width=width))
    return out.getvalue()


class TestJson:
    def test_it_has_every_key_and_plain_values(self) -> None:
        made = explained(
            raw_mail("Hello.\n", ("a.pdf", b"abc"), cc="Park <park@customer.example>", in_reply_to="<x@y>")
        )
        assert tuple(made) == KEYS
        assert (made["from"], made["from_name"], made["to"]) == ("kim@customer.example", "Kim", [SUPPORT])
        assert (made["cc"], made["in_reply_to"]) == (["park@customer.example"], "x@y")
        assert (made["date"], made["text"]) == ("2026-11-23T00:59:00+00:00", "Hello.")
        assert made["attachments"] == [
            {
                "filename": "a.pdf",
                "size": 3,
                "md5": "900150983cd24fb0d6963f7d28e17f72",
                "content_type": "application/pdf",
                "inline": False,
            }
        ]

    def test_a_date_that_nobody_understands_is_none(self) -> None:
        assert explained(raw_mail(date="yesterday"))["date"] is None

    def test_several_mails_are_several_lines_in_the_order_given(self, tmp_path: Path) -> None:
        for name in ("b", "a"):
            (tmp_path / name).write_bytes(raw_mail(subject=name))
        done = explain("--json", str(tmp_path / "b"), str(tmp_path / "a"))
        assert [json.loads(line)["subject"] for line in done.stdout.splitlines()] == ["b", "a"]

    def test_no_character_breaks_the_line_or_reaches_the_terminal(self) -> None:
        text = "a\x1b[2Jb\x9b2Jc\u202ed\u2028e"
        done = explain("--json", "-", given=raw_mail(text))
        assert len(done.stdout.splitlines()) == 1
        assert not re.search("[\x1b\x9b\u202e\u2028]", done.stdout)
        assert json.loads(done.stdout)["text"] == text


class TestFiles:
    def test_one_that_can_not_be_read_keeps_nobody_from_the_others(self, tmp_path: Path) -> None:
        good = tmp_path / "good.eml"
        good.write_bytes(raw_mail(subject="Pump"))
        done = explain("--json", str(tmp_path / "missing.eml"), str(tmp_path), str(good))
        assert done.exit_code == 1
        assert [json.loads(line)["subject"] for line in done.stdout.splitlines()] == ["Pump"]

    @pytest.mark.parametrize("raw", [b"", b"\0\xff" * 500, b"Subject: x", b"\n\n\n"])
    def test_whatever_is_in_a_file_is_explained(self, raw: bytes) -> None:
        assert explain("-", given=raw).exit_code == 0
        assert explained(raw)["route"]

    def test_no_file_is_a_wrong_command_line(self) -> None:
        assert explain().exit_code == 2


class TestRoute:
    def test_a_ticket_s_own_address_comes_first(self) -> None:
        token = links.reply_token(factories.settings(), 12)
        address = f"support+{token}@desk.example"
        found = step(raw_mail(to=address), "reply_address")
        assert found["found"] == [{"address": address, "ticket": 12}]
        assert step(raw_mail(to="support+news@desk.example"), "reply_address")["found"] == []

    def test_then_ids_nearest_first_then_the_number(self) -> None:
        raw = raw_mail(in_reply_to="<c@x>", references="<a@x> <b@x> <c@x>", subject="Re: [#12] Pump")
        assert [one["step"] for one in explained(raw)["route"]][:4] == [
            *("verdicts", "reply_address", "ids", "subject_number"),
        ]
        assert step(raw, "ids")["asked"] == ["c@x", "b@x", "a@x"]
        number = step(raw, "subject_number")
        assert (number["number"], number["condition"]) == (12, "sender_takes_part")

    def test_a_bounce_from_nobody_may_go_onto_the_ticket_of_what_came_back(self) -> None:
        ours = Outgoing(1, 1, Purpose.REPLY, NOW, wire_id="0100@email.amazonses.com")
        raw = bounce_mail(ours).replace(b"Mail Delivery <mailer-daemon@mx.example>", b"<>")
        assert "goes onto that one's ticket all the same" in step(raw, "quarantine")["says"]

    @pytest.mark.parametrize(
        ("headers", "cause"),
        [
            ({"from_": None}, "no_sender"),
            ({"x_ses_virus_verdict": "FAIL"}, "virus"),
            ({"from_": "kim@localhost"}, "address_invalid"),
        ],
    )
    def test_the_quarantine_is_named_with_its_cause(self, headers: dict[str, str | None], cause: str) -> None:
        raw = raw_mail(**headers)
        assert step(raw, "quarantine")["cause"] == cause
        assert "It would go to the quarantine." in page(raw)

    @pytest.mark.parametrize(
        ("headers", "reason"),
        [
            ({}, ""),
            ({"auto_submitted": "auto-replied"}, "auto_submitted"),
            ({"list_id": "<news.example>"}, "list"),
            ({"x_deskbell_loop": "support@other.example"}, "loop"),
            ({"x_ses_spam_verdict": "FAIL"}, "spam"),
        ],
    )
    def test_it_tells_why_no_automatic_answer_follows(self, headers: dict[str, str | None], reason: str) -> None:
        found = step(raw_mail(**headers), "automatic_answer")
        assert found["suppressed_by"] == reason
        assert ("No automatic answer follows" in found["says"]) is bool(reason)

    def test_only_with_dmarc_may_an_agent_answer_by_mail(self) -> None:
        passed = {"authentication_results": "amazonses.com; dmarc=pass header.from=customer.example"}
        assert step(raw_mail(**passed), "sender")["may_act_as_agent"]
        assert not step(raw_mail(), "sender")["may_act_as_agent"]
        assert not step(raw_mail(**passed, auto_submitted="auto-replied"), "sender")["may_act_as_agent"]

    def test_without_verdicts_it_says_who_counts_as_authenticated_all_the_same(self) -> None:
        assert "mail send" in step(raw_mail(), "sender")["says"]
        failed = {"authentication_results": "amazonses.com; dmarc=fail header.from=customer.example"}
        assert "mail send" not in step(raw_mail(**failed), "sender")["says"]

    def test_every_reason_of_ours_has_its_words(self) -> None:
        for reason in explanation._SUPPRESSED.values():
            assert reason.startswith(("it ", "its ", "the "))


class TestPage:
    def test_it_fits_80_columns_in_korean_as_well(self) -> None:
        raw = raw_mail("펌프가 고장났습니다. " * 30, subject="아주 긴 제목입니다 " * 20)
        assert max(map(cell_len, page(raw).splitlines())) <= 80
        assert re.sub(r"\s", "", page(raw)).count("펌프가고장났습니다.") == 30

    def test_it_shows_text_and_quotation_apart_and_the_attachments(self) -> None:
        raw = raw_mail("It works.\n\nOn Mon, 23 Nov 2026, Desk wrote:\n> Turn it off.\n", ("무전기.pdf", b"x" * 2000))
        shown = page(raw)
        assert shown.index("It works.") < shown.index("Quoted") < shown.index("> Turn it off.")
        assert "무전기.pdf, application/pdf, 2,000 bytes" in shown

    def test_what_a_terminal_would_obey_is_shown_as_a_sign(self) -> None:
        shown = page(raw_mail("a\x1b[2Jb\x07c\x9bd\u202ee\x7f"))
        assert "a␛[2Jb␇c\\u009bd\\u202ee␡" in shown
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown)

    def test_markup_of_the_mail_is_text(self) -> None:
        assert "[red]Fire[/red]" in page(raw_mail("[red]Fire[/red]", subject="[link=x]y[/link]"))

    def test_a_bounce_says_of_whom_and_for_how_long(self) -> None:
        assert "automatic reply" in page(raw_mail(auto_submitted="auto-replied"))
