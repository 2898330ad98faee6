"""What all tests share: an AWS in memory (moto) with the desk's resources, a clock that stands still, people."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from moto import mock_aws

REGION = "ap-northeast-2"
TABLE, MAIL_BUCKET, FILES_BUCKET = "deskbell-test", "deskbell-test-mail", "deskbell-test-files"
DEAD_LETTERS = ("inbound_dead_letters", "outbox_dead_letters", "relay_dead_letters", "schedule_dead_letters")
QUEUES = ("inbound_queue", "outbox_queue", *DEAD_LETTERS)
ADDRESS, SUPPORT = "https://desk.example", "support@desk.example"

os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION=REGION,
    AWS_REGION=REGION,
    DESKBELL_TABLE=TABLE,
    DESKBELL_MAIL_BUCKET=MAIL_BUCKET,
    DESKBELL_FILES_BUCKET=FILES_BUCKET,
    DESKBELL_CONFIGURATION_SET="deskbell-test",
    POWERTOOLS_SERVICE_NAME="deskbell",
)
os.environ.pop("AWS_ENDPOINT_URL", None)

from chalicelib.adapters import aws, counts, macros, sessions, settings, solutions  # noqa: E402 - they read the environment
from chalicelib.adapters.items import Item  # noqa: E402
from chalicelib.config import config  # noqa: E402
from chalicelib.desk import setup  # noqa: E402
from chalicelib.domain.agent import Agent  # noqa: E402
from chalicelib.domain.words import Role  # noqa: E402
from tests.e2e.desk import Desk  # noqa: E402

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # a Monday, 10:00 in Seoul
ADMIN = Agent(1, "admin@desk.example", "Ada Admin", Role.ADMIN, "en")
SUPERVISOR = Agent(2, "sun@desk.example", "Sun Supervisor", Role.SUPERVISOR, "ko")
AGENT = Agent(3, "min@desk.example", "Min Agent", Role.AGENT, "en")
COLLEAGUE = Agent(4, "lee@desk.example", "Lee Agent", Role.AGENT, "ko")
CONTRIBUTOR = Agent(5, "con@desk.example", "Con Tributor", Role.CONTRIBUTOR, "en")


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk for all end-to-end and browser tests: started by `./deskbell up`, IAM enforced, waits scaled."""
    running = Desk.start(tmp_path_factory.mktemp("desk"))
    yield running
    running.stop()


@pytest.fixture
def now() -> datetime:
    """A Monday, 10:00 in Seoul: inside the business hours of the default calendar."""
    return NOW


@pytest.fixture
def empty_cloud() -> Iterator[None]:
    """An AWS account with the stack's resources and nothing in them."""
    with fresh_cloud():
        yield


@pytest.fixture
def cloud(empty_cloud: None) -> None:
    """A desk that was deployed, with an admin, a supervisor, two agents and a contributor."""
    deploy_desk()


@contextmanager
def fresh_cloud() -> Iterator[None]:
    """`empty_cloud` for who needs several in one test."""
    with mock_aws():
        _forget()
        _create_resources()
        yield
    _forget()


def deploy_desk() -> None:
    setup.prepare(ADDRESS, SUPPORT, "Desk", NOW)
    for agent in (ADMIN, SUPERVISOR, AGENT, COLLEAGUE, CONTRIBUTOR):
        settings.save_agent(agent)


@pytest.fixture
def user_pool(cloud: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a Cognito pool without users, known to the desk."""
    cognito = aws.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="agents", UsernameAttributes=["email"])["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="console", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    monkeypatch.setenv("DESKBELL_USER_POOL_ID", pool)
    monkeypatch.setenv("DESKBELL_USER_POOL_CLIENT_ID", client)
    config.cache_clear()
    return str(pool)


def _create_resources() -> None:
    Item.create_table(billing_mode="PAY_PER_REQUEST")
    s3 = aws.client("s3")
    for bucket in (MAIL_BUCKET, FILES_BUCKET):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for queue in QUEUES:
        url = aws.client("sqs").create_queue(QueueName=queue)["QueueUrl"]
        os.environ[f"DESKBELL_{queue.upper()}_URL"] = url
    states = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
    os.environ["DESKBELL_STATE_MACHINE_ARN"] = aws.client("stepfunctions").create_state_machine(
        name="sla", definition=json.dumps(states), roleArn="arn:aws:iam::123456789012:role/sla"
    )["stateMachineArn"]
    ses = aws.client("sesv2")
    ses.create_email_identity(EmailIdentity="desk.example")
    ses.create_configuration_set(ConfigurationSetName="deskbell-test")
    config.cache_clear()


def _forget() -> None:
    """Each test is a cold start but for the clients, which take longer to make than a test takes to run."""
    config.cache_clear()
    for store in (counts, macros, sessions, settings, solutions):
        store.forget()
