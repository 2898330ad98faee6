"""A desk on the local cloud, as a test sees it: its pages, its mail, and the AWS beneath."""

import json
import os
import random
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import boto3
import requests
from boto3.dynamodb.types import TypeDeserializer

from infra.demo.people import PEOPLE
from infra.local_cloud import REGION
from infra.local_desk import STACK, LocalDesk, find_desk
from infra.places import ROOT
from infra.provision import Person
from infra.received_mail import as_ses_receives, put_into
from infra.sent_mail import SentMail, read_sent

T = TypeVar("T")

# What ./deskbell runs in .venv; here it runs in the environment of the tests.
COMMAND = [sys.executable, "-c", "import sys; sys.path.insert(0, sys.argv.pop(1)); from infra.cli import main; main()"]

# A day of waiting lasts a minute and a half.
WAIT_SCALE = "0.001"


@dataclass(frozen=True)
class Notice:
    """A mail to an agent about a clock."""

    purpose: str
    to: str
    clock: str
    step: str


@dataclass
class Desk:
    """`local` says where everything is; each AWS client is made once and closed in the end."""

    local: LocalDesk
    _clients: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def start(cls, directory: Path) -> "Desk":
        """By the command that people use; raises AssertionError with what it said when it fails."""
        port = free_ports()
        done = run_command(directory, "up", "--port", str(port))
        assert done.returncode == 0, done.stdout + done.stderr
        local = find_desk(directory)
        assert local
        desk = cls(local)
        desk._hurry()
        return desk

    def stop(self) -> None:
        self.http.close()
        for client in self._clients.values():
            client.close()
        done = self.command("down")
        assert done.returncode == 0, done.stdout + done.stderr

    @property
    def address(self) -> str:
        return self.local.address

    @property
    def smtp_port(self) -> int:
        return self.local.smtp_port

    @property
    def outputs(self) -> dict[str, str]:
        return self.local.outputs

    @property
    def people(self) -> dict[str, Person]:
        """By role; the first of each."""
        return {person.role: person for person in reversed(PEOPLE)}

    @cached_property
    def http(self) -> requests.Session:
        return requests.Session()

    def client(self, service: str) -> Any:
        """An AWS client of the account's root."""
        if service not in self._clients:
            self._clients[service] = boto3.Session("test", "test", region_name=REGION).client(
                service, endpoint_url=self.local.cloud_address
            )
        return self._clients[service]

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """./deskbell, told of nothing but this desk; `environment` is added."""
        return run_command(self.local.directory, *arguments, **environment)

    def wait_for(self, found: Callable[[], T], timeout: float = 30.0) -> T:
        """What `found` returns as soon as it is true; AssertionError after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not (result := found()):
            assert time.monotonic() < deadline, f"waited {timeout} s in vain"
            time.sleep(0.25)
        return result

    def sent_mail(self, to: str = "", subject: str = "", text: str = "", purpose: str = "") -> list[SentMail]:
        """Oldest first; `subject` and `text` are parts of them, `purpose` is what the outbox says of it."""
        return [
            mail
            for mail in read_sent(self.local.sent_mail_file)
            if (not to or to in mail.to)
            and subject in mail.subject
            and text in mail.text
            and (not purpose or self._purpose(mail) == purpose)
        ]

    def wait_for_mail(
        self, to: str = "", subject: str = "", text: str = "", purpose: str = "", timeout: float = 30.0
    ) -> SentMail:
        """The first such mail."""
        return self.wait_for(lambda: self.sent_mail(to, subject, text, purpose), timeout)[0]

    def drop_mail(self, raw: bytes, sender: str = "customer@example.com") -> str:
        """Delivers a mail as SES does; returns its key. `sender` is the envelope's."""
        received = as_ses_receives(raw, sender, ["support@deskbell.test"])
        return put_into(self.client("s3"), self.outputs["MailBucket"], received)

    def put_raw_mail(self, key: str, raw: bytes) -> None:
        """Just the object, as it is."""
        self.client("s3").put_object(Bucket=self.outputs["MailBucket"], Key=key, Body=raw)

    def announce_mail(self, key: str) -> None:
        """Tells of a mail as S3 does, whether it is there or not."""
        bucket = self.outputs["MailBucket"]
        at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        record = {"eventTime": at, "s3": {"bucket": {"name": bucket}, "object": {"key": key}}}
        body = json.dumps({"Records": [record]})
        self.client("sqs").send_message(QueueUrl=self._physical_id("InboundQueue"), MessageBody=body)

    def invoke(self, function: str, event: dict[str, Any] | None = None) -> Any:
        """Calls a function of app.py by its name there and returns its answer; AssertionError when it fails."""
        logical_id = "".join(part.title() for part in function.split("_"))
        payload = json.dumps(event if event is not None else SCHEDULED).encode()
        answer = self.client("lambda").invoke(FunctionName=self._physical_id(logical_id), Payload=payload)
        result = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, result
        return result

    def executions_of_ticket(self, number: int) -> list[dict[str, Any]]:
        """Oldest first."""
        pages = self.client("stepfunctions").get_paginator("list_executions")
        found = [
            execution
            for page in pages.paginate(stateMachineArn=self.outputs["StateMachineArn"])
            for execution in page["executions"]
            if execution["name"].startswith(f"ticket-{number}-")
        ]
        return sorted(found, key=lambda execution: execution["startDate"])

    def running_executions_of_ticket(self, number: int) -> list[dict[str, Any]]:
        return [execution for execution in self.executions_of_ticket(number) if execution["status"] == "RUNNING"]

    def states_of_ticket(self, number: int) -> list[str]:
        """The states that the ticket's newest timer went through; older ones end by themselves."""
        return self._states(self.executions_of_ticket(number)[-1])

    def transitions_of_ticket(self, number: int) -> int:
        """How many states all of its timers entered, which is what AWS counts for the bill."""
        return sum(len(self._states(execution)) for execution in self.executions_of_ticket(number))

    def stored_ticket(self, number: int) -> dict[str, Any]:
        """As it is kept; times are RFC 3339, spans seconds."""
        key = {"pk": {"S": f"TICKET#{number}"}, "sk": {"S": "TICKET"}}
        answer = self.client("dynamodb").get_item(TableName=self.outputs["Table"], Key=key, ConsistentRead=True)
        return TypeDeserializer().deserialize(answer["Item"]["body"])  # type: ignore[no-any-return]

    def clock(self, number: int, name: str) -> dict[str, Any]:
        return next(clock for clock in self.stored_ticket(number)["clocks"] if clock["name"] == name)

    def outgoing_of_ticket(self, number: int) -> list[dict[str, Any]]:
        """The outbox entries of a ticket, oldest first, as they are stored."""
        items = self.client("dynamodb").query(
            TableName=self.outputs["Table"],
            KeyConditionExpression="pk = :ticket AND begins_with(sk, :out)",
            ExpressionAttributeValues={":ticket": {"S": f"TICKET#{number}"}, ":out": {"S": "OUT#"}},
            ConsistentRead=True,
        )["Items"]
        return [TypeDeserializer().deserialize(item["body"]) for item in items]

    def notices_of(self, number: int) -> list[Notice]:
        """The mails about clocks that were sent for a ticket."""
        return [
            Notice(out["purpose"], out["to"], out["params"]["clock"], out["params"]["step"])
            for out in self.outgoing_of_ticket(number)
            if out["delivery"] == "sent" and out["purpose"].startswith("sla_")
        ]

    @contextmanager
    def hasty_retries(self) -> Iterator[None]:
        """What the outbox could not deliver comes again after a second, not after minutes."""
        sqs, url = self.client("sqs"), self.outputs["OutboxQueueUrl"]
        name = "VisibilityTimeout"
        usual = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={name: "1"})
        try:
            yield
        finally:
            sqs.set_queue_attributes(QueueUrl=url, Attributes={name: usual})

    @contextmanager
    def unverified_sender(self) -> Iterator[None]:
        """SES refuses every mail meanwhile."""
        ses, domain = self.client("sesv2"), self.local.mail_domain
        ses.delete_email_identity(EmailIdentity=domain)
        try:
            yield
        finally:
            ses.create_email_identity(EmailIdentity=domain)

    def age(self, number: int, days: int) -> None:
        """Makes a ticket older than it is."""
        self._run("tests.e2e.age", str(number), str(days))

    def promise(self, hours: int) -> None:
        """Low tickets are to be answered within so many hours from now on."""
        self._run("tests.e2e.promise", str(hours))

    def _hurry(self) -> None:
        """Open day and night, and surveys at once, so that no test depends on the hour it runs at."""
        self._run("tests.e2e.hurry")

    def _run(self, module: str, *arguments: str) -> None:
        run = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(run, cwd=ROOT, env=self._desk_environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def _desk_environment(self) -> dict[str, str]:
        return {
            **outside_environment(),
            "AWS_ENDPOINT_URL": self.local.cloud_address,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "DESKBELL_TABLE": self.outputs["Table"],
        }

    def _states(self, execution: dict[str, Any]) -> list[str]:
        pages = self.client("stepfunctions").get_paginator("get_execution_history")
        return [
            event["stateEnteredEventDetails"]["name"]
            for page in pages.paginate(executionArn=execution["executionArn"])
            for event in page["events"]
            if "stateEnteredEventDetails" in event
        ]

    def _purpose(self, mail: SentMail) -> str:
        number = re.search(r"\[#(\d+)\]", mail.subject)
        outgoing = self.outgoing_of_ticket(int(number[1])) if number else []
        return next((out["purpose"] for out in outgoing if f"<{out['wire_id']}>" == mail.message_id), "")

    def _physical_id(self, logical_id: str) -> str:
        detail = self.client("cloudformation").describe_stack_resource(StackName=STACK, LogicalResourceId=logical_id)
        return str(detail["StackResourceDetail"]["PhysicalResourceId"])


# What EventBridge sends; its content matters to nobody.
SCHEDULED: dict[str, Any] = {
    "version": "0",
    "account": "000000000000",
    "region": REGION,
    "detail": {},
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "time": "2026-11-23T00:00:00Z",
    "id": "0",
    "resources": [],
}


def run_command(directory: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """./deskbell with a state directory of its own; `more` is added to its environment."""
    environment = {**outside_environment(), "DESKBELL_STATE_DIR": str(directory), "SFN_WAIT_SCALE": WAIT_SCALE, **more}
    command = [*COMMAND, str(ROOT), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)


def outside_environment() -> dict[str, str]:
    """Without any AWS configuration, neither the machine's nor what the unit tests set for their AWS in memory."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "DESKBELL_"))}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return {**kept, **nowhere, "AWS_EC2_METADATA_DISABLED": "true"}


def free_ports() -> int:
    """The first of four free ports in a row."""
    while True:
        first = random.randrange(20_000, 30_000, 4)
        if all(is_free(first + offset) for offset in range(4)):
            return first


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
