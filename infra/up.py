"""`up`, `down` and `status`: a whole desk on this machine."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from infra import local_cloud, screen, stack
from infra.account import Account, Outputs
from infra.demo.people import PASSWORD, PEOPLE
from infra.local_desk import DEFAULT_PORT, STACK, LocalDesk, find_desk
from infra.lost_timers import start_again
from infra.package import package
from infra.places import state_directory
from infra.provision import invite, open_desk
from infra.sender import ensure_sender
from infra.trouble import Trouble

# MiniStack 1.5.33 saves what it holds when it is told to end, and has no way to be asked for it earlier.
CUT_OFF = Trouble(
    "The desk was not stopped by ./deskbell down; what came in since it was last stopped may be missing.",
    "It saves what is in it when ./deskbell down ends it.",
)


@dataclass(frozen=True)
class Wanted:
    """What a person asked `up` for; no port means the one of last time."""

    port: int | None = None
    demo: bool = False


def up(wanted: Wanted) -> None:
    """Starts the desk or brings a running one up to the current code."""
    with _alone(state_directory()):
        desk, was_running = _find_or_plan(wanted)
        desk = _bring_up_to_date(desk) if was_running else _start(desk)
        if wanted.demo:
            seed(desk)
    show(desk)


def down(*, forget: bool) -> None:
    """Stops the desk; `forget` deletes it with everything in it, else it goes on with the next `up`."""
    desk = find_desk()
    if desk and (desk.cloud.is_running() or desk.doors.is_running()):
        with screen.step("Stopping the desk"):
            local_cloud.stop(desk)
    else:
        screen.out.print("No desk is running here.")
    if forget:
        with screen.step("Deleting its tickets"):
            shutil.rmtree(state_directory(), ignore_errors=True)


def seed(desk: LocalDesk) -> None:
    """Writes the demo's tickets and solutions, once."""
    local_cloud.enter(desk)
    Account(STACK).enter(desk.outputs)
    # Imported here since the desk's code reads the environment that `enter` sets.
    from infra.demo.seed import seed as write

    with screen.step("Writing the demo's tickets and solutions"):
        write(desk)


def show(desk: LocalDesk) -> None:
    """Addresses, sign-ins and how to write a mail."""
    screen.out.print()
    screen.facts(
        [
            ("Help centre", f"{desk.address}/"),
            ("Form", f"{desk.address}/new"),
            ("Console", f"{desk.address}/agent"),
            *((f"Sign-in ({person.role})", f"{person.address}  {PASSWORD}") for person in PEOPLE),
            ("Mail", f"write to support@{desk.mail_domain}, SMTP server 127.0.0.1 port {desk.smtp_port}"),
            ("", "or: ./deskbell mail send FILE; what the desk sent: ./deskbell mail list"),
            ("AWS endpoint", desk.cloud_address),
        ]
    )


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Raises Trouble when another `up` is at work on the same desk: it would take the half-started one for a wreck."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble("Another ./deskbell up is at work here.", "Wait until it is done.") from None
        yield


def _find_or_plan(wanted: Wanted) -> tuple[LocalDesk, bool]:
    known = find_desk()
    if known and known.is_running:
        if wanted.port not in (None, known.port):
            raise Trouble(
                f"A desk is already running here, on port {known.port}.", "Stop it first with ./deskbell down."
            )
        return known, True
    if known and known.cloud.was_cut_off():
        screen.complain(CUT_OFF)
    if known:
        local_cloud.stop(known)  # half of it may still run after a crash
    outputs = known.outputs if known else {}
    port = wanted.port or (known.port if known else DEFAULT_PORT)
    return LocalDesk(state_directory(), port, outputs), False


def _start(desk: LocalDesk) -> LocalDesk:
    """All of it or nothing: what had started is stopped again when a later step fails."""
    started_at = datetime.now(UTC)
    with screen.step("Starting the local cloud"):
        local_cloud.start(desk)
    try:
        ready = _bring_up_to_date(desk)
        start_again(Account(STACK), ready.outputs, started_at)
    except BaseException:
        local_cloud.stop(desk)
        raise
    return ready


def _bring_up_to_date(desk: LocalDesk) -> LocalDesk:
    local_cloud.enter(desk)
    account = Account(STACK)
    with screen.step("Packaging"):
        packed = package(libraries=False, build=desk.directory / "build")
    resources = len(packed.template["Resources"])
    with screen.stack_progress("Deploying the stack", resources, every_event=False) as on_event:
        stack.deploy(account, packed, _parameters(desk), on_event)
    with screen.step("Opening the desk"):
        return _open(desk, account, account.outputs())


def _open(desk: LocalDesk, account: Account, outputs: Outputs) -> LocalDesk:
    ensure_sender(account, desk.mail_domain)
    open_desk(account, outputs, desk.address)
    for person in PEOPLE:
        invite(person)
    ready = desk.with_outputs(outputs)
    ready.save()
    return ready


def _parameters(desk: LocalDesk) -> dict[str, str]:
    return {
        "Stage": "local",
        "Emulated": "yes",
        "MailDomain": desk.mail_domain,
        "DeskOrigin": desk.address,
        "LogLevel": os.environ.get("LOG_LEVEL", "INFO"),
    }
