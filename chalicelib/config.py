"""What the stack tells a function about itself: the names of its resources, from `DESKBELL_…` in the environment.

Each function is given only the names it needs. Nothing is read at import, since packaging imports `app.py` without any.
"""

import os
from dataclasses import dataclass, fields
from functools import cache


@dataclass(frozen=True)
class Config:
    """A name that this function was not given is "" here, and AWS refuses the call that uses it."""

    mail_bucket: str
    files_bucket: str
    inbound_queue_url: str
    outbox_queue_url: str
    inbound_dead_letters_url: str
    outbox_dead_letters_url: str
    relay_dead_letters_url: str
    schedule_dead_letters_url: str
    state_machine_arn: str
    user_pool_id: str
    user_pool_client_id: str
    configuration_set: str


@cache
def config() -> Config:
    """Read once: the environment of a function does not change while it lives."""
    return Config(**{field.name: os.environ.get(f"DESKBELL_{field.name.upper()}", "") for field in fields(Config)})


def region() -> str:
    """The region of this function; Lambda always sets it."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
