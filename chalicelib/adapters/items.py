"""The table: every key format, every model. One item a thing, one transaction a change.

| access | request |
|---|---|
| a ticket, or several | get or batch get `TICKET#{number}` / `TICKET` |
| a ticket with timeline, outgoing mail and surveys | query `TICKET#{number}` |
| what a ticket has to send | query `TICKET#{number}`, sort key from `OUT#` |
| a queue, nearest deadline first, 25 a page | query by_queue `TICKETS#{status}` |
| an agent's or nobody's unresolved tickets | query by_assignee `AGENT#{id}`, `AGENT#0` |
| what an agent was told, newest first | query by_assignee `NOTICES#{id}` |
| an agent's open action items, nearest due time first | query by_assignee `ITEMS#{id}` |
| what an agent has done, tickets resolved as well | query by_assignee `DONE#{id}`, sort key from an instant on |
| an action item, deleted or not | get `TICKET#{number}` / `ITEM#{id}` |
| overdue tickets, longest first | query by_due `OVERDUE` |
| surveys to be sent until now | query by_due `SURVEY`, sort key up to now |
| action items of which nobody was told in time | query by_due `ITEMS`, sort key up to then |
| a customer by address | get `ADDRESS#{address}` / `CUSTOMER` |
| a customer with the latest tickets | query by_customer `CUSTOMER#{id}`, newest first |
| what a mail answers, if it came before | batch get `MESSAGE#{id}` / `MESSAGE`, `MAIL#{fingerprint}` / `MAIL` |
| how many mails like it came in this hour | batch get `LOOP#{hash}#{hour}` / `LOOP` |
| what became of a mail | get `MAIL#{object key}` / `MAIL` |
| quarantined, held or dismissed mail, newest first | query by_queue `MAILS#{state}` |
| which addresses can't be reached | batch get `ADDRESS#{address}` / `FLAG` |
| a form sent twice | get `FORM#{submission}` / `FORM` |
| the next ticket number | update `COUNTER` / `TICKET` |
| counts of all queues | query `COUNTS` |
| what happened on each day | query `DAYS`, sort key between days |
| settings, agents, teams and saved views | query `SETTINGS` |
| an agent's session | get `SESSION#{hash}` / `SESSION` |
| an agent's sessions, newest first | query by_assignee `SESSIONS#{id}` |
| when each agent last signed in | query `SIGNED_IN` |
| administrative changes, newest first | query `AUDIT` |
| a solution | get `SOLUTION#{id}` / `SOLUTION` |
| all solutions | query by_queue `SOLUTIONS` |
| macros, and how often each agent used them | query `MACROS` |
| a limit of requests | update `LIMIT#{what}#{window}` / `LIMIT` |

Sort keys of a ticket's partition: `TICKET`, `ENTRY#{id}`, `OUT#{id}`, `ITEM#{id}`, `SURVEY#{resolution}`; ids are
padded to sort. Numbers, times and sort keys of queues sort as text. `expires_at` is DynamoDB's time to live, in seconds
since 1970.
"""

import os
from collections.abc import Mapping
from typing import Any

from pynamodb.attributes import (
    Attribute,
    DiscriminatorAttribute,
    NumberAttribute,
    UnicodeAttribute,
    VersionAttribute,
)
from pynamodb.constants import MAP
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.config import region

COUNTER = ("COUNTER", "TICKET")
COUNTS = "COUNTS"
DAYS = "DAYS"
SETTINGS = "SETTINGS"
SOLUTIONS = "SOLUTIONS"
MACROS = "MACROS"
SIGNED_IN = "SIGNED_IN"
AUDIT = "AUDIT"
OVERDUE = "OVERDUE"
SURVEYS_DUE = "SURVEY"
ITEMS_DUE = "ITEMS"
NEVER = "9999"
"""Sorts behind every instant."""


def notices_key(agent_id: int) -> str:
    return f"NOTICES#{agent_id}"


def agent_items_key(agent_id: int) -> str:
    return f"ITEMS#{agent_id}"


