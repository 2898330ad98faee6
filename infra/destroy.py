"""`destroy`: taking the desk out of an AWS account."""

from collections.abc import Iterable
from typing import Any

from infra import screen, stack
from infra.account import Account
from infra.sender import stop_receiving
from infra.trouble import Trouble


def refuse_missing(account: Account, *, everything: bool) -> None:
    """Raises Trouble when there is nothing to delete."""
    if stack.find_status(account):
        return
    where = f"account {account.number}, region {account.region}"
    if not everything:
        raise Trouble(f"There is no desk {account.stack} in {where}.", "Is the name right, and the region?")
    if not leftovers(account):
        raise Trouble(f"Nothing of a desk {account.stack} is in {where}.", "Is the name right, and the region?")


def destroy(account: Account, *, everything: bool) -> None:
    """Deletes the stack; `everything` includes the table, the mail and the files."""
    if stack.find_status(account):
        with screen.step("Stopping mail"):
            stop_receiving(account)
        with screen.stack_progress("Deleting the stack", 0, every_event=True) as on_event:
            stack.delete(account, on_event)
    kept = stack.kept_names(account)
    if everything:
        with screen.step("Deleting tickets, mail and files"):
            _delete_table(account, kept["Table"])
            _delete_buckets(account, (kept["MailBucket"], kept["FilesBucket"]))
            _delete_packages(account)
    else:
        screen.out.print("Kept; on AWS, ./deskbell deploy with the same --stack takes them back:")
        screen.facts(kept.items())


def leftovers(account: Account) -> list[str]:
    """The names of the table and the buckets that an earlier `destroy` kept."""
    kept = stack.kept_names(account)
    dynamodb = account.client("dynamodb")
    try:
        dynamodb.describe_table(TableName=kept["Table"])
    except dynamodb.exceptions.ResourceNotFoundException:
        del kept["Table"]
    buckets = _buckets(account.client("s3"))
    return [name for kind, name in kept.items() if kind == "Table" or name in buckets]


def _delete_table(account: Account, name: str) -> None:
    """Nothing happens when it is gone already."""
    dynamodb = account.client("dynamodb")
    try:
        dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
    except dynamodb.exceptions.ResourceNotFoundException:
        return
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    dynamodb.delete_table(TableName=name)


def _delete_buckets(account: Account, names: Iterable[str]) -> None:
    s3 = account.client("s3")
    for name in _buckets(s3).intersection(names):
        _empty(s3, name, prefix="")
        s3.delete_bucket(Bucket=name)


def _delete_packages(account: Account) -> None:
    """Other desks of this account keep theirs in the same bucket."""
    s3, bucket = account.client("s3"), stack.code_bucket(account)
    if bucket in _buckets(s3):
        _empty(s3, bucket, prefix=f"{account.stack}/")


def _buckets(s3: Any) -> set[str]:
    return {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}


def _empty(s3: Any, bucket: str, prefix: str) -> None:
    """Deletes every version of every object under the prefix."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if versions:
            objects = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions]
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
