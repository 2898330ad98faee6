"""`deploy`: the desk in an AWS account."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from infra import screen, stack
from infra.account import Account, Outputs
from infra.invitation import invite_by_hand
from infra.local_desk import MAIL_DOMAIN
from infra.package import package
from infra.provision import Person, open_desk, support_address
from infra.sender import DnsRecord, can_receive, dns_records, ensure_sender, start_receiving
from infra.trouble import Trouble
from infra.wanted import Wanted, refuse_wrong_stack_name


def deploy(account: Account, wanted: Wanted) -> None:
    """Makes the desk or brings it up to date, then says where it is and what is still missing."""
    refuse_wrong_stack_name(account.stack)
    wanted.refuse_mistakes()
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
        name = wanted.admin.partition("@")[0]
        invite_by_hand(account, outputs, Person(wanted.admin, name, "admin"))
    if outputs["MailDomain"]:
        _set_up_mail(account, outputs)


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
