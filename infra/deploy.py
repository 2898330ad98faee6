"""`deploy` and `destroy`: the desk in an AWS account."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from infra import screen, stack
from infra.account import Account, Outputs
from infra.local_desk import MAIL_DOMAIN
from infra.package import package
from infra.provision import Person, invite, new_password, open_desk, support_address
from infra.sender import DnsRecord, can_receive, dns_records, ensure_sender, start_receiving, stop_receiving
from infra.trouble import Trouble


@dataclass(frozen=True)
class Wanted:
    """What a person asked `deploy` for; None leaves it as the last deploy set it."""

    stage: str | None = None
    mail_domain: str | None = None
    domain_name: str | None = None
    certificate: str | None = None
    alarm_email: str | None = None
    admin: str | None = None


def deploy(account: Account, wanted: Wanted) -> None:
    """Makes the desk or brings it up to date, then says where it is and what is still missing."""
    with screen.step(f"Account {account.number}, region {account.region}{_emulator_note(account)}"):
        parameters = _parameters(account, wanted)
    with screen.step("Packaging"):
        # An emulator's functions run with the libraries of the machine it runs on.
        packed = package(libraries=account.endpoint is None)
    resources = len(packed.template["Resources"])
    with screen.stack_progress("Deploying the stack", resources, every_event=True) as on_event:
        stack.deploy(account, packed, parameters, on_event)
    outputs = account.outputs()
    address = address_of(account, outputs)
    with screen.step("Opening the desk"):
        open_desk(account, outputs, address)
    _announce(outputs, address)
    if wanted.admin:
        _invite_admin(account, wanted.admin)
    if outputs["MailDomain"]:
        _set_up_mail(account, outputs)


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


def address_of(account: Account, outputs: Outputs) -> str:
    """Where people reach the desk. CloudFront does not answer in an emulator, so there it is the API itself."""
    if account.endpoint:
        return f"{account.endpoint}/_aws/execute-api/{outputs['RestAPIId']}/api"
    return outputs["Address"]


def _parameters(account: Account, wanted: Wanted) -> dict[str, str]:
    before = stack.parameters(account)
    asked = {
        "Stage": wanted.stage,
        "MailDomain": wanted.mail_domain,
        "DomainName": wanted.domain_name,
        "CertificateArn": wanted.certificate,
        "AlarmEmail": wanted.alarm_email,
    }
    chosen = before | {name: value for name, value in asked.items() if value is not None}
    if bool(chosen.get("DomainName")) != bool(chosen.get("CertificateArn")):
        raise Trouble("A domain name needs its certificate.", "Give both: --domain-name and --certificate.")
    return chosen | _of_the_account(account, chosen)


def _of_the_account(account: Account, chosen: dict[str, str]) -> dict[str, str]:
    receives = bool(chosen.get("MailDomain")) and can_receive(account)
    parameters = {"ReceivesMail": "yes" if receives else "no", "Emulated": "yes" if account.endpoint else "no"}
    if account.endpoint:
        # Nothing leaves an emulator, so a desk there has mail without anybody owning a domain.
        parameters["MailDomain"] = chosen.get("MailDomain") or MAIL_DOMAIN
        parameters["DeskOrigin"] = "{0.scheme}://{0.netloc}".format(urlsplit(account.endpoint))
    elif chosen.get("DomainName"):
        parameters["DeskOrigin"] = f"https://{chosen['DomainName']}"
    return parameters


def _announce(outputs: Outputs, address: str) -> None:
    screen.out.print()
    mail = support_address(outputs["MailDomain"]) or "none yet; add --mail-domain to receive and send mail"
    screen.facts(
        [
            ("Help centre", f"{address}/"),
            ("Form", f"{address}/new"),
            ("Console", f"{address}/agent"),
            ("Mail", mail),
        ]
    )


def _invite_admin(account: Account, address: str) -> None:
    """Cognito mails a temporary password; an emulator mails nothing, so there it is printed."""
    password = new_password() if account.endpoint else None
    invite(Person(address, address.partition("@")[0], "admin", password=password))
    said = f"temporary password {password}" if password else "the temporary password comes by mail"
    screen.facts([("Sign-in", f"{address}, {said}; who was invited before keeps theirs")])


def _set_up_mail(account: Account, outputs: Outputs) -> None:
    sender = ensure_sender(account, outputs["MailDomain"])
    if outputs["ReceiptRuleSet"]:
        other = start_receiving(account, outputs["ReceiptRuleSet"])
        if other:
            screen.complain(_other_rule_set(other, outputs["ReceiptRuleSet"]))
    elif account.endpoint is None:
        screen.complain(
            Trouble(f"SES receives no mail in {account.region}.", "The form works; mail needs another region.")
        )
    if account.endpoint is None:
        _show_dns(dns_records(sender, account.region))


def _other_rule_set(active: str, ours: str) -> Trouble:
    return Trouble(
        f"SES receives by the rule set {active}, so the desk gets no mail.",
        f"Copy the rule of {ours} into it, or activate {ours}.",
    )


def _show_dns(records: Iterable[DnsRecord]) -> None:
    screen.out.print("\nDNS records that mail needs:")
    screen.table(("Name", "Type", "Value", "What for"), ((r.name, r.kind, r.value, r.purpose) for r in records))


def _emulator_note(account: Account) -> str:
    return f", emulated at {account.endpoint}" if account.endpoint else ""


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
    existing = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    for name in existing.intersection(names):
        _empty(s3, name, prefix="")
        s3.delete_bucket(Bucket=name)


def _delete_packages(account: Account) -> None:
    """Other desks of this account keep theirs in the same bucket."""
    _empty(account.client("s3"), stack.code_bucket(account), prefix=f"{account.stack}/")


def _empty(s3: Any, bucket: str, prefix: str) -> None:
    """Deletes every version of every object under the prefix."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if versions:
            objects = [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions]
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
