"""What a person meets: help for every verb, one readable line for every trouble."""

import fcntl
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from moto import mock_aws

from infra.account import Account
from infra.cli import cli
from infra.package import Package
from infra.stack import Event, reason, with_literal_names
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
        (["mail", "send", "no-such-file.eml"], "No such file", ""),
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
