"""What is not right with a desk, and how to mend it."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import botocore.exceptions

from chalicelib.domain.inbound_mail import FateState
from infra import stack
from infra.account import ENVIRONMENT_OF_OUTPUT, Account, Outputs
from infra.deploy import address_of
from infra.sender import active_rule_set, find_sender
from infra.trouble import Trouble

DEAD_LETTERS = {
    "InboundDeadLetters": "inbound_mail",
    "OutboxDeadLetters": "deliver",
    "RelayDeadLetters": "relay",
    "ScheduleDeadLetters": "send_surveys, upkeep, check_mail or mail_events",
}
"""Dead-letter queues and the functions whose logs say why."""
_LOOK_AT_MAILS = "./deskbell mail quarantine, or the page Quarantine, shows the causes and what to do about them."


@dataclass(frozen=True)
class Finding:
    """`cure` is empty when all is well."""

    what: str
    cure: str = ""

    @property
    def is_well(self) -> bool:
        return not self.cure


def examine(account: Account, front_door: str | None = None) -> Iterator[Finding]:
    """Every finding, good or bad; stops where the rest cannot be asked. `front_door` is a local desk's address."""
    yield Finding(f"AWS answers: account {account.number}, region {account.region}")
    status = stack.find_status(account)
    if status not in stack.WELL:
        yield Finding(f"The stack {account.stack} is {_spoken(status)}.", "./deskbell deploy makes or mends it.")
        return
    yield Finding(f"The stack {account.stack} stands")
    outputs = account.outputs()
    yield _pages(front_door or address_of(account, outputs))
    yield from _dead_letters(account)
    yield from mails_in_hand(account, outputs)
    yield from _mail(account, outputs)
    if account.endpoint is None:
        yield _alarms(account, outputs["AlarmsTopic"])


def mails_in_hand(account: Account, outputs: Outputs) -> Iterator[Finding]:
    """How many mails wait for a person. The desk's own code reads at import which desk it works on."""
    if not ENVIRONMENT_OF_OUTPUT.keys() <= outputs.keys():
        yield Finding(f"The stack {account.stack} is of an older release.", "./deskbell deploy upgrades it.")
        return
    account.enter(outputs)
    from chalicelib.adapters.inbound_mail import count_in_hand

    for state, where in ((FateState.QUARANTINED, "in quarantine"), (FateState.HELD, "held")):
        count = count_in_hand(state)
        yield Finding(f"Mails {where}: {count}", _LOOK_AT_MAILS if count else "")


def _spoken(status: str | None) -> str:
    return "not there" if status is None else status.lower().replace("_", " ")


def _pages(address: str) -> Finding:
    try:
        urllib.request.urlopen(f"{address}/new", timeout=30).close()  # noqa: S310
    except urllib.error.HTTPError as error:
        return Finding(f"The form answers with {error.code}.", "./deskbell logs api shows the reason.")
    except OSError as error:
        return Finding(f"{address} does not answer: {error}.", "A new distribution takes some minutes; then try again.")
    return Finding(f"The form answers at {address}/new")


def _dead_letters(account: Account) -> Iterator[Finding]:
    sqs, cloudformation = account.client("sqs"), account.client("cloudformation")
    for queue, function in DEAD_LETTERS.items():
        cure = f"./deskbell mail dead-letters shows what to do, ./deskbell logs {function} the reason."
        detail = cloudformation.describe_stack_resource(StackName=account.stack, LogicalResourceId=queue)
        url = detail["StackResourceDetail"]["PhysicalResourceId"]
        name = "ApproximateNumberOfMessages"
        count = int(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name])
        yield Finding(f"{queue}: {count} waiting", cure if count else "")


def _mail(account: Account, outputs: Outputs) -> Iterator[Finding]:
    domain = outputs["MailDomain"]
    if not domain:
        yield Finding("The desk has no mail domain.", "./deskbell deploy --mail-domain DOMAIN; the form works without.")
        return
    sender = find_sender(account, domain)
    if sender is None or not sender.is_verified:
        yield Finding(
            f"SES does not know {domain} as ours yet.", "./deskbell deploy shows the DNS records it waits for."
        )
    else:
        yield Finding(f"SES sends for {domain}")
    if account.endpoint is None:
        yield from _ses_account(account)
        yield _receiving(account, outputs)


def _ses_account(account: Account) -> Iterator[Finding]:
    state = account.client("sesv2").get_account()
    if not state["ProductionAccessEnabled"]:
        yield Finding(
            "SES is in its sandbox: 200 mails a day, to verified addresses only.",
            "Ask for production access in the SES console, page Account dashboard.",
        )
    if not state.get("SendingEnabled", True):
        yield Finding("SES has paused sending for this account.", "The SES console says why, page Reputation metrics.")


def _receiving(account: Account, outputs: Outputs) -> Finding:
    ours = outputs["ReceiptRuleSet"]
    if not ours:
        return Finding(
            f"SES receives no mail in {account.region}.", "Deploy to a region where it does, or use the form."
        )
    try:
        active = active_rule_set(account.client("ses"))
    except botocore.exceptions.ClientError as error:
        return Finding("SES does not say how it receives.", error.response["Error"]["Message"])
    if active != ours:
        return Finding(f"SES receives by the rule set {active or '(none)'}.", f"./deskbell deploy, or activate {ours}.")
    return Finding("SES receives the desk's mail")


def _alarms(account: Account, topic: str) -> Finding:
    subscriptions = account.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    if any(each["SubscriptionArn"].startswith("arn:") for each in subscriptions):
        return Finding("Somebody hears the alarms")
    if subscriptions:
        return Finding("The alarms' receiver has not agreed yet.", "Open the link in the mail that AWS sent there.")
    return Finding("Nobody hears the alarms.", "./deskbell deploy --alarm-email ADDRESS")


def refuse_if_ill(findings: list[Finding]) -> None:
    ill = sum(not finding.is_well for finding in findings)
    if ill:
        raise Trouble(f"Not right: {ill} of {len(findings)}.", "Each has its cure above.")
