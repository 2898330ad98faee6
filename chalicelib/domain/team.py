"""Who answers together: a team with an address and a signature of its own."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from chalicelib.domain import variables
from chalicelib.domain.address import formerly, normal_address
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.texts import checked_name

LONGEST_NAME = 100
LONGEST_SIGNATURE = 2_000
LONGEST_LOCAL_PART = 28
"""Characters before the at sign: with the mark of a reply address they must stay below 64 (RFC 5321, 4.5.3.1.1)."""
DEFAULT_SIGNATURE = "{agent.signature}\n{desk.name}"
_LOCAL_PART = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_RESERVED = re.compile(
    r"abuse|hostmaster|root|nobody|daemon"
    r"|(?:postmaster|mail(?:er)?[-_.]?daemon|bounces?|auto[-_.]?reply|(?:no|do[-_.]?not)[-_.]?reply)(?:[-_.].*)?"
)
"""Where people write to about a domain (RFC 2142, 4 and 5) and what machines write as, which rule 12 never answers."""


@dataclass(frozen=True)
class Team:
    """`address` is where its mail comes in and goes out, "" for the desk's; `signature` is Markdown with the variables
    of writers, "" for DEFAULT_SIGNATURE; mail to `former_addresses` still comes in. `lead` is the agent who is told
    first when nobody answers, `next_level` the team that takes over what this one can't solve; 0 for none."""

    id: int
    name: str
    address: str = ""
    signature: str = ""
    is_active: bool = True
    lead: int = 0
    next_level: int = 0
    former_addresses: tuple[str, ...] = ()
    version: int = 0

    def changed_to(self, name: str, address: str, signature: str, mail_domain: str) -> "Team":
        """As an admin wrote it. SES lets the desk write from its own domain alone, so an address must be there.

        Raises InvalidInput with the field that is to be mended.
        """
        wanted = _checked_address(address, mail_domain)
        return replace(
            self,
            name=checked_name(name, LONGEST_NAME, "name"),
            address=wanted,
            former_addresses=formerly(self.former_addresses, self.address, wanted),
            signature=checked_signature(signature),
        )

    def is_reached_from(self, team_id: int, teams: Mapping[int, "Team"]) -> bool:
        """Whether a ticket of that team, handed from level to level, would come to this one."""
        seen: set[int] = set()
        while team_id and team_id not in seen:
            if team_id == self.id:
                return True
            seen.add(team_id)
            team_id = teams[team_id].next_level if team_id in teams else 0
        return False


def sign(signature: str, values: Mapping[str, str]) -> str:
    """The signature with the values of its variables, "" for those that have none."""
    return variables.fill_all(signature, values).strip()


def checked_signature(signature: str, names: Collection[str] = variables.OF_TEAMS) -> str:
    """Without blanks around it. Raises InvalidInput("text_too_long" | "variable_unknown")."""
    stripped = signature.strip()
    if len(stripped) > LONGEST_SIGNATURE:
        raise InvalidInput("text_too_long", field="signature", limit=LONGEST_SIGNATURE)
    variables.check_strictly(stripped, "signature", names)
    return stripped


def _checked_address(address: str, mail_domain: str) -> str:
    if not address.strip():
        return ""
    try:
        normal = normal_address(address)
    except InvalidInput as error:
        raise InvalidInput(error.code, field="address") from None
    local, _, domain = normal.rpartition("@")
    if domain != mail_domain:
        raise InvalidInput("address_elsewhere", field="address", domain=mail_domain or "-")
    if len(local) > LONGEST_LOCAL_PART or not _LOCAL_PART.fullmatch(local):
        raise InvalidInput("address_not_usable", field="address", limit=LONGEST_LOCAL_PART)
    if _RESERVED.fullmatch(local):
        raise InvalidInput("address_reserved", field="address", address=normal)
    return normal
