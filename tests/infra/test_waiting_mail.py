"""./deskbell mail about what waits: shown, read again, put aside, checked."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chalicelib.adapters import inbound_mail
from chalicelib.desk import inbound
from chalicelib.domain.dead_letter import LetterQueue
from chalicelib.domain.errors import NotFound
from chalicelib.domain.inbound_mail import Fate, FateState
from infra.account import ENVIRONMENT_OF_OUTPUT, Account
from infra.cli import cli
from infra.doctor import mails_in_hand
from infra.sent_fates import follow
from infra.trouble import Trouble
from tests.conftest import NOW, REGION
from tests.desk import journey
from tests.desk.journey import raw_mail, receive, store
from tests.desk.letters import bury, mail_letter

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture(autouse=True)
def _desk_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names it already."""
    monkeypatch.setattr("infra.waiting_mail.enter", lambda stack, region: None)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["mail", *arguments])


def trouble(*arguments: str) -> Trouble:
    raised = run(*arguments).exception
    assert isinstance(raised, Trouble)
    return raised


def give_up(text: str = "The pump is broken.") -> str:
    key = store(raw_mail(text))
    inbound.give_up(key, ZeroDivisionError("division by zero"), NOW)
    return key


def hold(subject: str = "Pump") -> str:
    key = store(raw_mail(subject=subject))
    inbound_mail.keep_fate(Fate(key, FateState.HELD, NOW, "possible_loop", "", 0, "kim@customer.example", subject))
    return key


def state(key: str) -> FateState:
    return inbound_mail.get_fate(key).state


def test_what_waits_is_shown_with_what_to_do() -> None:
    key = give_up()
    hold("Again and again")
    bury(LetterQueue.INBOUND, mail_letter("inbound/dead"))
    shown = run("quarantine").output
    for words in ("Quarantined: 1", key, "Our program failed on it", "Held: 1", "Again and again", "2026-11-23 01:00"):
        assert words in shown
    assert "Could not be processed: 1" in shown
    assert "inbound/dead" in shown


def test_programs_get_one_object_a_line() -> None:
    key = give_up()
    hold()
    bury(LetterQueue.OUTBOX, {"ticket": 7, "id": 1})
    lines = [json.loads(line) for line in run("quarantine", "--json").output.splitlines()]
    assert [line["state"] for line in lines] == ["quarantined", "held", "dead_letter"]
    assert (lines[0]["key"], lines[0]["cause"]) == (key, "failed")
    assert [json.loads(line)["about"] for line in run("dead-letters", "--json").output.splitlines()] == ["#7"]


def test_mails_are_taken_by_key_whatever_they_wait_for() -> None:
    done = run("replay", give_up("One."), hold())
    assert (done.exit_code, done.output) == (0, "On a ticket now: 2 of 2.\n")
    assert len(journey.numbers()) == 2


def test_all_are_taken_and_what_stays_is_a_trouble_with_its_cure() -> None:
    give_up()
    receive(b"")
    held = hold()
    still = trouble("replay", "--all")
    assert (still.what, "mail quarantine" in still.cure) == ("Still waiting: 1.", True)
    assert (len(journey.numbers()), state(held)) == (1, FateState.HELD)
    assert "On a ticket now: 1 of 1." in run("replay", "--held").output


def test_by_key_one_is_read_though_that_never_came_to_an_end_before() -> None:
    key = store(raw_mail())
    inbound.give_up(key, TimeoutError(), NOW)
    assert "in the background" in run("replay", "--all").output
    assert journey.numbers() == []
    run("replay", key)
    assert journey.numbers() == [1]


def test_a_mail_is_put_aside_and_can_be_taken_later() -> None:
    key = give_up()
    assert f"Dismissed {key}" in run("dismiss", key).output
    assert (state(key), inbound_mail.get_fate(key).dismissed_by) == (FateState.DISMISSED, "./deskbell")
    assert run("dismiss", key).output == f"{key} is dismissed already, by ./deskbell.\n"
    assert run("replay", key).exit_code == 0
    assert state(key) is FateState.TICKET


def test_what_was_put_aside_can_be_listed() -> None:
    aside, waits = give_up("One."), give_up("Two.")
    run("dismiss", aside)
    shown = run("quarantine", "--dismissed").output
    assert ("Dismissed: 1" in shown, aside in shown, waits in shown) == (True, True, False)
    (line,) = run("quarantine", "--dismissed", "--json").output.splitlines()
    assert (json.loads(line)["key"], json.loads(line)["state"]) == (aside, "dismissed")
    assert "Dismissed: 0" not in run("quarantine").output


def test_what_was_put_aside_and_still_can_not_be_taken_is_not_said_to_wait() -> None:
    aside = receive(b"")
    run("dismiss", aside)
    still = run("replay", aside)
    assert f"{aside}: dismissed. It has no content." in still.output
    assert isinstance(still.exception, Trouble)
    assert (still.exception.what, "--dismissed" in still.exception.cure) == (
        "No ticket could be made of them, and they stay dismissed: 1.",
        True,
    )


@pytest.mark.parametrize("verb", ["replay", "dismiss", "raw"])
def test_the_last_part_of_a_key_alone_names_its_mail(verb: str) -> None:
    assert run(verb, give_up().removeprefix("inbound/")).exit_code == 0


