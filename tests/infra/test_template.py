"""Promises of the stack that cfn-lint knows nothing of: nothing lost, nothing open, nothing without an alarm."""

import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest

from chalicelib.config import Config
from infra.account import ENVIRONMENT_OF_OUTPUT
from infra.logs import FUNCTIONS
from infra.places import ROOT
from infra.template import to_cloudformation
from infra.trouble import Trouble

POLICIES = sorted((ROOT / ".chalice").glob("policy-*.json"))

# Chalice calls them by the name of the function in app.py; each is asked for at most this long, in seconds.
TRIGGERED = {"InboundMail": "InboundQueue", "Deliver": "OutboxQueue"}


def of_type(resources: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: each.get("Properties", {}) for name, each in resources.items() if each["Type"] == kind}


def references(value: Any) -> Iterator[str]:
    """The logical ids that a part of the template names."""
    if isinstance(value, dict):
        yield from ([value["Ref"]] if "Ref" in value else [])
        yield from ([value["Fn::GetAtt"][0]] if "Fn::GetAtt" in value else [])
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def statement_of(function: str, sid: str) -> dict[str, Any]:
    policy = json.loads((ROOT / f".chalice/policy-{function}.json").read_text())
    return next(dict(statement) for statement in policy["Statement"] if statement["Sid"] == sid)


def test_what_holds_data_outlives_the_stack(resources: dict[str, Any]) -> None:
    for name in ("Table", "MailBucket", "FilesBucket"):
        assert resources[name]["DeletionPolicy"] == "RetainExceptOnCreate"
        assert resources[name]["UpdateReplacePolicy"] == "Retain"


def test_the_table_can_be_put_back_to_any_second(resources: dict[str, Any]) -> None:
    table = resources["Table"]["Properties"]
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_buckets_are_private_encrypted_and_versioned(resources: dict[str, Any]) -> None:
    buckets = of_type(resources, "AWS::S3::Bucket")
    assert set(buckets) == {"MailBucket", "FilesBucket"}
    for bucket in buckets.values():
        assert all(bucket["PublicAccessBlockConfiguration"].values())
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert "ServerSideEncryptionConfiguration" in bucket["BucketEncryption"]


def test_every_queue_ends_in_one_that_rings(resources: dict[str, Any]) -> None:
    queues = of_type(resources, "AWS::SQS::Queue")
    dead = {name for name in queues if name.endswith("DeadLetters")}
    alarmed = {name for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values() for name in references(alarm)}
    assert dead <= alarmed
    for name in set(queues) - dead:
        assert set(references(queues[name]["RedrivePolicy"])) <= dead, name


@pytest.mark.parametrize(("function", "queue"), TRIGGERED.items())
def test_a_message_stays_hidden_for_six_times_the_functions_time(
    resources: dict[str, Any], function: str, queue: str
) -> None:
    assert resources[queue]["Properties"]["VisibilityTimeout"] >= 6 * resources[function]["Properties"]["Timeout"]


def test_what_the_stream_and_the_schedules_could_not_do_is_kept(resources: dict[str, Any]) -> None:
    assert set(references(resources["RelaySource"]["Properties"]["DestinationConfig"])) == {"RelayDeadLetters"}
    assert set(references(resources["IndexSource"]["Properties"]["DestinationConfig"])) == {"RelayDeadLetters"}
    for name in ("CheckMail", "MailEvents", "SendSurveys", "Upkeep"):
        assert set(references(resources[name]["Properties"]["DeadLetterConfig"])) == {"ScheduleDeadLetters"}
    for rule in of_type(resources, "AWS::Events::Rule").values():
        assert "ScheduleDeadLetters" in references(rule["Targets"])


def test_every_function_has_a_role_and_a_log_of_its_own(resources: dict[str, Any]) -> None:
    functions = of_type(resources, "AWS::Lambda::Function").values()
    for part in ("Role", "LoggingConfig"):
        used = [next(references(function[part])) for function in functions]
        assert len(set(used)) == len(used)
    assert all(log["RetentionInDays"] for log in of_type(resources, "AWS::Logs::LogGroup").values())


def test_the_log_of_every_function_can_be_read_by_its_name(resources: dict[str, Any]) -> None:
    groups = of_type(resources, "AWS::Logs::LogGroup").values()
    assert {group["LogGroupName"]["Fn::Sub"].rpartition("/")[2] for group in groups} == set(FUNCTIONS)


