"""The desk that runs on this machine: its ports, its files, and what its stack is made of."""

import json
import socket
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from infra.background import Background
from infra.places import state_directory
from infra.trouble import Trouble

STACK = "deskbell"
MAIL_DOMAIN = "deskbell.test"
DEFAULT_PORT = 8600


@dataclass(frozen=True)
class LocalDesk:
    """Four ports in a row: pages, local cloud, SMTP, and the recorder of sent mail."""

    directory: Path
    port: int
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def cloud_port(self) -> int:
        return self.port + 1

    @property
    def cloud_address(self) -> str:
        return f"http://127.0.0.1:{self.cloud_port}"

    @property
    def smtp_port(self) -> int:
        return self.port + 2

    @property
    def recorder_port(self) -> int:
        return self.port + 3

    @property
    def mail_domain(self) -> str:
        return MAIL_DOMAIN

    @property
    def api_id(self) -> str | None:
        return self.outputs.get("RestAPIId")

    @property
    def sent_mail_file(self) -> Path:
        return self.directory / "sent-mail.jsonl"

    @property
    def cloud(self) -> Background:
        return Background("local-cloud", self.directory)

    @property
    def doors(self) -> Background:
        return Background("doors", self.directory)

    @property
    def is_running(self) -> bool:
        return self.cloud.is_running() and self.doors.is_running()

    def save(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        facts = {name: value for name, value in asdict(self).items() if name != "directory"}
        file = _facts_file(self.directory)
        # Replaced in one step, since the doors read it at any time.
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(facts, indent=1))
        fresh.replace(file)

    def reread(self) -> "LocalDesk":
        """What `up` has found out meanwhile."""
        return find_desk(self.directory) or self

    def with_outputs(self, outputs: dict[str, str]) -> "LocalDesk":
        return replace(self, outputs=outputs)

    def refuse_taken_ports(self) -> None:
        """Raises Trouble when another program listens where this desk would."""
        for port in (self.port, self.cloud_port, self.smtp_port, self.recorder_port):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError as taken:
                    raise Trouble(
                        f"Port {port} is taken by another program.",
                        f"A desk needs four ports in a row; choose others: ./deskbell up --port {self.port + 100}",
                    ) from taken


def find_desk(directory: Path | None = None) -> LocalDesk | None:
    """The desk that `up` made here, running or not; None when there never was one."""
    directory = directory or state_directory()
    try:
        facts = json.loads(_facts_file(directory).read_text())
    except FileNotFoundError:
        return None
    return LocalDesk(directory=directory, **facts)


def running_desk(*, or_stack: bool = False) -> LocalDesk:
    """Raises Trouble when none runs here; its cure is --stack as well where the command takes `or_stack`."""
    desk = find_desk()
    if desk is None or not desk.is_running:
        other = ", or name a deployed one with --stack" if or_stack else ""
        raise Trouble("No desk is running here.", f"Start one with ./deskbell up{other}.")
    return desk


def _facts_file(directory: Path) -> Path:
    return directory / "desk.json"
