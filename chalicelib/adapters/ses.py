"""Sending mail by SES, and what its refusals mean."""

from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from chalicelib.adapters.aws import client
from chalicelib.config import config
from chalicelib.domain.errors import NotSent


def send(raw: bytes, sender: str, to: str, cc: tuple[str, ...] = ()) -> str:
    """Sends a whole mail to all its receivers and returns the id under which SES took it; it becomes part of the
    Message-ID on the wire.

    Raises NotSent for every refusal and fault: throttled, address not verified, account paused, no answer. Its
    `maybe_left` is true where the mail may be on its way all the same.
    https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
    """
    try:
        response = _mailer().send_email(
            FromEmailAddress=sender,
            Destination={"ToAddresses": [to], "CcAddresses": list(cc)},
            Content={"Raw": {"Data": raw}},
            ConfigurationSetName=config().configuration_set,
        )
    except ClientError as error:
        details, maybe_left = error.response["Error"], _is_fault(error.response)
        cause = f"{details['Code']}: {details['Message']}"
        raise NotSent("mail_not_sent", cause=cause, maybe_left=maybe_left) from error
    except BotoCoreError as error:
        maybe_left = isinstance(error, HTTPClientError)  # it was sent off, unlike after a ConnectionError
        raise NotSent("mail_not_sent", cause=str(error), maybe_left=maybe_left) from error
    return str(response["MessageId"])


@cache
def _mailer() -> Any:
    """botocore by itself would send a mail again whose answer was lost, and nobody would know of the second one."""
    ses = client("sesv2")
    ses.meta.events.register_first("needs-retry.sesv2.SendEmail", _stop_without_answer)
    return ses


def _stop_without_answer(
    response: tuple[Any, dict[str, Any]] | None, caught_exception: Exception | None, **_: Any
) -> bool | None:
    """False ends botocore's tries, None leaves it to botocore: a throttled mail has surely not left."""
    is_lost = isinstance(caught_exception, HTTPClientError) or (response is not None and _is_fault(response[1]))
    return False if is_lost else None


def _is_fault(response: Any) -> bool:
    """Whether SES broke down over it instead of refusing it."""
    return int(response["ResponseMetadata"]["HTTPStatusCode"]) >= 500
