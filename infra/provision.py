"""What makes a stack a desk: a verified sender, the desk's address and defaults, people who can sign in.

Each step is harmless when repeated; every `up` and `deploy` runs them all.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from infra.account import Account, Outputs

DESK_NAME = "Deskbell"


@dataclass(frozen=True)
class Person:
    """Somebody who is to sign in; `password` None lets Cognito make one and mail it."""

    address: str
    name: str
    role: str
    language: str = "en"
    password: str | None = None
    must_change_password: bool = True


def support_address(mail_domain: str) -> str:
    """Empty for a desk without mail."""
    return f"support@{mail_domain}" if mail_domain else ""


def open_desk(account: Account, outputs: Outputs, address: str) -> None:
    """Writes the desk's public address and its defaults; what was set in the desk since stays."""
    account.enter(outputs)
    # Imported here since the desk's code reads the environment that `enter` sets.
    from chalicelib.desk import setup

    setup.prepare(address, support_address(outputs["MailDomain"]), DESK_NAME, datetime.now(UTC))


def invite(person: Person) -> None:
    """After `open_desk`. Who exists keeps their password."""
    from chalicelib.desk import agents
    from chalicelib.domain.words import Role

    agents.invite(
        person.address,
        person.name,
        Role(person.role),
        datetime.now(UTC),
        language=person.language,
        password=person.password,
        is_final=not person.must_change_password,
    )


def new_password() -> str:
    """Satisfies the pool's policy: lower case and digits, ten characters and more."""
    return f"{secrets.token_hex(4)}-{secrets.token_hex(4)}-a1"
