"""Starting and stopping AWS on this machine: MiniStack, with IAM enforced and its state kept."""

import json
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

from infra.local_desk import LocalDesk
from infra.places import ROOT
from infra.trouble import Trouble

REGION = "us-east-1"
LONGEST_START = 60.0


def enter(desk: LocalDesk) -> None:
    """From here on this process talks to the local cloud, whatever AWS configuration the person has otherwise."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(_credentials(desk))


def start(desk: LocalDesk) -> None:
    """Returns when all doors are open. What had started is stopped again when something fails."""
    desk.refuse_taken_ports()
    desk.save()
    _forget_stream_positions(desk)
    try:
        desk.cloud.start([sys.executable, "-m", "ministack"], _cloud_environment(desk), cwd=desk.directory)
        _wait_for_cloud(desk)
        doors = [sys.executable, "-m", "infra.local_doors", str(desk.directory)]
        desk.doors.start(doors, {**_outside(), **_credentials(desk)}, cwd=ROOT)
        _wait_for_doors(desk)
    except BaseException:
        stop(desk)
        raise


def stop(desk: LocalDesk) -> None:
    desk.doors.stop()
    desk.cloud.stop()


def _forget_stream_positions(desk: LocalDesk) -> None:
    """MiniStack 1.5.33 keeps how far each stream was read, but not the stream, which begins again at nothing.

    Without this the table's changes would go unheard after a restart until as many had happened as before it.
    """
    kept = desk.directory / "cloud" / "lambda.json"
    if kept.exists():
        state = json.loads(kept.read_text())
        state["payload"]["dynamodb_stream_positions"] = {}
        kept.write_text(json.dumps(state))


def _credentials(desk: LocalDesk) -> dict[str, str]:
    """The emulator's root; the configuration files of real accounts are out of sight."""
    return {
        "AWS_ENDPOINT_URL": desk.cloud_address,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


def _outside() -> dict[str, str]:
    """This process's environment without anything that could change what the functions import or where they call."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON", "DESKBELL_"))}


def _cloud_environment(desk: LocalDesk) -> Mapping[str, str]:
    temporary = desk.directory / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)  # unpacked functions of the last run
    temporary.mkdir(parents=True)
    return {
        **_outside(),
        "GATEWAY_PORT": str(desk.cloud_port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(desk.directory / "cloud"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(desk.directory / "cloud" / "s3"),
        "SFN_WAIT_SCALE": os.environ.get("SFN_WAIT_SCALE", "1"),
        "TMPDIR": str(temporary),
        # The functions inherit this: their mail goes by way of the recorder.
        "AWS_ENDPOINT_URL_SESV2": f"http://127.0.0.1:{desk.recorder_port}",
        "LOG_LEVEL": "INFO",
    }


def _wait_for_cloud(desk: LocalDesk) -> None:
    deadline = time.monotonic() + LONGEST_START
    while time.monotonic() < deadline:
        desk.cloud.must_run()
        if _is_ready(desk):
            return
        time.sleep(0.1)
    raise Trouble("The local cloud did not start in time.", f"Its log is {desk.cloud.log_file}.")


def _is_ready(desk: LocalDesk) -> bool:
    try:
        with urllib.request.urlopen(f"{desk.cloud_address}/_ministack/ready", timeout=5) as answer:  # noqa: S310
            json.load(answer)
            return True
    except (OSError, ValueError):
        return False


def _wait_for_doors(desk: LocalDesk) -> None:
    deadline = time.monotonic() + LONGEST_START
    while time.monotonic() < deadline:
        desk.doors.must_run()
        try:
            urllib.request.urlopen(desk.address, timeout=5).close()  # noqa: S310
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise Trouble("The front door did not open in time.", f"Its log is {desk.doors.log_file}.")
