"""What a person asks `deploy` for, and refusing it before anything is touched."""

import re
from dataclasses import dataclass

from chalicelib.domain.address import sendable_address
from chalicelib.domain.errors import InvalidInput
from infra.trouble import Trouble

# A bucket's name has 63 characters: `-files-`, the account's 12 digits and the longest region leave 29 to the stack.
# A table's has three at least.
STACK_NAME = re.compile(r"[a-z][a-z0-9-]{2,28}")
# RFC 1123, section 2.1: letters, digits and hyphens, with a dot at least.
HOST_NAME = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE)


@dataclass(frozen=True)
class Wanted:
    """None leaves it as the last deploy set it, "" takes it away."""

    stage: str | None = None
    mail_domain: str | None = None
    domain_name: str | None = None
    certificate: str | None = None
    alarm_email: str | None = None
    admin: str | None = None

    def refuse_mistakes(self) -> None:
        """Raises Trouble with the first option that cannot be meant."""
        for option, name in (("--mail-domain", self.mail_domain), ("--domain-name", self.domain_name)):
            if name and not HOST_NAME.fullmatch(name):
                raise Trouble(f"{option} {name} is not a host name.", "Give one such as help.example.com.")
        if self.alarm_email:
            refuse_wrong_address("--alarm-email", self.alarm_email)
        if self.admin is not None:
            refuse_wrong_address("--admin", self.admin)


def refuse_wrong_address(what: str, address: str) -> None:
    """Raises Trouble unless a mail could go there."""
    try:
        sendable_address(address)
    except InvalidInput:
        raise Trouble(f"{what} {address!r} is not an e-mail address.", "Give one such as you@example.com.") from None


def refuse_wrong_stack_name(name: str) -> None:
    """Raises Trouble for a name that a stack, its table or its buckets could not have."""
    if not STACK_NAME.fullmatch(name):
        raise Trouble(
            f"A desk cannot be called {name!r}.",
            "Its table and buckets carry the name: 3 to 29 lower-case letters, digits and hyphens, a letter first.",
        )
