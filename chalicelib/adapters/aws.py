"""Clients of AWS: one botocore session, each client made on first use (a cold start pays only for what it uses)."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.config import Config as ClientConfig
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session, get_session

from chalicelib.config import region
from chalicelib.log import logger

_CONFIG = ClientConfig(
    connect_timeout=3,
    read_timeout=20,
    retries={"total_max_attempts": 3, "mode": "standard"},
    signature_version="v4",
)


@cache
def session() -> Session:
    return get_session()


@cache
def client(service: str) -> Any:
    """A botocore client of this function's region; times out before the function does."""
    config = _CONFIG.merge(ClientConfig(signature_version="s3v4")) if service == "s3" else _CONFIG
    return session().create_client(service, region_name=region(), config=config)


def send_to_queue(url: str, message: Mapping[str, Any]) -> None:
    """One JSON message to an SQS queue."""
    client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(message))


def start_execution(machine: str, name: str, message: Mapping[str, Any]) -> None:
    """Starts a state machine under a name; one that was started under it in the last 90 days is left as it is.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    """
    steps = client("stepfunctions")
    try:
        steps.start_execution(stateMachineArn=machine, name=name, input=json.dumps(message))
    except steps.exceptions.ExecutionAlreadyExists:
        return


def stop_execution(machine: str, name: str, cause: str) -> None:
    """Stops what runs under a name; what does not, or can't be stopped now, is left as it is.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
    """
    steps = client("stepfunctions")
    execution = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
    try:
        steps.stop_execution(executionArn=execution, cause=cause)
    except (BotoCoreError, ClientError) as error:
        logger.info("execution not stopped", execution=name, error=type(error).__name__)
