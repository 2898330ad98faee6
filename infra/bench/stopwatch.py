"""The clocks once more, told by what happened alone: the judge of the simulation, which shares no code with the domain.

Working time is read off a table that a scan of every minute made. A stopwatch counts while it runs; each step of the
ladder is due when it shows the step's share of the target. Instants are aware UTC.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZERO = timedelta(0)
FIRST, NEXT, RESOLUTION, WAITING = "first_response", "next_response", "resolution", "auto_close"
_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_OVER = ("resolved", "closed")


class Due(NamedTuple):
    """A notice that must be sent: of which clock, which step, when."""

    clock: str
    step: str
    at: datetime


class Fact(NamedTuple):
    """What happened to a ticket: "message", "reply", or the name of a field with its new value."""

    at: datetime
    what: str
    value: str = ""


class Table:
    """The openings of a calendar between two years, found by looking at the clock on the wall every minute."""

    def __init__(self, calendar: Mapping[str, Any], first: datetime, last: datetime) -> None:
        self.zone = ZoneInfo(calendar["time_zone"])
        self.starts: list[datetime] = []
        self.ends: list[datetime] = []
        self.before: list[timedelta] = []
        self.days: set[str] = set()
        self._scan(calendar, first, last)

    def elapsed(self, a: datetime, b: datetime) -> timedelta:
        return max(ZERO, self._until(b) - self._until(a))

    def add(self, start: datetime, working: timedelta) -> datetime:
        if working <= ZERO:
            return start
        wanted = self._until(start) + working
        place = bisect_right(self.before, wanted - timedelta(microseconds=1)) - 1
        return self.starts[place] + (wanted - self.before[place])

    def next_open(self, at: datetime) -> datetime:
        place = bisect_right(self.starts, at) - 1
        return at if place >= 0 and at < self.ends[place] else self.starts[place + 1]

    def add_days(self, start: datetime, days: int) -> datetime:
        local = start.astimezone(self.zone)
        while days:
            local += DAY  # wall-clock arithmetic: the same time of the next date
            days -= local.date().isoformat() in self.days
        return self.next_open(local.astimezone(UTC))

    def _until(self, at: datetime) -> timedelta:
        place = bisect_right(self.starts, at) - 1
        return self.before[place] + min(at, self.ends[place]) - self.starts[place] if place >= 0 else ZERO

    def _scan(self, calendar: Mapping[str, Any], first: datetime, last: datetime) -> None:
        at, total = first, ZERO
        while at < last:
            is_open, day = _is_open(calendar, at.astimezone(self.zone))
            if is_open:
                self.days.add(day)
            if is_open and not (self.ends and self.ends[-1] == at):
                self.starts.append(at)
                self.ends.append(at)
                self.before.append(total)
            if is_open:
                self.ends[-1] = at + MINUTE
                total += MINUTE
            at += MINUTE


def _is_open(calendar: Mapping[str, Any], local: datetime) -> tuple[bool, str]:
    day, wall = local.date().isoformat(), local.strftime("%H:%M")
    slots = () if day in calendar.get("holidays", ()) else calendar["hours"].get(_NAMES[local.weekday()], ())
    return any(opens <= wall < closes for opens, closes in slots), day


@dataclass(frozen=True)
class Rules:
    """Of one policy, in plain values: `targets` by priority and clock, `steps` of (key, percent, after)."""

    hours: Table
    awake: Table | None
    targets: Mapping[str, Mapping[str, timedelta]]
    steps: Sequence[tuple[str, int, timedelta]]
    pauses_in: frozenset[str]

    def told_at(self, at: datetime) -> datetime:
        return self.awake.next_open(at) if self.awake else at


@dataclass
class Stopwatch:
    """One clock. It shows the working time from `start` on, but for that of its `stops` and what was `granted`; still
    while `stopped_at` is set."""

    name: str
    start: datetime
    rules: Rules
    target: timedelta
    changed_at: datetime
    stops: list[tuple[datetime, datetime]] = field(default_factory=list)
    granted: timedelta = ZERO
    stopped_at: datetime | None = None
    is_met: bool = False
    late_from: timedelta | None = None
    told: set[str] = field(default_factory=set)

    @property
    def excluded(self) -> timedelta:
        """By the calendar that counts now."""
        return sum((self.rules.hours.elapsed(max(a, self.start), b) for a, b in self.stops), self.granted)

    def shows(self, at: datetime) -> timedelta:
        return self.rules.hours.elapsed(self.start, self.stopped_at or at) - self.excluded

    def stop(self, at: datetime) -> None:
        if self.stopped_at is None and not self.is_met:
            self._look(at)
            self.stopped_at = at

    def go_on(self, at: datetime) -> None:
        if self.stopped_at is not None and not self.is_met:
            self.stops.append((self.stopped_at, at))
            self.changed_at = max(at, self.stopped_at)
            self.stopped_at = None

    def meet(self, at: datetime) -> None:
        self.stop(at)
        self.is_met = True

    def reopen(self, rules: Rules, target: timedelta, at: datetime) -> None:
        """By what is promised now, but an hour is left at least; what lies behind is not told any more, what that hour
        put ahead is told again."""
        self.is_met = False
        if self.late_from is None:
            self.rules, self.target = rules, target
        self.go_on(at)
        if self.late_from is None:
            self.granted += max(ZERO, self.shows(at) - (self.target - min(HOUR, self.target)))
        self.told = {key for key, mark in self._marks() if mark <= self.shows(self.changed_at)}

    def promise(self, rules: Rules, target: timedelta, at: datetime) -> None:
        """Another target or calendar, from the original start on."""
        self._look(self.stopped_at or at)
        if self.is_met or self.late_from is not None or (rules, target) == (self.rules, self.target):
            return
        self.rules, self.target, self.changed_at = rules, target, at
        shown = self.shows(at)
        if shown > target:
            self.late_from = shown
        self.told -= {key for key, mark in self._marks() if mark > shown}

    def due_between(self, a: datetime, b: datetime) -> Iterator[Due]:
        """The notices that are due from `a` until just before `b`, without anything happening in between."""
        if self.stopped_at is not None or self.is_met:
            return
        wanted = sorted(self._wanted(a), key=lambda due: due.at)
        breach = min((due.at for due in wanted if not self._is_warning(due.step)), default=None)
        for due in wanted:
            is_void = self._is_warning(due.step) and breach is not None and breach <= due.at
            if due.at < b and not is_void:
                self.told.add(due.step)
                yield due
        self._look(b)

    def _wanted(self, a: datetime) -> Iterator[Due]:
        for key, mark in self._marks():
            if key not in self.told and not (self._is_warning(key) and self.late_from is not None):
                at = max(self.rules.hours.add(self.start, mark + self.excluded), self.changed_at)
                yield Due(self.name, key, max(self.rules.told_at(at), a))

    def _marks(self) -> Iterator[tuple[str, timedelta]]:
        """What the watch shows when each step is due."""
        late_from = self.target if self.late_from is None else self.late_from
        for key, percent, after in self.rules.steps:
            yield key, self.target * percent / 100 if percent < 100 else late_from + after

    def _look(self, at: datetime) -> None:
        if self.late_from is None and not self.is_met and self.shows(at) > self.target:
            self.late_from = self.target

    def _is_warning(self, key: str) -> bool:
        return next(percent for name, percent, _ in self.rules.steps if name == key) < 100


@dataclass
class Judge:
    """Replays the facts of one ticket; `due` are the notices that had to be sent."""

    rules_for: Any
    close_days: tuple[int, int, int]
    facts: dict[str, str]
    watches: dict[str, Stopwatch] = field(default_factory=dict)
    replied: bool = False
    waits_since: datetime | None = None
    close_steps: int = 0
    due: list[Due] = field(default_factory=list)

    def replay(self, facts: Sequence[Fact], until: datetime) -> list[Due]:
        """Facts in the order in which they happened; the first is the message that opened the ticket."""
        opened = facts[0].at
        rules = self._rules()
        for name in (FIRST, RESOLUTION):
            self.watches[name] = Stopwatch(name, opened, rules, self._target(rules, name), opened)
        before = opened
        for fact in facts[1:]:
            self._pass(before, fact.at)
            self._happen(fact)
            before = max(before, fact.at)
        self._pass(before, until)
        return self.due

    def _pass(self, a: datetime, b: datetime) -> None:
        if self.facts["status"] in _OVER or b <= a:
            return
        for watch in self.watches.values():
            self.due += watch.due_between(a, b)
        while (closing := self._closing()) and closing.at < b:
            at = max(closing.at, a)
            self.due.append(closing._replace(at=at))
            self.waits_since, self.close_steps = closing.at if at - closing.at < HOUR else at, self.close_steps + 1

    def _closing(self) -> Due | None:
        if self.waits_since is None or self.close_steps > 2:
            return None
        reminder, last, resolve = self.close_days
        days = (reminder, last - reminder, resolve - last)[self.close_steps]
        step = ("close_reminder", "close_last_reminder", "auto_resolved")[self.close_steps]
        return Due(WAITING, step, self._rules().hours.add_days(self.waits_since, days))

    def _happen(self, fact: Fact) -> None:
        getattr(self, f"_{fact.what}")(fact)

    def _message(self, fact: Fact) -> None:
        is_reopening = self.facts["status"] in _OVER
        if is_reopening or self.facts["status"] == "pending":
            self._status(fact._replace(value="open"))
        if not self.watches[FIRST].is_met:
            return
        last = self.watches.get(NEXT)
        if last is None or last.is_met or is_reopening:
            rules = self._rules()
            self.watches[NEXT] = Stopwatch(NEXT, fact.at, rules, self._target(rules, NEXT), fact.at)

    def _reply(self, fact: Fact) -> None:
        self.replied = True
        for name in (FIRST, NEXT):
            if name in self.watches:
                self.watches[name].meet(fact.at)
        self._wait(fact.at)

    def _status(self, fact: Fact) -> None:
        old, new = self.facts["status"], fact.value
        if old == new:
            return
        self.facts["status"] = new
        for name, watch in self.watches.items():
            is_over = new in _OVER
            if old in _OVER and not is_over and (name == RESOLUTION or not watch.is_met):
                watch.reopen(self._rules(), self._target(self._rules(), name), fact.at)
            if name == RESOLUTION and is_over:
                watch.meet(fact.at)
            elif is_over:
                watch.stop(fact.at)
        self._pause(fact.at)
        self._wait(fact.at)

    def _priority(self, fact: Fact) -> None:
        self.facts["priority"] = fact.value
        self._promise(fact.at)

    def _team(self, fact: Fact) -> None:
        self.facts["team"] = fact.value
        self._promise(fact.at)

    def _promise(self, at: datetime) -> None:
        if self.facts["status"] in _OVER:
            return
        rules = self._rules()
        for name, watch in self.watches.items():
            watch.promise(rules, self._target(rules, name), at)
        self._pause(at)

    def _pause(self, at: datetime) -> None:
        watch, status = self.watches[RESOLUTION], self.facts["status"]
        if status not in _OVER:
            (watch.stop if status in self._rules().pauses_in else watch.go_on)(at)

    def _wait(self, at: datetime) -> None:
        """Only a person's answer to every message makes the desk wait for the customer."""
        answered = self.replied and all(self.watches[name].is_met for name in (FIRST, NEXT) if name in self.watches)
        self.waits_since = at if self.facts["status"] == "pending" and answered else None
        self.close_steps = 0

    def _rules(self) -> Rules:
        rules: Rules = self.rules_for(self.facts)
        return rules

    def _target(self, rules: Rules, name: str) -> timedelta:
        return rules.targets[self.facts["priority"]][name]
