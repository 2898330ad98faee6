"""Promises in words: for which tickets a policy is, when a step of its ladder comes, what of it hardly makes sense,
and what a change would do, which is shown before it is saved."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from chalicelib import i18n
from chalicelib.adapters import settings as settings_store
from chalicelib.desk import renewal
from chalicelib.desk.renewal import Preview
from chalicelib.domain.escalation import Step
from chalicelib.domain.policy import Condition, ServiceLevels, SlaPolicy
from chalicelib.domain.settings import Settings
from chalicelib.domain.sla import Clock, ClockName
from chalicelib.domain.ticket import Ticket
from chalicelib.domain.words import Kind, Priority, Source
from chalicelib.web import spans
from chalicelib.web.forms import Form
from chalicelib.web.visit import Visit

_MOST_ROWS = 200


@dataclass(frozen=True)
class PolicyShown:
    """`is_idle` where an earlier policy takes every ticket; the moves are those that leave the last one for all."""

    policy: SlaPolicy
    tickets: tuple[str, ...]
    targets: tuple[tuple[Priority, tuple[str, ...]], ...]
    hints: tuple[str, ...] = ()
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
    """`rows` are as many as a page shows, the counts those of all.

    `seen` is the value of the page's field `previewed`, by which the next "Save" is known to be of what was shown; ""
    on a page that saves nothing.
    """

    rows: tuple[Move, ...]
    tickets: int
    late_at_once: int
    looked_at: int
    retimed: int = 0
    seen: str = ""

    @property
    def is_cut(self) -> bool:
        return len({row.ticket.number for row in self.rows}) < self.tickets


def policies(settings: Settings, language: str) -> tuple[PolicyShown, ...]:
    """In their order."""
    return tuple(_in_list(settings, place, language) for place in range(len(settings.policies)))


def policy(shown: SlaPolicy, settings: Settings, language: str) -> PolicyShown:
    tickets = tickets_of(shown.condition, settings, language)
    return PolicyShown(shown, tickets, _targets(shown, language), hints(shown, language))


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


def hints(shown: SlaPolicy, language: str) -> tuple[str, ...]:
    """A sentence for each promise of a policy that may be meant, but rarely is."""
    return (*_long_first_responses(shown, language), *_hasty_raises(shown, language))


def before_saving(wanted: ServiceLevels, form: Form, visit: Visit) -> Moves | None:
    """What the page must show before `wanted` is saved: on "Preview" always, on "Save" where open tickets would change
    and the sender has not seen how. None where it may be saved, and where the version is stale, which saving tells.

    The page shows it by `_moves.html`, whose button saves.
    """
    is_asked, seen = form.text("do") == "preview", _mark(form)
    is_stale = wanted.version != settings_store.get().levels_version
    if not is_asked and (is_stale or form.text("previewed") == seen):
        return None
    found = moves(renewal.preview(wanted, visit.agent, visit.now), seen)
    return found if is_asked or found.rows or found.retimed else None


def moves(found: Preview, seen: str = "") -> Moves:
    rows = [row for before, after in found.changed for row in _moves(before, after)]
    late = {row.ticket.number for row in rows if row.is_late_at_once}
    return Moves(tuple(rows[:_MOST_ROWS]), len(found.changed), len(late), found.looked_at, found.retimed, seen)


def _in_list(settings: Settings, place: int, language: str) -> PolicyShown:
    given, last = settings.policies, len(settings.policies) - 1
    fits_all = [policy.condition.fits_all for policy in given]
    shown = given[place]
    return PolicyShown(
        shown,
        tickets_of(shown.condition, settings, language),
        _targets(shown, language),
        hints(shown, language),
        is_idle=any(fits_all[:place]),
        can_go_up=place > 0 and (place < last or fits_all[place - 1]),
        can_go_down=place < last and (place + 1 < last or fits_all[place]),
        can_go=last > 0 and (place < last or fits_all[last - 1]),
    )


def _long_first_responses(shown: SlaPolicy, language: str) -> Iterator[str]:
    for priority in shown.priorities:
        targets = shown.targets[priority]
        if targets.first_response > targets.resolution:
            spent = {name: spans.write(language, targets.of(name)) for name in ClockName}
            yield i18n.text(language, "policy.first_after_resolution", priority=_named(priority, language), **spent)


def _hasty_raises(shown: SlaPolicy, language: str) -> Iterator[str]:
    for step, priority, higher, clocks in shown.hasty_raises():
        yield i18n.text(
            language,
            "policy.raise_too_late",
            step=moment_of(step, language),
            priority=_named(priority, language),
            higher=_named(higher, language),
            clocks=", ".join(i18n.text(language, f"clock.{name}") for name in clocks),
        )


def _named(priority: Priority, language: str) -> str:
    return i18n.text(language, f"priority.{priority}")


def _mark(form: Form) -> str:
    """Another one whenever something else stands in the form; empty fields come and go with the rows of a page."""
    typed = {name: form.text(name) for name in sorted(form.fields) if name not in ("do", "previewed")}
    filled = {name: value for name, value in typed.items() if value}
    return sha256(json.dumps(filled).encode()).hexdigest()[:16]


def _targets(shown: SlaPolicy, language: str) -> tuple[tuple[Priority, tuple[str, ...]], ...]:
    return tuple(
        (priority, tuple(spans.write(language, shown.targets[priority].of(name)) for name in ClockName))
        for priority in reversed(shown.priorities)
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
