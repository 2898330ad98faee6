"""Words in braces that stand for what the desk knows, in signatures, macros and replies: `{customer.name}`.

A word that is none of ours, such as `{parcel number}`, is a blank: whoever writes the reply fills it in.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from chalicelib.domain.errors import InvalidInput

if TYPE_CHECKING:
    from chalicelib.domain.settings import Settings
    from chalicelib.domain.team import Team
    from chalicelib.domain.ticket import Ticket

OF_WRITERS = ("agent.name", "team.name", "desk.name")
"""What is known without a ticket."""
OF_TEAMS = (*OF_WRITERS, "agent.signature")
"""A team's signature may hold that of the agent, which is their name where they have none."""
VARIABLES = (
    *("customer.name", "customer.address", "ticket.number", "ticket.subject", "ticket.due", "ticket.link"),
    *OF_WRITERS,
)
_BRACES = re.compile(r"\{([^{}\n]*)\}")
_NAME = re.compile(r"[^\W\d_][\w.-]*(?: [\w.-]+)*")
"""What somebody may have meant for a variable; JSON, style sheets and formulas in braces are not."""
_LONGEST_NAME = 60


def of_writer(agent_name: str, team: "Team | None", settings: "Settings") -> dict[str, str]:
    """The values of OF_WRITERS; where there is no team it has no name."""
    return {"agent.name": agent_name, "team.name": team.name if team else "", "desk.name": settings.desk_name}


def of_ticket(ticket: "Ticket", agent_name: str, settings: "Settings", due: str, link: str) -> dict[str, str]:
    """The values of VARIABLES, each in one line, "" where there is none.

    `due` is the deadline in the customer's words, `link` the address of their page.
    """
    values = {
        "customer.name": ticket.customer_name,
        "customer.address": ticket.customer_address,
        "ticket.number": f"{ticket.number}",
        "ticket.subject": ticket.subject,
        "ticket.due": due,
        "ticket.link": link,
        **of_writer(agent_name, settings.active_team(ticket.team), settings),
    }
    return {name: " ".join(value.split()) for name, value in values.items()}


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with the values of its variables; what is unknown or has none stays as it was written.

    A value is never read again: a customer may be called `{agent.name}`.
    """
    return _replaced(text, lambda name, written: values.get(name) or written)


def fill_all(text: str, values: Mapping[str, str]) -> str:
    """The same, with nothing where there is no value."""
    return _replaced(text, lambda name, _: values.get(name, ""))


def open_in(text: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """What `fill` would leave of variables and blanks, as it was written, each once."""
    found = (match for match in _BRACES.finditer(text) if _is_name(match[1].strip()))
    return tuple(dict.fromkeys(match[0] for match in found if not values.get(_name(match))))


def settled(text: str, values: Mapping[str, str]) -> str:
    """The filled text. Raises InvalidInput("variables_open") while something in it stays open."""
    left = open_in(text, values)
    if left:
        raise InvalidInput("variables_open", field="text", names=", ".join(left))
    return fill(text, values)


def check(text: str, field: str) -> None:
    """For what is kept to be filled later: no such variable is a typing error, a blank of one's own is not.

    Raises InvalidInput("variable_unknown").
    """
    dotted = (match for match in _BRACES.finditer(text) if "." in match[1] and _is_name(match[1].strip()))
    _refuse((match for match in dotted if _name(match) not in VARIABLES), field)


def check_strictly(text: str, field: str, known: Iterable[str]) -> None:
    """For what leaves without anybody's eyes on it: nothing in braces but these. Raises as `check`."""
    names = frozenset(known)
    _refuse((match for match in _BRACES.finditer(text) if _name(match) not in names), field)


def _refuse(matches: Iterable[re.Match[str]], field: str) -> None:
    wrong = min((match[0] for match in matches), default=None)
    if wrong:
        raise InvalidInput("variable_unknown", field=field, name=wrong)


def _replaced(text: str, value: Callable[[str, str], str]) -> str:
    return _BRACES.sub(lambda match: value(_name(match), match[0]), text)


def _name(match: re.Match[str]) -> str:
    return match[1].strip().lower()


def _is_name(written: str) -> bool:
    return len(written) <= _LONGEST_NAME and _NAME.fullmatch(written) is not None
