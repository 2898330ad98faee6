"""Processes that go on after the command ended, and are found again by the next one."""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.trouble import Trouble

LONGEST_GOODBYE = 20.0


@dataclass(frozen=True)
class Background:
    """A process with a pid file and a log file; it runs as long as it holds the lock on its pid file.

    The lock goes with the process, however it ends, so a stale pid that now belongs to something else is never killed.
    """

    name: str
    directory: Path

    @property
    def pid_file(self) -> Path:
        return self.directory / f"{self.name}.pid"

    @property
    def log_file(self) -> Path:
        return self.directory / f"{self.name}.log"

    def start(self, command: Sequence[str], environment: Mapping[str, str], cwd: Path) -> None:
        """The pid file's open descriptor, and with it the lock, is handed to the new process."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with self.pid_file.open("a+") as held, self.log_file.open("ab") as log:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            process = subprocess.Popen(  # noqa: S603
                command,
                env=dict(environment),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[held.fileno()],
            )
            process.returncode = 0  # it is meant to go on, which Popen would warn about
            held.truncate(0)
            held.write(str(process.pid))

    def is_running(self) -> bool:
        if not self.pid_file.exists():
            return False
        with self.pid_file.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def was_cut_off(self) -> bool:
        """True when it ended by itself: after `stop` there is no pid file."""
        return self.pid_file.exists() and not self.is_running()

    def stop(self) -> None:
        """Lets it save its state and end; ends it and its children when it takes too long."""
        if self.is_running():
            pid = int(self.pid_file.read_text())
            os.kill(pid, signal.SIGTERM)
            if not self._ended_within(LONGEST_GOODBYE):
                os.killpg(pid, signal.SIGKILL)
                self._ended_within(LONGEST_GOODBYE)
        self.pid_file.unlink(missing_ok=True)

    def must_run(self) -> None:
        if not self.is_running():
            lines = self.log_file.read_text(errors="replace").strip().splitlines()
            last = lines[-1] if lines else "it said nothing"
            raise Trouble(f"{self.name} ended by itself: {last}", f"Its log is {self.log_file}.")

    def _ended_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.is_running():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True
