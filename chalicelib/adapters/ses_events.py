"""What SES tells of a mail after it took it, through EventBridge."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.address import canonical
from chalicelib.domain.mail_trouble import Failure, FailureKind


@dataclass(frozen=True)
class Feedback:
    """What SES tells of a mail that it took under `ses_id`."""

    ses_id: str
    failure: Failure


def feedback(event: Mapping[str, Any]) -> Feedback | None:
    """The failure that an event of SES's publishing tells of (its form in EventBridge and SNS is the same), None for
    any other event: a delay may still end well.

    https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
    """
    kind = event.get("eventType") or event.get("notificationType")
    failure = _READ[kind](event) if kind in _READ else None
    return Feedback(str(event["mail"]["messageId"]), failure) if failure else None


def _bounce(event: Mapping[str, Any]) -> Failure:
    """SES gives up on transient bounces as well, but a later mail may arrive; undetermined ones count as transient."""
    bounce = event["bounce"]
    recipients = bounce["bouncedRecipients"]
    reasons = [each["diagnosticCode"] for each in recipients if each.get("diagnosticCode")]
    detail = reasons[0] if reasons else f"{bounce['bounceType']}: {bounce.get('bounceSubType', '')}"
    return Failure(FailureKind.BOUNCE, _addresses(recipients), bounce["bounceType"] == "Permanent", detail)


def _complaint(event: Mapping[str, Any]) -> Failure | None:
    """Of people only: a machine's "not-spam" is no complaint. SES names everybody who may have complained, which most
    providers don't tell: where that are several, mail to none of them ends.

    https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html (complained recipients)
    """
    complaint = event["complaint"]
    kind = str(complaint.get("complaintFeedbackType") or "")
    if kind == "not-spam":
        return None
    recipients = _addresses(complaint["complainedRecipients"])
    return Failure(FailureKind.COMPLAINT, recipients, len(recipients) == 1, kind)


def _reject(event: Mapping[str, Any]) -> Failure:
    """SES took the mail and then found a virus in it: nobody gets it, and no address is to blame."""
    recipients = tuple(canonical(address) for address in event["mail"].get("destination", ()))
    return Failure(FailureKind.BOUNCE, recipients, False, str(event.get("reject", {}).get("reason", "rejected")))


def _addresses(recipients: list[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(canonical(str(each["emailAddress"])) for each in recipients)


_READ = {"Bounce": _bounce, "Complaint": _complaint, "Reject": _reject}
