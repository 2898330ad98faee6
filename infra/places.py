"""Where things lie in the checkout."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"


def state_directory() -> Path:
    """The running desk's state; DESKBELL_STATE_DIR moves it, which lets tests run a desk of their own."""
    return Path(os.environ.get("DESKBELL_STATE_DIR") or ROOT / ".deskbell").resolve()
