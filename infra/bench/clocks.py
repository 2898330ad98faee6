"""A year of a busy desk in a minute or two: random people, functions that crash, timers that wake twice.

The domain decides, as in the Lambda functions; what Step Functions and the store do is played. Each ticket's history is
then told to `stopwatch`, which shares no code with the domain and says which notices had to be sent, and when.
"""

import heapq
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from chalicelib.domain import timer
from chalicelib.domain.agent import Agent
from chalicelib.domain.business_hours import WEEKDAYS, BusinessHours
from chalicelib.domain.change import Change
from chalicelib.domain.customer import Customer
from chalicelib.domain.entry import Author, AuthorKind, Entry, EntryKind, Message
from chalicelib.domain.escalation import DEFAULT_LADDER, Receiver, Step, StepAction
from chalicelib.domain.opening import open_ticket
from chalicelib.domain.outgoing import Outgoing, Purpose
from chalicelib.domain.policy import DEFAULT_POLICY, Condition, SlaPolicy
from chalicelib.domain.settings import Settings
from chalicelib.domain.sla import ClockName
from chalicelib.domain.team import Team
from chalicelib.domain.ticket import TRANSITIONS, Ticket
from chalicelib.domain.timer import Action
from chalicelib.domain.words import Priority, Role, Source, Status
from infra import screen
from infra.bench.stopwatch import WAITING, Due, Fact, Judge, Rules, Table

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
YEAR_BEGINS, YEAR_ENDS = datetime(2026, 12, 31, 15, tzinfo=UTC), datetime(2027, 12, 31, 15, tzinfo=UTC)
IN_TIME = timedelta(seconds=60)
_REPAIRS, _EXPERTS, _AGENT, _LEAD, _CHIEF = 70, 71, 11, 12, 13


def _weekly(days: int, *slots: tuple[str, str]) -> dict[str, Any]:
    return {name: [list(slot) for slot in slots] for name in WEEKDAYS[:days]}


CALENDARS: dict[str, dict[str, Any]] = {
    "default": {
        "time_zone": "Asia/Seoul",
        "hours": _weekly(5, ("09:00", "12:00"), ("13:00", "18:00")),
        "holidays": ["2027-01-01", "2027-02-08", "2027-03-01", "2027-05-05", "2027-09-14", "2027-09-15", "2027-12-24"],
    },
    "berlin": {"time_zone": "Europe/Berlin", "hours": _weekly(6, ("08:30", "17:15"))},
    "always": {"time_zone": "Asia/Seoul", "hours": _weekly(7, ("00:00", "24:00"))},
    "awake": {"time_zone": "Asia/Seoul", "hours": _weekly(7, ("07:00", "22:00"))},
}
_CLIMBING = (
    Step("half", (Receiver.ASSIGNEE,), at=50),
    Step("warning", (Receiver.ASSIGNEE,), at=80),
    Step("breach", (Receiver.TEAM_LEAD,), actions=(StepAction.RAISE_PRIORITY,)),
    Step("late", (Receiver.SUPERVISOR,), after=2 * HOUR, actions=(StepAction.NEXT_LEVEL,)),
)
POLICIES = (
    SlaPolicy(
        "vip",
        "Around the clock",
        "always",
        DEFAULT_POLICY.targets,
        _CLIMBING,
        condition=Condition(customers=frozenset({"@vip.example"})),
        awake="awake",
    ),
    SlaPolicy(
        "berlin",
        "Berlin",
        "berlin",
        DEFAULT_POLICY.targets,
        DEFAULT_LADDER,
        frozenset({Status.PENDING, Status.ON_HOLD}),
        Condition(teams=frozenset({_REPAIRS})),
    ),
    DEFAULT_POLICY,
)


def settings() -> Settings:
    """Three policies over three calendars, two levels of support, people for every role."""
    people = (
        Agent(_AGENT, "agent@desk.example", "Agent", Role.AGENT, "en"),
        Agent(_LEAD, "lead@desk.example", "Lead", Role.AGENT, "en"),
        Agent(_CHIEF, "chief@desk.example", "Chief", Role.SUPERVISOR, "en"),
    )
    teams = (Team(_REPAIRS, "Repairs", lead=_LEAD, next_level=_EXPERTS), Team(_EXPERTS, "Experts", lead=_CHIEF))
    return Settings(
        "https://desk.example",
        "support@desk.example",
        "Desk",
        policies=POLICIES,
        calendars={name: BusinessHours.from_json(calendar) for name, calendar in CALENDARS.items()},
        agents={one.id: one for one in people},
        teams={team.id: team for team in teams},
    )


