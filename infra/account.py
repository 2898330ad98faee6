"""The AWS account, real or emulated, that a command acts on: whatever the ordinary AWS configuration names."""

import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.exceptions

from infra.trouble import Trouble

Outputs = dict[str, str]

NO_CREDENTIALS = Trouble("There are no AWS credentials.", "Sign in with `aws configure` or `aws sso login`.")

# What a function is told by its environment, the commands tell themselves before they call the desk's own code.
ENVIRONMENT_OF_OUTPUT = {
    "Table": "DESKBELL_TABLE",
    "MailBucket": "DESKBELL_MAIL_BUCKET",
    "FilesBucket": "DESKBELL_FILES_BUCKET",
    "InboundQueueUrl": "DESKBELL_INBOUND_QUEUE_URL",
    "OutboxQueueUrl": "DESKBELL_OUTBOX_QUEUE_URL",
    "InboundDeadLettersUrl": "DESKBELL_INBOUND_DEAD_LETTERS_URL",
    "OutboxDeadLettersUrl": "DESKBELL_OUTBOX_DEAD_LETTERS_URL",
    "RelayDeadLettersUrl": "DESKBELL_RELAY_DEAD_LETTERS_URL",
    "ScheduleDeadLettersUrl": "DESKBELL_SCHEDULE_DEAD_LETTERS_URL",
    "StateMachineArn": "DESKBELL_STATE_MACHINE_ARN",
    "UserPoolId": "DESKBELL_USER_POOL_ID",
    "UserPoolClientId": "DESKBELL_USER_POOL_CLIENT_ID",
    "ConfigurationSet": "DESKBELL_CONFIGURATION_SET",
    "Stage": "DESKBELL_STAGE",
}


@dataclass(frozen=True)
class Account:
    """One stack in one account and region."""

    stack: str
    region_wanted: str | None = None

    @cached_property
    def session(self) -> Any:
        return boto3.Session(region_name=self.region_wanted)

    @cached_property
    def region(self) -> str:
        region: str | None = self.session.region_name
        if not region:
            raise Trouble("No AWS region is chosen.", "Add --region, for example --region ap-northeast-2.")
        return region

    @cached_property
    def number(self) -> str:
        """The account's twelve digits; raises Trouble when AWS refuses the credentials or does not answer."""
        try:
            number: str = self.client("sts").get_caller_identity()["Account"]
        except botocore.exceptions.ClientError as refused:
            message = refused.response["Error"]["Message"]
            raise Trouble(f"AWS refuses the credentials: {message}", "Sign in again and repeat.") from refused
        except botocore.exceptions.EndpointConnectionError as silence:
            where = self.endpoint or "AWS"
            raise Trouble(f"{where} does not answer.", "Is it running, and is the address right?") from silence
        return number

    @cached_property
    def endpoint(self) -> str | None:
        """An emulator's address, or None on AWS itself."""
        url: str = self.client("sts").meta.endpoint_url
        host = urlsplit(url).hostname or ""
        return None if host.endswith((".amazonaws.com", ".amazonaws.com.cn")) else url.rstrip("/")

    def client(self, service: str) -> Any:
        return self.session.client(service, region_name=self.region)

    def outputs(self) -> Outputs:
        """What the stack is called by name; raises Trouble when there is no such stack."""
        try:
            (stack,) = self.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"]
        except botocore.exceptions.ClientError as missing:
            raise Trouble(f"There is no stack {self.stack} here.", "Make one with ./deskbell deploy.") from missing
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def enter(self, outputs: Outputs) -> None:
        """Lets chalicelib run in this process as it runs in a function."""
        os.environ["AWS_REGION"] = os.environ["AWS_DEFAULT_REGION"] = self.region
        for output, variable in ENVIRONMENT_OF_OUTPUT.items():
            os.environ[variable] = outputs[output]
