"""Creating, updating and deleting the CloudFormation stack, with every event shown as it happens."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import botocore.exceptions

from infra.account import Account
from infra.package import Package
from infra.template import Template
from infra.trouble import Trouble

POLL_SECONDS_AWS = 2.0
POLL_SECONDS_EMULATOR = 0.2

NEVER_FINISHED = frozenset({"REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"})
WELL = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})


@dataclass(frozen=True)
class Event:
    """One step of CloudFormation's on one resource."""

    at: datetime
    resource: str
    status: str
    reason: str

    @property
    def is_failure(self) -> bool:
        return self.status.endswith("_FAILED")


NAME_PROPERTY = {"AWS::DynamoDB::Table": "TableName", "AWS::S3::Bucket": "BucketName"}

OnEvent = Callable[[Event], None]


def deploy(account: Account, package: Package, parameters: dict[str, str], on_event: OnEvent) -> bool:
    """Creates or updates the stack; False when it was as wanted already. Raises Trouble with the first failure."""
    status = find_status(account)
    if status in NEVER_FINISHED:
        delete(account, on_event)
        status = None
    elif status and status.endswith("_IN_PROGRESS"):
        raise Trouble(f"The stack {account.stack} is being changed already ({status}).", "Wait, then repeat.")
    if status is None:
        _refuse_kept_buckets(account)
    code = _upload(account, package)
    seen = set(_event_ids(account)) if status else set()
    change = _make_change(account, package.template, {**parameters, **code}, is_new=status is None)
    if change is None:
        return False
    account.client("cloudformation").execute_change_set(ChangeSetName=change)
    failed = _follow(account, account.stack, seen, on_event)
    final = find_status(account)
    if final not in WELL:
        raise Trouble(_invalid(account) or reason(failed, final), "Mend that and repeat; nothing else was lost.")
    return True


def delete(account: Account, on_event: OnEvent) -> None:
    """Deletes the stack and waits; what the template retains stays."""
    cloudformation = account.client("cloudformation")
    stack_id = cloudformation.describe_stacks(StackName=account.stack)["Stacks"][0]["StackId"]
    seen = set(_event_ids(account))
    cloudformation.delete_stack(StackName=account.stack)
    failed = _follow(account, stack_id, seen, on_event)
    final = find_status(account)
    if final not in (None, "DELETE_COMPLETE"):
        raise Trouble(reason(failed, final), "Mend that and repeat.")


def find_status(account: Account) -> str | None:
    """None when there is no such stack."""
    try:
        (stack,) = account.client("cloudformation").describe_stacks(StackName=account.stack)["Stacks"]
    except botocore.exceptions.ClientError as error:
        if "does not exist" in error.response["Error"]["Message"]:
            return None
        raise
    status: str = stack["StackStatus"]
    return None if status == "DELETE_COMPLETE" else status


def parameters(account: Account) -> dict[str, str]:
    """Those of the last deploy, without what it chose itself; none for a new stack."""
    if find_status(account) in (None, *NEVER_FINISHED):
        return {}
    (stack,) = account.client("cloudformation").describe_stacks(StackName=account.stack)["Stacks"]
    known = {entry["ParameterKey"]: entry["ParameterValue"] for entry in stack.get("Parameters", [])}
    return {name: value for name, value in known.items() if name not in ("CodeBucket", "CodeKey")}


def kept_names(account: Account) -> dict[str, str]:
    """What outlives the stack, by logical id, as infra/template.yaml names it."""
    place = f"{account.number}-{account.region}"
    return {
        "Table": account.stack,
        "MailBucket": f"{account.stack}-mail-{place}",
        "FilesBucket": f"{account.stack}-files-{place}",
    }


def code_bucket(account: Account) -> str:
    """One bucket for the packages of all desks of an account and region, as CloudFormation reads code from S3 only."""
    return f"deskbell-code-{account.number}-{account.region}"


def _refuse_kept_buckets(account: Account) -> None:
    """The local cloud's CloudFormation takes an existing table into a stack, as AWS does, but no bucket."""
    if account.endpoint:
        buckets = {bucket["Name"] for bucket in account.client("s3").list_buckets()["Buckets"]}
        if buckets & set(kept_names(account).values()):
            raise Trouble(
                f"The buckets of an earlier desk {account.stack} are still here, and this emulator can't reuse them.",
                f"Take another --stack, or delete them: ./deskbell destroy --stack {account.stack} --everything",
            )


def _upload(account: Account, package: Package) -> dict[str, str]:
    s3 = account.client("s3")
    bucket = code_bucket(account)
    key = f"{account.stack}/{package.code_digest}.zip"
    _ensure_bucket(account, s3, bucket)
    s3.upload_file(str(package.code), bucket, key)
    return {"CodeBucket": bucket, "CodeKey": key}