def test_the_pages_may_open_every_dead_letter_queue_and_know_its_name(resources: dict[str, Any]) -> None:
    queues = of_type(resources, "AWS::SQS::Queue")
    dead = {name for name in queues if name.endswith("DeadLetters")}
    statements = json.loads((ROOT / ".chalice" / "policy-api.json").read_text())["Statement"]
    opened = next(each for each in statements if each["Sid"] == "OpenDeadLetters")
    assert set(references(opened["Resource"])) == dead
    variables = resources["APIHandler"]["Properties"]["Environment"]["Variables"]
    assert set(references(variables)) >= set(queues)


def test_every_name_that_a_function_is_told_is_one_that_the_code_asks_for(resources: dict[str, Any]) -> None:
    asked = {f"DESKBELL_{field.name.upper()}" for field in fields(Config)} | {"DESKBELL_STAGE", "DESKBELL_TABLE"}
    told = {
        name
        for function in of_type(resources, "AWS::Lambda::Function").values()
        for name in function["Environment"]["Variables"]
        if name.startswith("DESKBELL_")
    }
    assert told == asked
    assert set(ENVIRONMENT_OF_OUTPUT.values()) == asked


def test_the_function_that_sends_to_its_own_queue_may_do_so_more_than_16_times(resources: dict[str, Any]) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html"""
    assert resources["Deliver"]["Properties"]["RecursiveLoop"] == "Allow"


def test_there_is_a_policy_for_every_function(resources: dict[str, Any]) -> None:
    assert len(POLICIES) == len(of_type(resources, "AWS::Lambda::Function"))


@pytest.mark.parametrize("policy", POLICIES, ids=lambda path: path.stem)
def test_a_policy_names_its_actions_and_resources(policy: Any) -> None:
    for statement in json.loads(policy.read_text())["Statement"]:
        assert statement["Effect"] == "Allow"
        assert not [action for action in statement["Action"] if "*" in action]
        resource = statement["Resource"]
        if isinstance(resource, dict) and "Fn::If" in resource:
            condition, emulated, resource = resource["Fn::If"]
            assert (condition, emulated) == ("IsEmulated", "*")
        assert resource != "*"


def test_mail_leaves_from_any_address_of_the_mail_domain_and_from_no_other() -> None:
    statement = statement_of("deliver", "SendMailAsTheDesk")
    condition, emulated, real = statement["Condition"]["Fn::If"]
    assert (condition, emulated) == ("IsEmulated", {"Ref": "AWS::NoValue"})
    assert real == {"StringLike": {"ses:FromAddress": {"Fn::Sub": "*@${MailDomain}"}}}


def test_what_sends_mail_may_read_files_and_knows_where_they_are(resources: dict[str, Any]) -> None:
    statement = statement_of("deliver", "ReadFiles")
    assert (statement["Action"], statement["Resource"]) == (["s3:GetObject"], {"Fn::Sub": "${FilesBucket.Arn}/*"})
    variables = resources["Deliver"]["Properties"]["Environment"]["Variables"]
    assert variables["DESKBELL_FILES_BUCKET"] == {"Ref": "FilesBucket"}


def test_every_step_of_the_timer_is_tried_again_and_its_failure_recorded(resources: dict[str, Any]) -> None:
    states = resources["SlaStateMachine"]["Properties"]["Definition"]["States"]
    tasks = {name: state for name, state in states.items() if state["Type"] == "Task"}
    assert {name: task["Catch"][0]["Next"] for name, task in tasks.items()} == {
        "CheckTicket": "RecordFailure",
        "Escalate": "RecordFailure",
        "RecordFailure": "Failed",
    }
    for task in tasks.values():
        assert task["Retry"][0]["BackoffRate"] > 1
        assert task["Retry"][0]["JitterStrategy"] == "FULL"
    assert states["WaitUntilDue"]["TimestampPath"] == "$.wait_until"


def test_additions_to_a_function_that_does_not_exist_are_refused() -> None:
    sam = {"Resources": {"Lost": {"Properties": {}}}, "Parameters": {}}
    with pytest.raises(Trouble, match=r"adds to Lost, which app\.py does not define"):
        to_cloudformation(sam, {})