_FAULTS = ("missed", "doubled", "early", "late")


@dataclass
class Tally:
    """What a simulation found. Delays in seconds; `crossed` are notices that an event of the same minute overtook,
    `joined` those that were told by a later step of the clock, which was due at the same time."""

    tickets: int = 0
    due: int = 0
    sent: int = 0
    missed: int = 0
    doubled: int = 0
    early: int = 0
    late: int = 0
    crossed: int = 0
    joined: int = 0
    worst: float = 0.0
    states: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not any(getattr(self, fault) for fault in _FAULTS)


def show(tickets: int, seed: int) -> bool:
    """Plays a year and prints its table; whether every notice came once and in time."""
    tally = Tally()
    world = World()
    with screen.progress(f"A year with {tickets} tickets", tickets) as advance:
        for number in range(1, tickets + 1):
            world.judge(number, random.Random(f"{seed}/{number}"), tally)  # noqa: S311 - a game
            advance()
    columns = ("Tickets", "Notices due", "Sent", *(fault.capitalize() for fault in _FAULTS), "Crossed", "Joined")
    faults = (getattr(tally, fault) for fault in _FAULTS)
    row = (tally.tickets, tally.due, tally.sent, *faults, tally.crossed, tally.joined)
    screen.table((*columns, "Worst delay"), [(*map(str, row), f"{tally.worst:.1f} s")])
    for fault in tally.faults[:20]:
        screen.out.print(fault)
    screen.out.print(f"\nStates of Step Functions a ticket: {_mean(tally.states):.1f} on average")
    return tally.is_clean


def _mean(counted: Counter[int]) -> float:
    return sum(value * times for value, times in counted.items()) / max(counted.total(), 1)


class World:
    """What all tickets share: the settings of the desk that is played, and the judge's tables."""

    def __init__(self, desk: Settings | None = None) -> None:
        self.desk = desk or settings()
        tables = {
            name: Table(calendar, YEAR_BEGINS - DAY, YEAR_ENDS + 90 * DAY) for name, calendar in CALENDARS.items()
        }
        self._rules = {policy.id: _rules(policy, tables) for policy in POLICIES}

    def judge(self, number: int, chance: random.Random, tally: Tally) -> None:
        """Plays one ticket and compares what was sent with what had to be."""
        opened_at = YEAR_BEGINS + chance.random() * (YEAR_ENDS - YEAR_BEGINS)
        played = Played(number, opened_at, chance, self.desk)
        played.live()
        tally.tickets += 1
        tally.states[played.states] += 1
        _compare(played, self._due(played), tally)

    def _due(self, played: "Played") -> list[Due]:
        ticket, facts = played.there, played.facts()
        opening = next(entry for entry in played.entries if entry.kind is EntryKind.EVENT)
        team = str(_REPAIRS) if played.first_team else ""
        values = {"status": "open", "priority": "medium", "team": team, "customer": ticket.customer_address}
        after = self.desk.close_after
        days = (after.reminder, after.last_reminder, after.resolve)
        return Judge(self._rules_for, days, values).replay(facts, min(YEAR_ENDS, played.ended_at or opening.at))

    def _rules_for(self, values: dict[str, str]) -> Rules:
        if values["customer"].endswith("@vip.example"):
            return self._rules["vip"]
        return self._rules["berlin" if values["team"] == str(_REPAIRS) else "default"]


def _rules(policy: SlaPolicy, tables: dict[str, Table]) -> Rules:
    return Rules(
        tables[policy.calendar],
        tables.get(policy.awake),
        {
            priority.value: {name.value: targets.of(name) for name in ClockName}
            for priority, targets in policy.targets.items()
        },
        [(step.key, step.at, step.after) for step in policy.ladder],
        frozenset(policy.pauses_in),
    )