def _ensure_bucket(account: Account, s3: Any, bucket: str) -> None:
    try:
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account.number)
    except botocore.exceptions.ClientError:
        # us-east-1 is the one region that must not be named as a place.
        place = (
            {}
            if account.region == "us-east-1"
            else {"CreateBucketConfiguration": {"LocationConstraint": account.region}}
        )
        s3.create_bucket(Bucket=bucket, **place)
        s3.put_public_access_block(
            Bucket=bucket,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
        )


def _make_change(account: Account, template: Template, parameters: dict[str, str], *, is_new: bool) -> str | None:
    """The change set's ARN, or None when there is nothing to change."""
    cloudformation = account.client("cloudformation")
    body = json.dumps(with_literal_names(template, account))
    key = f"{account.stack}/template.json"
    account.client("s3").put_object(Bucket=parameters["CodeBucket"], Key=key, Body=body.encode())
    change: str = cloudformation.create_change_set(
        StackName=account.stack,
        ChangeSetName=f"deskbell-{time.time_ns()}",
        ChangeSetType="CREATE" if is_new else "UPDATE",
        TemplateURL=_url(account, parameters["CodeBucket"], key),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in sorted(parameters.items())],
        Capabilities=["CAPABILITY_IAM"],
        # A table and buckets that an earlier `destroy` kept become this desk's again.
        ImportExistingResources=True,
    )["Id"]
    while True:
        made = cloudformation.describe_change_set(ChangeSetName=change)
        if made["Status"] == "CREATE_COMPLETE":
            return change
        if made["Status"] == "FAILED":
            cloudformation.delete_change_set(ChangeSetName=change)
            _refuse_bad_change(made.get("StatusReason", ""))
            return None
        time.sleep(_pause(account))


def _refuse_bad_change(reason: str) -> None:
    """A change set without changes is a failed one, too."""
    if "didn't contain changes" not in reason and "No updates are to be performed" not in reason:
        raise Trouble(f"CloudFormation refuses the change: {reason}")


def with_literal_names(template: Template, account: Account) -> Template:
    """CloudFormation takes an existing resource into a stack only where its name is written out."""
    resources = dict(template["Resources"])
    for logical_id, name in kept_names(account).items():
        resource = resources[logical_id]
        named = {**resource["Properties"], NAME_PROPERTY[resource["Type"]]: name}
        resources[logical_id] = {**resource, "Properties": named}
    return {**template, "Resources": resources}


def _url(account: Account, bucket: str, key: str) -> str:
    if account.endpoint:
        return f"{account.endpoint}/{bucket}/{key}"
    suffix = "amazonaws.com.cn" if account.region.startswith("cn-") else "amazonaws.com"
    return f"https://{bucket}.s3.{account.region}.{suffix}/{key}"


def _follow(account: Account, stack: str, seen: set[str], on_event: OnEvent) -> list[Event]:
    """Tells each new event until the stack itself is at rest; returns the failures, oldest first."""
    failures: list[Event] = []
    while True:
        for event in _new_events(account, stack, seen):
            on_event(event)
            if event.is_failure:
                failures.append(event)
            if event.resource == account.stack and not event.status.endswith("_IN_PROGRESS"):
                return failures
        time.sleep(_pause(account))


def _new_events(account: Account, stack: str, seen: set[str]) -> Iterator[Event]:
    fresh = [raw for raw in _raw_events(account, stack) if raw["EventId"] not in seen]
    for raw in reversed(fresh):
        seen.add(raw["EventId"])
        yield Event(
            raw["Timestamp"], raw["LogicalResourceId"], raw["ResourceStatus"], raw.get("ResourceStatusReason", "")
        )


def _event_ids(account: Account) -> Iterator[str]:
    return (raw["EventId"] for raw in _raw_events(account, account.stack))


def _raw_events(account: Account, stack: str) -> Iterator[dict[str, Any]]:
    """Newest first, as CloudFormation gives them."""
    pages = account.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack)
    for page in pages:
        yield from page["StackEvents"]


def reason(failures: list[Event], status: str | None) -> str:
    """What went wrong first; what CloudFormation cancelled because of it is no reason."""
    for event in failures:
        if event.reason and "cancelled" not in event.reason.lower():
            return f"{event.resource} failed: {event.reason}"
    return f"CloudFormation ended with {status}."


def _invalid(account: Account) -> str | None:
    """What CloudFormation's validation says of a resource, which the events of the stack only point to."""
    events = account.client("cloudformation").describe_events(StackName=account.stack)["OperationEvents"]
    for event in events:
        if event["EventType"] == "VALIDATION_ERROR" and event.get("ValidationStatusReason"):
            return f"{event['LogicalResourceId']} failed: {event['ValidationStatusReason']}"
    return None


def _pause(account: Account) -> float:
    return POLL_SECONDS_EMULATOR if account.endpoint else POLL_SECONDS_AWS
