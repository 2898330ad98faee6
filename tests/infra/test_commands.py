"""What a person meets: help for every verb, one readable line for every trouble."""

import base64
import fcntl
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from moto import mock_aws

from chalicelib.domain.errors import NotFound
from infra import checks, destroy, mailbox
from infra.account import Account
from infra.cli import cli, main
from infra.package import Package
from infra.sent_mail import SentMail, read_sent, record
from infra.stack import Event, reason, with_literal_names
from infra.trouble import Trouble
from tests.conftest import NOW
from tests.e2e.desk import run_command


def verbs(group: click.Group, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, command in group.commands.items():
        found.append((*above, name))
        if isinstance(command, click.Group):
            found.extend(verbs(command, (*above, name)))
    return found


@pytest.mark.parametrize("verb", verbs(cli), ids=" ".join)
def test_every_verb_explains_itself(verb: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(cli, [*verb, "--help"])
    assert shown.exit_code == 0
    assert len(shown.output.splitlines()[2].strip()) > 20
    for option in cli.get_command(click.Context(cli), verb[0]).params:  # type: ignore[union-attr]
        assert not isinstance(option, click.Option) or option.help, option.name


@pytest.mark.parametrize(
    ("command", "trouble", "cure"),
    [
        (["status"], "No desk is running here.", "./deskbell up"),
        (["seed"], "No desk is running here.", "./deskbell up"),
        (["mail", "list"], "No desk is running here.", "--stack"),
        (["logs", "--stack", "x", "--region", "eu-west-1"], "There are no AWS credentials.", "aws configure"),
        (["deploy"], "No AWS region is chosen.", "--region"),
        (["deploy", "--region", "eu-west-1"], "There are no AWS credentials.", "aws configure"),
        (["mail", "send", "no-such-file.eml"], "no-such-file.eml cannot be read: No such file", "raw mail"),
        (["mail", "send", "/"], "/ cannot be read: Is a directory", "raw mail"),
        (["mail", "explain", "no-such-file.eml"], "no-such-file.eml cannot be read: No such file", "raw mail"),
        (["mail", "explain", "/"], "/ cannot be read: Is a directory", "raw mail"),
        (["mail", "explain", "--desk", "-"], "No desk is running here.", "--stack"),
        (["bench", "mail", "--corpus", "/nowhere"], "There is no mail corpus in /nowhere.", "--corpus DIR"),
        (["deploy", "--mail-domain", "nodot"], "--mail-domain nodot is not a host name.", "help.example.com"),
        (["deploy", "--alarm-email", "nobody"], "--alarm-email 'nobody' is not an e-mail address.", "you@example.com"),
        (["deploy", "--admin", ""], "--admin '' is not an e-mail address.", "you@example.com"),
        (["deploy", "--stack", "My Desk"], "A desk cannot be called 'My Desk'.", "lower-case"),
        (["deploy", "--stack", "d" * 30], "A desk cannot be called", "29"),
        (["invite", "nobody"], "The address 'nobody' is not an e-mail address.", "you@example.com"),
        (["invite", "new@example.com"], "No desk is running here.", "--stack"),
        (["test", "foo"], "There are no tests foo.", "unit, e2e, browser"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_trouble_is_one_line_and_its_cure(tmp_path: Path, command: list[str], trouble: str, cure: str) -> None:
    done = run_command(tmp_path, *command)
    assert done.returncode == 1
    first, *rest = done.stderr.strip().splitlines()
    assert trouble in first
    assert len(rest) == (1 if cure else 0)
    assert cure in done.stderr


def test_no_summary_is_cut_short() -> None:
    for group in ([], ["mail"], ["bench"]):
        shown = CliRunner().invoke(cli, [*group, "--help"], terminal_width=80)
        summaries = shown.output.partition("Commands:")[2]
        assert summaries
        assert "..." not in summaries


def test_only_a_command_that_takes_a_stack_speaks_of_one(tmp_path: Path) -> None:
    assert "--stack" not in run_command(tmp_path, "seed").stderr


def test_a_refusal_of_the_desk_is_told_in_its_own_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def refused() -> None:
        raise NotFound("mail_not_found")

    monkeypatch.setattr("infra.cli.cli", refused)
    monkeypatch.setattr("sys.argv", ["deskbell"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert "There is no such mail." in capsys.readouterr().err


def test_a_look_into_the_future_is_no_log(tmp_path: Path) -> None:
    done = run_command(tmp_path, "logs", "--minutes", "0")
    assert done.returncode == 2
    assert "--minutes" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "chosen"),
    [
        ([], ["tests"]),
        (["-k", "survey"], ["tests", "-k", "survey"]),
        (["e2e", "-x"], ["tests/e2e", "-x"]),
        (["tests/infra/test_commands.py::test_x"], ["tests/infra/test_commands.py::test_x"]),
    ],
)
def test_tests_are_chosen_by_part_or_path(arguments: list[str], chosen: list[str]) -> None:
    assert checks.pytest_command(arguments)[3:] == chosen


def test_a_mail_is_shown_by_its_number_or_as_the_last() -> None:
    mails = [
        SentMail("<1@x>", "2026-11-22T01:02:03", "desk@x.test", ("a@x.test",), subject, "Hello\n", "", {}, "")
        for subject in ("first", "second")
    ]
    assert mailbox.pick(mails, "1").subject == "first"
    assert mailbox.as_text(mailbox.pick(mails, "last")) == (
        "Date: 2026-11-22T01:02:03\nFrom: desk@x.test\nTo: a@x.test\nSubject: second\n\nHello"
    )
    for number in ("0", "3", "x", "-1"):
        with pytest.raises(Trouble, match="There is no sent mail"):
            mailbox.pick(mails, number)
    with pytest.raises(Trouble, match="There is no sent mail last"):
        mailbox.pick([], "last")


def test_its_html_and_its_files_are_shown_too(tmp_path: Path) -> None:
    message = EmailMessage()
    message.set_content("Hello")
    message.add_alternative("<p>Hello</p>", subtype="html")
    message.add_attachment(b"x" * 1_234, maintype="application", subtype="pdf", filename="계획.pdf")
    raw = base64.b64encode(message.as_bytes()).decode()
    request = {"Content": {"Raw": {"Data": raw}}, "Destination": {"ToAddresses": ["a@x.test"]}}
    record(tmp_path / "sent", request, "1")
    (mail,) = read_sent(tmp_path / "sent")
    assert mailbox.as_text(mail).endswith("\n\nHello\n\nAttachment: 계획.pdf, application/pdf, 1,234 bytes")
    assert mailbox.html_of(mail) == "<p>Hello</p>"
    with pytest.raises(Trouble, match="no HTML"):
        mailbox.html_of(replace(mail, html=""))


def test_what_an_earlier_destroy_kept_is_found() -> None:
    account = Account("desk", "ap-northeast-2")
    with mock_aws():
        assert destroy.leftovers(account) == []
        place = {"LocationConstraint": "ap-northeast-2"}
        kept = "desk-mail-123456789012-ap-northeast-2"
        account.client("s3").create_bucket(Bucket=kept, CreateBucketConfiguration=place)
        assert destroy.leftovers(account) == [kept]


def test_a_wrong_command_line_shows_how_it_goes(tmp_path: Path) -> None:
    done = run_command(tmp_path, "mail", "replay")
    assert done.returncode == 2
    assert "Usage: ./deskbell mail replay" in done.stderr


def test_what_is_kept_is_named_in_full_so_that_a_new_stack_can_take_it_back(packed: Package) -> None:
    account = Account("desk", "ap-northeast-2")
    with mock_aws():
        named = with_literal_names(packed.template, account)["Resources"]
    assert named["Table"]["Properties"]["TableName"] == "desk"
    for bucket, kind in (("MailBucket", "mail"), ("FilesBucket", "files")):
        pattern = packed.template["Resources"][bucket]["Properties"]["BucketName"]["Fn::Sub"]
        full = pattern.replace("${AWS::StackName}", "desk").replace("${AWS::AccountId}", "123456789012")
        assert named[bucket]["Properties"]["BucketName"] == full.replace("${AWS::Region}", "ap-northeast-2")
        assert kind in full


def test_the_first_failure_is_the_reason_and_not_what_was_cancelled_because_of_it() -> None:
    events = [
        Event(NOW, "Queue", "CREATE_FAILED", "Resource creation cancelled"),
        Event(NOW, "Table", "CREATE_FAILED", "Not authorized to perform dynamodb:CreateTable"),
        Event(NOW, "Bucket", "CREATE_FAILED", "Another reason"),
    ]
    assert reason(events, "ROLLBACK_COMPLETE") == "Table failed: Not authorized to perform dynamodb:CreateTable"
    assert reason([], "ROLLBACK_COMPLETE") == "CloudFormation ended with ROLLBACK_COMPLETE."
    assert all(event.is_failure for event in events)


def test_two_commands_do_not_start_one_desk_at_once(tmp_path: Path) -> None:
    with (tmp_path / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run_command(tmp_path, "up")
    assert done.returncode == 1
    assert "Another ./deskbell up is at work here." in done.stderr
