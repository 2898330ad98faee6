"""The process beside the local cloud: front door, SMTP listener and recorder of sent mail, until it is told to end.

Run by `./deskbell up` as `python -m infra.local_doors DIRECTORY`.
"""

import signal
import sys
import threading
from pathlib import Path

from infra.account import Account
from infra.front_door import open_front_door
from infra.local_desk import STACK, find_desk
from infra.sent_mail import open_recorder
from infra.smtp import open_postbox


def main(directory: Path) -> None:
    desk = find_desk(directory)
    if desk is None:
        sys.exit(f"{directory} holds no desk")
    told_to_end = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told_to_end.set())
    servers = [open_front_door(desk), open_recorder(desk)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    postbox = open_postbox(desk, Account(STACK).client("s3"))
    postbox.start()
    told_to_end.wait()
    postbox.stop()
    for server in servers:
        server.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
