"""`deploy` and `destroy`, pointed at an account by the ordinary AWS configuration: the local cloud, another region."""

import re

import pytest
import requests

from tests.e2e.desk import Desk

REGION = "ap-northeast-2"
STACK = "elsewhere"


@pytest.fixture(scope="module")
def account(desk: Desk) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": desk.local.cloud_address,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
    }


def test_an_empty_account_becomes_a_desk_by_one_command(desk: Desk, account: dict[str, str]) -> None:
    done = desk.command("deploy", "--stack", STACK, "--admin", "boss@example.com", **account)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Table +create complete", done.stdout), "each event is shown"
    assert re.search(r"boss@example\.com, admin; temporary password \S{20,}", done.stdout)
    form = re.search(r"Form +(http\S+)", done.stdout)
    assert form
    page = requests.get(form[1], timeout=30)
    assert page.status_code == 200
    assert 'action="/_aws/execute-api/' in page.text, "links carry the prefix that the desk lives under"


def test_deploying_again_changes_nothing(desk: Desk, account: dict[str, str]) -> None:
    again = desk.command("deploy", "--stack", STACK, **account)
    assert again.returncode == 0, again.stderr
    assert "update in progress" not in again.stdout


def test_who_was_invited_before_is_told_no_password(desk: Desk, account: dict[str, str]) -> None:
    first = desk.command("invite", "new@example.com", "--role", "supervisor", "--stack", STACK, **account)
    assert re.search(r"new@example\.com, supervisor; temporary password \S{20,}", first.stdout), first.stderr
    again = desk.command("invite", "New@example.com", "--stack", STACK, **account)
    assert "supervisor; was invited before and keeps name and password" in again.stdout, again.stderr


def test_a_failed_update_ends_with_the_first_reason(desk: Desk, account: dict[str, str]) -> None:
    failed = desk.command("deploy", "--stack", STACK, "--stage", "NOT A STAGE", **account)
    assert failed.returncode == 1
    assert "Stage" in failed.stderr
    assert "Traceback" not in failed.stderr


def test_the_doctor_finds_the_deployed_desk_well(desk: Desk, account: dict[str, str]) -> None:
    done = desk.command("doctor", "--stack", STACK, **account)
    assert done.returncode == 0, done.stdout


def test_destroying_asks_first_and_keeps_tickets_and_mail(desk: Desk, account: dict[str, str]) -> None:
    asked = desk.command("destroy", "--stack", STACK, **account)
    assert asked.returncode == 130, "nobody answered the question"
    assert "Nothing was deleted." in asked.stdout
    done = desk.command("destroy", "--stack", STACK, "--yes", **account)
    assert done.returncode == 0, done.stderr
    assert f"{STACK}-mail-000000000000-{REGION}" in done.stdout
    gone = desk.command("doctor", "--stack", STACK, **account)
    assert "is not there" in gone.stdout


def test_destroying_everything_leaves_nothing(desk: Desk, account: dict[str, str]) -> None:
    done = desk.command("destroy", "--stack", STACK, "--everything", "--yes", **account)
    assert done.returncode == 0, done.stderr
    buckets = [bucket["Name"] for bucket in desk.client("s3").list_buckets()["Buckets"]]
    assert not [name for name in buckets if name.startswith(STACK)]
    again = desk.command("destroy", "--stack", STACK, "--everything", "--yes", **account)
    assert f"Nothing of a desk {STACK} is in account" in again.stderr
