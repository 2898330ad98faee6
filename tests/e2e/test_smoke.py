"""That the desk of these tests stands: pages, SMTP, permissions, and the commands that look at it."""

import json
import smtplib
from email.message import EmailMessage
from pathlib import Path

import boto3
import botocore.exceptions
import pytest

from infra.local_cloud import REGION
from tests.e2e.desk import Desk

LETTER = "From: post@example.com\r\nTo: support@deskbell.test\r\nSubject: By SMTP\r\n\r\nHello.\r\n"


def test_the_form_is_there_under_a_clean_address(desk: Desk) -> None:
    answer = desk.http.get(f"{desk.address}/new", headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    assert 'action="/new"' in answer.text


def test_a_mail_program_reaches_the_desk_by_smtp(desk: Desk) -> None:
    with smtplib.SMTP("127.0.0.1", desk.smtp_port) as smtp:
        smtp.sendmail("post@example.com", ["support@deskbell.test"], LETTER)
    acknowledgement = desk.wait_for_mail(to="post@example.com", subject="By SMTP")
    assert acknowledgement.headers["Reply-To"].endswith("@deskbell.test>")
    assert acknowledgement.raw.count("Message-ID:") == 1


def test_mail_for_others_is_refused(desk: Desk) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"] = "post@example.com", "someone@elsewhere.example"
    with smtplib.SMTP("127.0.0.1", desk.smtp_port) as smtp, pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        smtp.send_message(letter)
    assert refused.value.recipients["someone@elsewhere.example"][0] == 550


def test_permissions_are_enforced(desk: Desk) -> None:
    """A policy that lacks an action fails these tests, as it would fail on AWS."""
    iam, user = desk.client("iam"), "nobody"
    iam.create_user(UserName=user)
    key = iam.create_access_key(UserName=user)["AccessKey"]
    stranger = boto3.client(
        "dynamodb",
        endpoint_url=desk.local.cloud_address,
        region_name=REGION,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    with pytest.raises(botocore.exceptions.ClientError, match="not authorized"):
        stranger.scan(TableName=desk.outputs["Table"])
    stranger.close()


def test_the_commands_see_the_desk(desk: Desk) -> None:
    status = desk.command("status")
    assert f"{desk.address}/new" in status.stdout
    left = [json.loads(line)["key"] for line in desk.command("mail", "quarantine", "--json").stdout.splitlines()]
    assert not left or desk.command("mail", "dismiss", *left).returncode == 0
    doctor = desk.command("doctor")
    assert doctor.returncode == 0, doctor.stdout
    sent = [json.loads(line) for line in desk.command("mail", "list", "--json").stdout.splitlines()]
    assert all(
        {"from", "to", "subject", "text", "html", "raw", "message_id", "sent_at", "headers"} <= set(m) for m in sent
    )


def test_the_command_delivers_mail_and_shows_what_became_of_it(desk: Desk, tmp_path: Path) -> None:
    letter = tmp_path / "letter.eml"
    letter.write_text(LETTER.replace("By SMTP", "By command"))
    assert desk.command("mail", "send", str(letter)).stdout.startswith("inbound/")
    desk.wait_for_mail(subject="By command")
    (listed,) = [line for line in desk.command("mail", "list").stdout.splitlines() if "By command" in line]
    shown = desk.command("mail", "show", listed.split()[0]).stdout
    assert "To: post@example.com\n" in shown
    assert "\n\n" in shown, "the text follows"
    replayed = desk.command("mail", "replay", "nokey")
    assert replayed.stderr.strip() == "✗ There is no such mail."
    logged = desk.command("logs", "inbound_mail").stdout
    assert "inbound_mail" in logged
    assert "post@example.com" not in logged


def test_starting_again_brings_the_same_desk_up_to_date(desk: Desk) -> None:
    again = desk.command("up")
    assert again.returncode == 0, again.stderr
    elsewhere = desk.command("up", "--port", "65000")
    assert elsewhere.returncode == 1
    assert f"already running here, on port {desk.local.port}" in elsewhere.stderr


def test_a_desk_that_was_stopped_goes_on_where_it_was(desk: Desk) -> None:
    desk.drop_mail(LETTER.replace("By SMTP", "Before the pause").encode(), sender="before@example.com")
    desk.wait_for_mail(subject="Before the pause")
    assert desk.command("down").returncode == 0
    assert desk.command("status").returncode == 1
    again = desk.command("up")
    assert again.returncode == 0, again.stderr
    assert desk.sent_mail(subject="Before the pause")
    desk.drop_mail(LETTER.replace("By SMTP", "After the pause").encode(), sender="after@example.com")
    # The local cloud tells of everything in the table once more after a start; the new mail waits its turn.
    desk.wait_for_mail(subject="After the pause", timeout=120)
