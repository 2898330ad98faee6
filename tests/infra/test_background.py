"""Processes that outlive the command."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infra.background import Background
from infra.trouble import Trouble

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
SAY_AND_END = [sys.executable, "-c", "print('no room left')"]


@pytest.fixture
def process(tmp_path: Path) -> Background:
    return Background("sleeper", tmp_path)


def test_it_runs_until_it_is_stopped(process: Background) -> None:
    assert not process.is_running()
    process.start(SLEEP, os.environ, process.directory)
    assert process.is_running()
    process.must_run()
    process.stop()
    assert not process.is_running()
    assert not process.pid_file.exists()


def test_a_pid_that_belongs_to_somebody_else_now_is_left_alone(process: Background) -> None:
    with subprocess.Popen(SLEEP) as stranger:
        process.pid_file.write_text(str(stranger.pid))
        assert not process.is_running()
        process.stop()
        assert stranger.poll() is None
        stranger.kill()


def test_one_that_ended_by_itself_is_told_with_its_last_words(process: Background) -> None:
    process.start(SAY_AND_END, os.environ, process.directory)
    deadline = time.monotonic() + 10
    while process.is_running() and time.monotonic() < deadline:
        time.sleep(0.05)
    with pytest.raises(Trouble, match="sleeper ended by itself: no room left"):
        process.must_run()


def test_one_that_was_cut_off_is_told_from_one_that_was_stopped(process: Background) -> None:
    process.start(SLEEP, os.environ, process.directory)
    assert not process.was_cut_off()
    process.stop()
    assert not process.was_cut_off()
    process.pid_file.write_text("1")
    assert process.was_cut_off()


def test_it_is_not_started_twice(process: Background) -> None:
    process.start(SLEEP, os.environ, process.directory)
    with pytest.raises(BlockingIOError):
        process.start(SLEEP, os.environ, process.directory)
    process.stop()