def done_key(agent_id: int) -> str:
    return f"DONE#{agent_id}"


def ticket_key(number: int) -> str:
    return f"TICKET#{number}"


def entry_key(entry_id: int) -> str:
    return f"ENTRY#{entry_id:016d}"


def outgoing_key(outgoing_id: int) -> str:
    return f"OUT#{outgoing_id:016d}"


def action_item_key(item_id: int) -> str:
    return f"ITEM#{item_id:016d}"


def survey_key(resolution: int) -> str:
    return f"SURVEY#{resolution:04d}"


def status_queue(status: str) -> str:
    return f"TICKETS#{status}"


def mail_queue(state: str) -> str:
    return f"MAILS#{state}"


def assignee_queue(agent_id: int) -> str:
    return f"AGENT#{agent_id}"


def customer_key(customer_id: int) -> str:
    return f"CUSTOMER#{customer_id}"


def address_key(address: str) -> str:
    return f"ADDRESS#{address}"


def agent_key(agent_id: int) -> str:
    return f"AGENT#{agent_id}"


def sessions_key(agent_id: int) -> str:
    return f"SESSIONS#{agent_id}"


def audit_key(entry_id: int) -> str:
    return f"CHANGE#{entry_id:016d}"


def team_key(team_id: int) -> str:
    return f"TEAM#{team_id}"


def view_key(view_id: int) -> str:
    return f"VIEW#{view_id:016d}"


def checklist_key(checklist_id: int) -> str:
    return f"CHECKLIST#{checklist_id}"


def solution_key(solution_id: int) -> str:
    return f"SOLUTION#{solution_id}"


def macro_key(macro_id: int) -> str:
    return f"MACRO#{macro_id}"


def macro_use_key(macro_id: int, agent_id: int) -> str:
    return f"USE#{macro_id}#{agent_id}"


def at_version(version: int) -> dict[str, Any]:
    """The keyword of an item that was read at this version; nothing for one that is new (0)."""
    return {"version": version} if version else {}


class BodyAttribute(Attribute[dict[str, Any]]):
    """A map of plain values (see `codec`) as a DynamoDB map."""

    attr_type = MAP

    def serialize(self, value: dict[str, Any]) -> dict[str, Any]:
        return {name: _typed(item) for name, item in value.items()}

    def deserialize(self, value: dict[str, Any]) -> dict[str, Any]:
        return {name: _plain(item) for name, item in value.items()}


class ByQueue(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call] # untyped in PynamoDB
    class Meta:
        index_name = "by_queue"
        projection = AllProjection()

    queue_pk = UnicodeAttribute(hash_key=True)
    queue_sk = UnicodeAttribute(range_key=True)


class ByAssignee(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call] # untyped in PynamoDB
    class Meta:
        index_name = "by_assignee"
        projection = AllProjection()

    assignee_pk = UnicodeAttribute(hash_key=True)
    assignee_sk = UnicodeAttribute(range_key=True)


class ByCustomer(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call] # untyped in PynamoDB
    class Meta:
        index_name = "by_customer"
        projection = AllProjection()

    customer_pk = UnicodeAttribute(hash_key=True)
    customer_sk = UnicodeAttribute(range_key=True)


class ByDue(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call] # untyped in PynamoDB
    class Meta:
        index_name = "by_due"
        projection = AllProjection()

    due_pk = UnicodeAttribute(hash_key=True)
    due_sk = UnicodeAttribute(range_key=True)


class Item(Model):
    """What all items share. Index keys are set only where the item belongs into that index."""

    class Meta:
        table_name = os.environ.get("DESKBELL_TABLE", "deskbell")
        region = region()
        connect_timeout_seconds = 3
        read_timeout_seconds = 5  # PynamoDB's own 30 seconds would outlive the function

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()
    body = BodyAttribute(null=True)
    version = VersionAttribute(null=True)
    queue_pk = UnicodeAttribute(null=True)
    queue_sk = UnicodeAttribute(null=True)
    assignee_pk = UnicodeAttribute(null=True)
    assignee_sk = UnicodeAttribute(null=True)
    customer_pk = UnicodeAttribute(null=True)
    customer_sk = UnicodeAttribute(null=True)
    due_pk = UnicodeAttribute(null=True)
    due_sk = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    by_queue = ByQueue()
    by_assignee = ByAssignee()
    by_customer = ByCustomer()
    by_due = ByDue()