def _compare(played: "Played", due: list[Due], tally: Tally) -> None:
    sent, told = defaultdict(list), list(played.sent)
    for notice in sorted(played.sent, key=lambda notice: notice.at):
        sent[notice[:2]].append(notice)
    tally.due += len(due)
    tally.sent += len(played.sent)
    for wanted in sorted(due, key=lambda one: one.at):
        candidates = sent[wanted[:2]]
        if candidates and abs(candidates[0].at - wanted.at) < HOUR:
            _time(played, wanted, candidates.pop(0).at - wanted.at, tally)
        elif any(one.clock == wanted.clock and abs(one.at - wanted.at) < IN_TIME for one in told):
            tally.joined += 1
        elif played.is_crossed(wanted.at):
            tally.crossed += 1
        else:
            tally.missed += 1
            tally.faults.append(f"#{played.number} missed {wanted.clock} {wanted.step}, due {wanted.at}")
    for notice in (notice for rest in sent.values() for notice in rest):
        if played.is_crossed(notice.at - IN_TIME):
            tally.crossed += 1
        else:
            tally.doubled += 1
            tally.faults.append(f"#{played.number} sent {notice.clock} {notice.step} at {notice.at}, which was not due")


def _time(played: "Played", wanted: Due, delay: timedelta, tally: Tally) -> None:
    tally.worst = max(tally.worst, delay.total_seconds())
    is_early, is_late = delay < timedelta(0), delay > IN_TIME
    tally.early += is_early
    tally.late += is_late
    if is_early or is_late:
        tally.faults.append(f"#{played.number} {wanted.clock} {wanted.step}, due {wanted.at}, came {delay} after it")