def test_a_sender_is_given_by_hand() -> None:
    key = receive(raw_mail(from_=None))
    assert run("replay", key, "--from", "lee@customer.example").exit_code == 0
    assert journey.page().ticket.customer_address == "lee@customer.example"


def test_what_was_sent_is_told_with_what_became_of_it() -> None:
    taken, empty, late = receive(raw_mail()), receive(b""), store(raw_mail("Later."))
    told = dict(follow([taken, empty, late], timedelta(0)))
    assert list(told) == [taken, empty, late]
    assert (told[taken], told[empty]) == ("on ticket #1", "quarantined: It has no content")
    assert "not dealt with yet" in told[late]


def test_it_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    key = store(raw_mail())
    monkeypatch.setattr("infra.sent_fates.time.sleep", lambda seconds: inbound.receive(key, NOW, NOW))
    assert list(follow([key], timedelta(minutes=1))) == [(key, "on ticket #1")]


def test_who_waits_long_is_told_why(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    key, clock = store(raw_mail()), iter(range(0, 60, 2))
    monkeypatch.setattr("infra.sent_fates.time.monotonic", lambda: next(clock))
    monkeypatch.setattr("infra.sent_fates.time.sleep", lambda seconds: None)
    list(follow([key], timedelta(seconds=20)))
    assert capsys.readouterr().err.count("right after a start") == 1


@pytest.mark.parametrize("verb", ["replay", "dismiss", "raw"])
def test_a_mail_that_never_came_is_refused(verb: str) -> None:
    assert isinstance(run(verb, "inbound/none").exception, NotFound)


def test_the_original_is_printed_or_written_byte_by_byte(tmp_path: Path) -> None:
    original = b"\xff\xfe\x00 no mail\r\n at all"
    key = store(original)
    assert run("raw", key).stdout_bytes == original
    run("raw", key, "--to", str(tmp_path / "mail.eml"))
    assert (tmp_path / "mail.eml").read_bytes() == original


def test_dead_letters_are_shown_and_done_again() -> None:
    bury(LetterQueue.OUTBOX, {"ticket": 7, "id": 1})
    bury(LetterQueue.RELAY, {"DDBStreamBatchInfo": {}})
    assert "Mail or timer of a ticket" in run("dead-letters").output
    done = run("dead-letters", "--replay").output
    assert "Dealt with: 1 of 2." in done
    assert "Left to the hourly upkeep" in done
    bury(LetterQueue.SCHEDULE, {"source": "aws.ses"})
    assert trouble("dead-letters", "--replay").what == "Failed again: 1."


def test_a_check_of_all_mail_says_what_it_found() -> None:
    journey.receive_mail()
    assert run("check").exit_code == 0
    assert "Mails looked at: 0." in run("check", "--since", "2100-01-01").output


def test_a_check_says_how_many_came_too_lately_to_be_judged() -> None:
    assert "too young" not in run("check").output
    give_up()
    hold()
    assert run("check").output == (
        "Mails looked at: 0.\nToo young to be judged, as they came within the last hour: 2.\n"
    )


class TestDoctor:
    """Mails that wait for a person make a desk ill."""

    @pytest.fixture
    def outputs(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
        known = {output: os.environ.get(name, "x") for output, name in ENVIRONMENT_OF_OUTPUT.items()}
        for output, name in ENVIRONMENT_OF_OUTPUT.items():
            monkeypatch.setenv(name, known[output])
        return known

    def test_each_kind_is_counted_and_has_its_cure(self, outputs: dict[str, str]) -> None:
        account = Account("deskbell", REGION)
        assert all(finding.is_well for finding in mails_in_hand(account, outputs))
        give_up()
        hold()
        hold()
        found = list(mails_in_hand(account, outputs))
        assert [finding.what for finding in found] == ["Mails in quarantine: 1", "Mails held: 2"]
        assert all("mail quarantine" in finding.cure for finding in found)

    def test_a_stack_of_an_older_release_is_to_be_upgraded(self, outputs: dict[str, str]) -> None:
        del outputs["RelayDeadLettersUrl"]
        (finding,) = mails_in_hand(Account("deskbell", REGION), outputs)
        assert "deploy" in finding.cure


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["replay"], "say --all or --held"),
        (["replay", "--all", "inbound/x"], "Name the mails' keys, or say"),
        (["replay", "--all", "--from", "kim@x.example"], "the key of one mail"),
        (["raw", "inbound/x", "--to", "/no-such-directory/mail.eml"], "No file can be written at /no-such-directory"),
        (["raw", "inbound/x", "--to", "/"], "No file can be written at /"),
        (["show", "-1"], "-1 is no number of a mail"),
        (["show", "0"], "0 is no number of a mail"),
        (["replay", "--held", "inbound/x"], "Name the mails' keys, or say"),
        (["dismiss"], "Missing argument"),
        (["raw"], "Missing argument"),
        (["dead-letters", "--json", "--replay"], "say one of them"),
        (["check", "--since", "yesterday"], "does not match the format"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_use_says_how_it_goes(arguments: list[str], words: str) -> None:
    done = run(*arguments)
    assert (done.exit_code, words in done.output) == (2, True), done.output
