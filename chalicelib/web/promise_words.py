"""Promises in words: for which tickets a policy is, when a step of its ladder comes, what a change would do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib import i18n
from chalicelib.desk.renewal import Preview
from chalicelib.domain.escalation import Step
from chalicelib.domain.policy import Condition, SlaPolicy
from chalicelib.domain.settings import Settings
from chalicelib.domain.sla import Clock, ClockName
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.words import Kind, Priority, Source
from chalicelib.web import spans

_MOST_ROWS = 200


@dataclass(frozen=True)
class PolicyShown:
    """`is_idle` where an earlier policy takes every ticket; the moves are those that leave the last one for all."""

    policy: SlaPolicy
    tickets: tuple[str, ...]
    targets: tuple[tuple[Priority, tuple[str, ...]], ...]
    is_idle: bool = False
    can_go_up: bool = False
    can_go_down: bool = False
    can_go: bool = False


@dataclass(frozen=True)
class Move:
    """What would become of one clock of an open ticket."""

    ticket: Ticket
    clock: ClockName | None
    before: datetime | None
    after: datetime | None
    is_late_at_once: bool


@dataclass(frozen=True)
class Moves:
    """`rows` are as many as a page shows, the counts those of all."""

    rows: tuple[Move, ...]
    tickets: int
    late_at_once: int
    looked_at: int

    @property
    def is_cut(self) -> bool:
        return len({row.ticket.number for row in self.rows}) < self.tickets


def policies(settings: Settings, language: str) -> tuple[PolicyShown, ...]:
    """In their order."""
    return tuple(_in_list(settings, place, language) for place in range(len(settings.policies)))


def policy(shown: SlaPolicy, settings: Settings, language: str) -> PolicyShown:
    return PolicyShown(shown, tickets_of(shown.condition, settings, language), _targets(shown, language))


def tickets_of(condition: Condition, settings: Settings, language: str) -> tuple[str, ...]:
    """A line for everything that is named, none where the policy is for all tickets."""
    teams = [settings.teams[team].name if team in settings.teams else f"{team}" for team in sorted(condition.teams)]
    lines = (
        ("priority", [i18n.text(language, f"priority.{one}") for one in Priority if one in condition.priorities]),
        ("team", teams),
        ("kind", [i18n.text(language, f"kind.{one}") for one in Kind if one in condition.kinds]),
        ("source", [i18n.text(language, f"source.{one}") for one in Source if one in condition.sources]),
        ("customer", sorted(condition.customers)),
    )
    return tuple(i18n.text(language, f"condition.{what}", names=", ".join(names)) for what, names in lines if names)


def moment_of(step: Step, language: str) -> str:
    """As it is typed: "80 %", or the time after the breach."""
    return f"+{spans.write(language, step.after)}" if step.after else f"{step.at} %"


def moves(found: Preview) -> Moves:
    rows = [row for before, after in found.changed for row in _moves(before, after)]
    late = {row.ticket.number for row in rows if row.is_late_at_once}
    return Moves(tuple(rows[:_MOST_ROWS]), len(found.changed), len(late), found.looked_at)


def _in_list(settings: Settings, place: int, language: str) -> PolicyShown:
    given, last = settings.policies, len(settings.policies) - 1
    fits_all = [policy.condition.fits_all for policy in given]
    shown = given[place]
    return PolicyShown(
        shown,
        tickets_of(shown.condition, settings, language),
        _targets(shown, language),
        is_idle=any(fits_all[:place]),
        can_go_up=place > 0 and (place < last or fits_all[place - 1]),
        can_go_down=place < last and (place + 1 < last or fits_all[place]),
        can_go=last > 0 and (place < last or fits_all[last - 1]),
    )


def _targets(shown: SlaPolicy, language: str) -> tuple[tuple[Priority, tuple[str, ...]], ...]:
    return tuple(
        (priority, tuple(spans.write(language, shown.targets[priority].of(name)) for name in ClockName))
        for priority in reversed(Priority)
        if not shown.condition.priorities or priority in shown.condition.priorities
    )


def _moves(before: Ticket, after: Ticket) -> Iterator[Move]:
    """A row for each clock whose deadline would be another one; one without a clock where only the policy would."""
    rows = [
        Move(after, new.name, old.due_at, new.due_at, bool(new.breached_at and not old.breached_at))
        for old, new in zip(before.clocks, after.clocks, strict=True)
        if _is_other(old, new)
    ]
    yield from rows or [Move(after, None, None, None, is_late_at_once=False)]


def _is_other(old: Clock, new: Clock) -> bool:
    return old.due_at != new.due_at or old.is_paused != new.is_paused or old.breached_at != new.breached_at