class TicketItem(Item, discriminator="ticket"):
    """The ticket itself, without its timeline."""


class EntryItem(Item, discriminator="entry"):
    """A message, note or event of a ticket's timeline. Never changed but for a stranger's acceptance."""


class OutgoingItem(Item, discriminator="outbox"):
    """A mail or timer to be sent; its insertion in the stream is what sends it."""


class ActionItemItem(Item, discriminator="action_item"):
    """An action item as its ticket holds it, or held it before it was deleted."""


class SurveyItem(Item, discriminator="survey"):
    """A survey of one resolution and its answers."""


class CustomerItem(Item, discriminator="customer"):
    """A customer under their address."""


class MessageItem(Item, discriminator="message"):
    """Which ticket a Message-ID belongs to."""


class MailItem(Item, discriminator="mail"):
    """By object key, what became of an inbound mail; by fingerprint, which ticket has it."""


class LoopItem(Item, discriminator="loop"):
    """How many mails of one sender with one subject came in an hour; `total` is changed by ADD."""

    total = NumberAttribute(null=True)
    ticket = NumberAttribute(null=True)


class FlagItem(Item, discriminator="flag"):
    """An address that mail no longer goes to."""


class FormItem(Item, discriminator="form"):
    """Which ticket a form submission made."""


class CounterItem(Item, discriminator="counter"):
    """A number that only grows, or a count; `total` is changed by ADD."""

    total = NumberAttribute(null=True)


class DayItem(Item, discriminator="day"):
    """What happened on a day, one of several shards; each number is changed by ADD."""

    opened = NumberAttribute(null=True)
    resolved = NumberAttribute(null=True)
    scores = NumberAttribute(null=True)
    score_sum = NumberAttribute(null=True)


class SettingsItem(Item, discriminator="settings"):
    """A part of the settings."""


class AgentItem(Item, discriminator="agent"):
    """An agent."""


class AgentAddressItem(Item, discriminator="agent_address"):
    """Says that an address is an agent's, so that nobody becomes two agents."""


class TeamItem(Item, discriminator="team"):
    """A team."""


class ViewItem(Item, discriminator="view"):
    """A saved view."""


class ChecklistItem(Item, discriminator="checklist"):
    """A checklist."""


class SessionItem(Item, discriminator="session"):
    """A signed-in agent's session, by the hash of its token."""


class SignInItem(Item, discriminator="sign_in"):
    """When an agent last signed in."""


class AuditItem(Item, discriminator="audit"):
    """An administrative change. Never altered."""


class SolutionItem(Item, discriminator="solution"):
    """A solution."""


class MacroItem(Item, discriminator="macro"):
    """A macro."""


class MacroUseItem(Item, discriminator="macro_use"):
    """How often an agent used a macro; `total` is changed by ADD."""

    total = NumberAttribute(null=True)


def _typed(value: Any) -> dict[str, Any]:
    """DynamoDB's form of a plain value."""
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int | float):
        return {"N": repr(value)}
    if isinstance(value, Mapping):
        return {"M": {name: _typed(item) for name, item in value.items()}}
    if isinstance(value, list | tuple):
        return {"L": [_typed(item) for item in value]}
    return {"S": str(value)}


def _plain(typed: Mapping[str, Any]) -> Any:
    """The plain value of DynamoDB's form; numbers are ints where they are whole."""
    ((tag, value),) = typed.items()
    if tag == "NULL":
        return None
    if tag == "N":
        return int(value) if value.lstrip("-").isdigit() else float(value)
    if tag == "M":
        return {name: _plain(item) for name, item in value.items()}
    if tag == "L":
        return [_plain(item) for item in value]
    return value