@dataclass
class Played:
    """One ticket with everything that acts on it: people, the store, and the executions of the state machine."""

    number: int
    opened_at: datetime
    chance: random.Random
    desk: Settings
    ticket: Ticket | None = None
    entries: list[Entry] = field(default_factory=list)
    sent: list[Due] = field(default_factory=list)
    states: int = 0
    agenda: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    stopped: set[int] = field(default_factory=set)
    first_team: int = 0
    ended_at: datetime | None = None
    order: Iterator[int] = field(default_factory=count)
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    def live(self) -> None:
        """From the first message until the year is over; who acts and what fails is drawn by lot."""
        self._open(self.opened_at)
        for _ in range(self.chance.randrange(1, 14)):
            hours = self.chance.choice((0.2, 1, 3, 8, 30, 90, 200))
            self._at(self.opened_at + self.chance.random() * hours * HOUR, self._somebody_acts)
        while self.agenda:
            now, _, act = heapq.heappop(self.agenda)
            if now >= YEAR_ENDS:
                self.ended_at = YEAR_ENDS
                return
            self.ended_at = now
            act(now)

    def facts(self) -> list[Fact]:
        """What happened, in the order in which the desk came to know of it, each at the instant it happened."""
        found = []
        for entry in self.entries:
            if entry.kind is EntryKind.MESSAGE:
                found.append(Fact(entry.at, "message" if entry.author.kind is AuthorKind.CUSTOMER else "reply"))
            found += [
                Fact(entry.at, change.field, change.new)
                for change in entry.changes
                if change.field in ("status", "priority", "team") and entry is not self.entries[1]
            ]
        return found

    def is_crossed(self, at: datetime) -> bool:
        """Whether something else happened in the minute after an instant, or came in and was not known yet."""
        return any(at - IN_TIME < fact.at <= at + IN_TIME for fact in self.facts())

    @property
    def there(self) -> Ticket:
        """Once it was opened."""
        if self.ticket is None:
            raise ValueError("not opened yet")
        return self.ticket

    def _at(self, when: datetime, act: Callable[[datetime], None]) -> None:
        heapq.heappush(self.agenda, (when, next(self.order), act))

    def _soon(self, now: datetime, longest: float) -> datetime:
        return now + timedelta(seconds=self.chance.uniform(0.01, longest))

    def _open(self, at: datetime) -> None:
        address = self.chance.choice(("kim@customer.example", "lee@vip.example"))
        customer = Customer(500, address, "Kim", "en", at)
        message = Message(Author(AuthorKind.CUSTOMER, 500, "Kim"), "It broke.", at, Source.EMAIL)
        team = self.first_team = self.chance.choice((0, _REPAIRS))
        now = self._soon(at, 20)
        self._save(open_ticket(self.number, "Pump", message, customer, "en", self.desk, now, self.ids, team=team), now)

    def _save(self, change: Change, now: datetime) -> None:
        if change.is_empty:
            return
        planned = timer.plan(change, self.desk, now, self.ids)
        self._keep(planned, now)

    def _keep(self, change: Change, now: datetime) -> None:
        self.ticket = change.after
        self.entries += change.entries
        for outgoing in change.outgoing:
            self._leave(outgoing, now)

    def _leave(self, outgoing: Outgoing, now: datetime) -> None:
        """Timers are started a moment later, some twice; a notice to several people counts once."""
        if outgoing.purpose is Purpose.TIMER:
            number, wake = int(outgoing.params["timer"]), datetime.fromisoformat(outgoing.params["wait_until"])
            self._at(self._soon(now, 4), lambda at: self._start(number, wake, at))
        elif "step" in outgoing.params or "resolves_at" in outgoing.params:
            clock, step = outgoing.params.get("clock", WAITING), outgoing.params.get("step", outgoing.purpose)
            if not self.sent or self.sent[-1] != Due(clock, step, now):
                self.sent.append(Due(clock, step, now))

    def _start(self, number: int, wake: datetime, now: datetime) -> None:
        if self.chance.random() < 0.9:
            self.stopped.add(number - 1)
        self._sleep(number, wake, now)

    def _sleep(self, number: int, wake: datetime, now: datetime) -> None:
        self.states += 1
        for _ in range(1 + (self.chance.random() < 0.1)):
            self._at(self._soon(max(now, wake), 3), lambda at: self._wake(number, wake, at, 0))

    def _wake(self, number: int, waited_for: datetime, now: datetime, tried: int) -> None:
        """Check, and escalate where something is due; a crash comes before or after the state was kept."""
        if number in self.stopped or self.ticket is None:
            return
        self.states += 2 + (tried > 0)
        as_of = max(now, waited_for)
        decision = timer.decide(self.ticket, number, self.desk, as_of)
        crashes = tried < 3 and self.chance.random() < 0.08
        if decision.action is Action.DONE and number != self.ticket.timer.number:
            return
        change = Change(self.ticket, self.ticket)
        if decision.action is Action.ESCALATE:
            self.states += 2
            change = timer.escalate(self.ticket, self.desk, as_of, now, self.ids)
        if not crashes or self.chance.random() < 0.5:
            self._keep(change.then(timer.sleep(change.after, self.desk, as_of, self.ids)), now)
        if crashes:
            again = self._soon(now, 5 * 2**tried)
            self._at(again, lambda at: self._wake(number, waited_for, at, tried + 1))
        elif self.ticket.timer.number == number and self.ticket.timer.wakes_at:
            self._sleep(number, self.ticket.timer.wakes_at, now)
        else:
            self.states += 1

    def _somebody_acts(self, now: datetime) -> None:
        if self.ticket is None or self.ticket.status is Status.CLOSED:
            return
        often = (self._customer_writes, self._agent_replies, self._set_status)
        self.chance.choice((*often, *often, self._set_priority, self._hand_over, self._note))(now)

    def _customer_writes(self, now: datetime) -> None:
        """What a customer wrote is processed a moment after it was received."""
        message = Message(Author(AuthorKind.CUSTOMER, 500, "Kim"), "And now?", now, Source.EMAIL)
        self._at(self._soon(now, 15), lambda at: self._received(message, at))

    def _received(self, message: Message, now: datetime) -> None:
        if self.ticket and self.ticket.status is not Status.CLOSED:
            self._save(self.ticket.receive(message, self.desk, now, self.ids), now)

    def _agent_replies(self, now: datetime) -> None:
        ticket = self.there
        change = ticket.reply("Turn it off.", self._agent(), ticket.last_entry, now, self.ids)
        then = self.chance.choice((None, Status.PENDING, Status.PENDING, Status.RESOLVED))
        if then and then in TRANSITIONS[ticket.status]:
            change = change.then(change.after.set_status(then, self._agent(), self.desk, now, self.ids))
        self._save(change, now)

    def _set_status(self, now: datetime) -> None:
        possible = sorted(TRANSITIONS[self.there.status] - {Status.CLOSED})
        status = self.chance.choice(possible)
        self._save(self.there.set_status(status, self._agent(), self.desk, now, self.ids), now)

    def _set_priority(self, now: datetime) -> None:
        priority = self.chance.choice(list(Priority))
        self._save(self.there.set_priority(priority, self._agent(), self.desk, now, self.ids), now)

    def _hand_over(self, now: datetime) -> None:
        team = self.desk.active_team(self.chance.choice((0, _REPAIRS)))
        self._save(self.there.hand_to(team, self._agent(), self.desk, now, self.ids), now)

    def _note(self, now: datetime) -> None:
        self._save(self.there.add_note("Call them.", self._agent(), now, self.ids), now)

    def _agent(self) -> Agent:
        return self.desk.agents[_AGENT]
