"""Sending mail by SES, and what its refusals mean."""

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws import client
from chalicelib.config import config
from chalicelib.domain.errors import NotSent


def send(raw: bytes, sender: str, to: str, cc: tuple[str, ...] = ()) -> str:
    """Sends a whole mail to all its receivers and returns the id under which SES took it; it becomes part of the
    Message-ID on the wire.

    Raises NotSent for every refusal and fault: throttled, address not verified, account paused, no answer.
    https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
    """
    try:
        response = client("sesv2").send_email(
            FromEmailAddress=sender,
            Destination={"ToAddresses": [to], "CcAddresses": list(cc)},
            Content={"Raw": {"Data": raw}},
            ConfigurationSetName=config().configuration_set,
        )
    except ClientError as error:
        details = error.response["Error"]
        raise NotSent("mail_not_sent", cause=f"{details['Code']}: {details['Message']}") from error
    except BotoCoreError as error:
        raise NotSent("mail_not_sent", cause=str(error)) from error
    return str(response["MessageId"])
