"""The mail domain in SES: proving that it is ours, receiving its mail, and the DNS records that this takes."""

from dataclasses import dataclass
from typing import Any

import botocore.exceptions

from infra.account import Account


@dataclass(frozen=True)
class DnsRecord:
    name: str
    kind: str
    value: str
    purpose: str


@dataclass(frozen=True)
class Sender:
    """What SES knows of a mail domain."""

    domain: str
    is_verified: bool
    dkim_tokens: tuple[str, ...]


def ensure_sender(account: Account, domain: str) -> Sender:
    """Makes the domain an identity of SES, if it isn't yet."""
    ses = account.client("sesv2")
    known = find_sender(account, domain)
    if known is None:
        ses.create_email_identity(EmailIdentity=domain)
    return known or find_sender(account, domain) or Sender(domain, is_verified=False, dkim_tokens=())


def find_sender(account: Account, domain: str) -> Sender | None:
    """None when SES does not know the domain."""
    ses = account.client("sesv2")
    try:
        identity = ses.get_email_identity(EmailIdentity=domain)
    except ses.exceptions.NotFoundException:
        return None
    tokens = identity.get("DkimAttributes", {}).get("Tokens", [])
    return Sender(domain, identity["VerifiedForSendingStatus"], tuple(tokens))


def dns_records(sender: Sender, region: str) -> list[DnsRecord]:
    """The records a mail domain needs; those that SES has seen already are left out."""
    domain = sender.domain
    dkim = [
        DnsRecord(f"{token}._domainkey.{domain}", "CNAME", f"{token}.dkim.amazonses.com", "lets SES sign (DKIM)")
        for token in sender.dkim_tokens
    ]
    always = [
        DnsRecord(domain, "MX", f"10 inbound-smtp.{region}.amazonaws.com", "brings the desk its mail"),
        DnsRecord(domain, "TXT", "v=spf1 include:amazonses.com ~all", "says who may send (SPF)"),
        DnsRecord(f"_dmarc.{domain}", "TXT", "v=DMARC1; p=quarantine", "says what to do with forgeries (DMARC)"),
    ]
    return always if sender.is_verified else dkim + always


def can_receive(account: Account) -> bool:
    """SES receives in some regions only; in the others its calls for receiving fail."""
    if account.endpoint:
        return False
    try:
        account.client("ses").list_receipt_rule_sets()
    except (botocore.exceptions.ClientError, botocore.exceptions.EndpointConnectionError):
        return False
    return True


def start_receiving(account: Account, rule_set: str) -> str | None:
    """Makes the desk's rule set the active one. Another that is active already stays, and its name is returned."""
    ses = account.client("ses")
    active = active_rule_set(ses)
    if active and active != rule_set:
        return active
    ses.set_active_receipt_rule_set(RuleSetName=rule_set)
    return None


def stop_receiving(account: Account) -> None:
    """SES does not let an active rule set be deleted; the desk's has the stack's name."""
    if can_receive(account):
        ses = account.client("ses")
        if active_rule_set(ses) == account.stack:
            ses.set_active_receipt_rule_set()


def active_rule_set(ses: Any) -> str | None:
    metadata = ses.describe_active_receipt_rule_set().get("Metadata")
    return str(metadata["Name"]) if metadata else None
