"""The policy: how long each clock may run, by which calendar, who is told, and for which tickets all that holds.

Policies stand in an order; the first whose condition fits a ticket is its own, the last fits all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from chalicelib.domain.auto_close import CloseAfter
from chalicelib.domain.business_hours import DEFAULT, BusinessHours
from chalicelib.domain.errors import InvalidSetting, NotFound
from chalicelib.domain.escalation import DEFAULT_LADDER, Step, in_minutes
from chalicelib.domain.sla import ClockName
from chalicelib.domain.words import Kind, Priority, Source, Status

if TYPE_CHECKING:
    from chalicelib.domain.ticket import Ticket


@dataclass(frozen=True)
class Condition:
    """Which tickets a policy is for: all that is named must fit, what is empty fits everything.

    `customers` are addresses, or domains such as "@customer.example" for everybody of an organization.
    """

    priorities: frozenset[Priority] = frozenset()
    teams: frozenset[int] = frozenset()
    sources: frozenset[Source] = frozenset()
    customers: frozenset[str] = frozenset()
    kinds: frozenset[Kind] = frozenset()

    @property
    def fits_all(self) -> bool:
        return self == Condition()

    def fits(self, ticket: Ticket) -> bool:
        names = {ticket.customer_address, f"@{ticket.customer_address.rpartition('@')[2]}"}
        return (
            (not self.priorities or ticket.priority in self.priorities)
            and (not self.teams or ticket.team in self.teams)
            and (not self.sources or ticket.source in self.sources)
            and (not self.kinds or ticket.kind in self.kinds)
            and (not self.customers or not self.customers.isdisjoint(names))
        )

    @classmethod
    def from_json(cls, condition: Mapping[str, Any]) -> Self:
        return cls(
            priorities=frozenset(Priority(name) for name in condition.get("priorities", ())),
            teams=frozenset(int(team) for team in condition.get("teams", ())),
            sources=frozenset(Source(name) for name in condition.get("sources", ())),
            customers=frozenset(condition.get("customers", ())),
            kinds=frozenset(Kind(name) for name in condition.get("kinds", ())),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "priorities": sorted(self.priorities),
            "teams": sorted(self.teams),
            "sources": sorted(self.sources),
            "customers": sorted(self.customers),
            "kinds": sorted(self.kinds),
        }


@dataclass(frozen=True)
class Targets:
    """How much working time each clock may take; a field per clock, named as it is."""

    first_response: timedelta
    next_response: timedelta
    resolution: timedelta

    def of(self, name: ClockName) -> timedelta:
        target: timedelta = getattr(self, name)
        return target

    @classmethod
    def from_json(cls, minutes: Mapping[str, float]) -> Self:
        """A policy of before there was a next response promises it as it does the first."""
        known = {"next_response": minutes["first_response"], **minutes}
        return cls(**{name: timedelta(minutes=known[name]) for name in ClockName})

    def to_json(self) -> dict[str, float]:
        """In minutes."""
        return {name.value: in_minutes(self.of(name)) for name in ClockName}


@dataclass(frozen=True)
class SlaPolicy:
    """What is promised to whom it applies; a target for each priority, and a ladder that has a step for the breach.

    `calendar` is the id of its business hours, `awake` of those in which people may be told ("" for always).
    `pauses_in` are the statuses in which the resolution is not the desk's to drive (rule 2). Raises `InvalidSetting`.
    """

    id: str
    name: str
    calendar: str
    targets: Mapping[Priority, Targets]
    ladder: tuple[Step, ...] = DEFAULT_LADDER
    pauses_in: frozenset[Status] = frozenset({Status.PENDING})
    condition: Condition = field(default_factory=Condition)
    awake: str = ""

    def __post_init__(self) -> None:
        if missing := [priority for priority in Priority if priority not in self.targets]:
            raise InvalidSetting("policy_without_target", policy=self.name, priority=missing[0].value)
        if any(targets.of(name) <= timedelta(0) for targets in self.targets.values() for name in ClockName):
            raise InvalidSetting("policy_target", policy=self.name)
        if len({step.key for step in self.ladder}) < len(self.ladder):
            raise InvalidSetting("ladder_key_twice", policy=self.name)
        if not any(step.marks_breach for step in self.ladder):
            raise InvalidSetting("ladder_without_breach", policy=self.name)

    def with_calendar_renamed(self, old: str, new: str) -> Self:
        calendar, awake = (new if name == old else name for name in (self.calendar, self.awake))
        return replace(self, calendar=calendar, awake=awake)

    @classmethod
    def from_json(cls, policy: Mapping[str, Any]) -> Self:
        """Reads what `to_json` gives: targets and spans in minutes, shares in percent. Raises `InvalidSetting`."""
        try:
            return cls._read(policy)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidSetting("policy_unreadable") from error

    @classmethod
    def _read(cls, policy: Mapping[str, Any]) -> Self:
        return cls(
            id=policy["id"],
            name=policy["name"],
            calendar=policy["calendar"],
            targets={Priority(name): Targets.from_json(minutes) for name, minutes in policy["targets"].items()},
            ladder=tuple(Step.from_json(step) for step in policy["ladder"]),
            pauses_in=frozenset(Status(status) for status in policy["pauses_in"]),
            condition=Condition.from_json(policy.get("condition", {})),
            awake=policy.get("awake", ""),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "calendar": self.calendar,
            "targets": {priority.value: self.targets[priority].to_json() for priority in Priority},
            "ladder": [step.to_json() for step in self.ladder],
            "pauses_in": sorted(status.value for status in self.pauses_in),
            "condition": self.condition.to_json(),
            "awake": self.awake,
        }


@dataclass(frozen=True)
class ServiceLevels:
    """All that timers go by: the policies in their order, the calendars by their ids, and how long customers are waited
    for; changed as a whole.

    Raises `InvalidSetting` where a policy names no calendar that there is, or the last one does not fit every ticket.
    """

    policies: tuple[SlaPolicy, ...]
    calendars: Mapping[str, BusinessHours]
    close_after: CloseAfter = field(default_factory=CloseAfter)
    version: int = 0

    def __post_init__(self) -> None:
        if not self.policies or not self.policies[-1].condition.fits_all:
            raise InvalidSetting("policies_without_last")
        if len({policy.id for policy in self.policies}) < len(self.policies):
            raise InvalidSetting("policy_twice")
        for policy in self.policies:
            missing = {policy.calendar, policy.awake} - {"", *self.calendars}
            if missing:
                raise InvalidSetting("policy_calendar_missing", policy=policy.name, calendar=min(missing))

    def find(self, policy_id: str) -> SlaPolicy | None:
        return next((policy for policy in self.policies if policy.id == policy_id), None)

    def hours(self, calendar: str) -> BusinessHours:
        """Raises NotFound("calendar_not_found")."""
        if calendar not in self.calendars:
            raise NotFound("calendar_not_found")
        return self.calendars[calendar]

    def users_of(self, calendar: str) -> tuple[SlaPolicy, ...]:
        """The policies that count by a calendar, or tell people in its hours."""
        return tuple(policy for policy in self.policies if calendar in (policy.calendar, policy.awake))

    def with_policy(self, policy: SlaPolicy) -> Self:
        """In the place of the one that has its id; a new one before the last, which is for all the others."""
        if self.find(policy.id):
            return replace(self, policies=tuple(policy if known.id == policy.id else known for known in self.policies))
        return replace(self, policies=(*self.policies[:-1], policy, self.policies[-1]))

    def without_policy(self, policy_id: str) -> Self:
        """The same where there is none."""
        return replace(self, policies=tuple(policy for policy in self.policies if policy.id != policy_id))

    def with_policy_moved(self, policy_id: str, by: int) -> Self:
        """So many places further down, negative for up; as far as there are places."""
        place = next((index for index, policy in enumerate(self.policies) if policy.id == policy_id), None)
        if place is None:
            return self
        rest = (*self.policies[:place], *self.policies[place + 1 :])
        new = max(0, min(place + by, len(rest)))
        return replace(self, policies=(*rest[:new], self.policies[place], *rest[new:]))

    def with_calendar(self, name: str, hours: BusinessHours, was: str = "") -> Self:
        """With `was`, the calendar of that name goes by the new one, also where policies name it."""
        calendars = {known: self.calendars[known] for known in self.calendars if known != was} | {name: hours}
        policies = tuple(policy.with_calendar_renamed(was, name) for policy in self.policies) if was else self.policies
        return replace(self, policies=policies, calendars=calendars)

    def without_calendar(self, name: str) -> Self:
        """Raises InvalidSetting("policy_calendar_missing") while a policy needs it."""
        return replace(self, calendars={known: self.calendars[known] for known in self.calendars if known != name})

    @classmethod
    def from_json(cls, levels: Mapping[str, Any], version: int = 0) -> Self:
        """Reads what `to_json` gives. Raises `InvalidSetting`."""
        try:
            policies, calendars = levels["policies"], levels["calendars"].items()
            return cls(
                tuple(SlaPolicy.from_json(policy) for policy in policies),
                {name: BusinessHours.from_json(calendar) for name, calendar in calendars},
                CloseAfter(**levels.get("close_after", {})),
                version,
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise InvalidSetting("policy_unreadable") from error

    def to_json(self) -> dict[str, Any]:
        return {
            "policies": [policy.to_json() for policy in self.policies],
            "calendars": {name: self.calendars[name].to_json() for name in sorted(self.calendars)},
            "close_after": asdict(self.close_after),
        }


DEFAULT_POLICY = SlaPolicy(
    id="default",
    name="Default",
    calendar="default",
    targets={
        Priority.URGENT: Targets(timedelta(hours=1), timedelta(hours=1), timedelta(hours=4)),
        Priority.HIGH: Targets(timedelta(hours=4), timedelta(hours=4), timedelta(hours=9)),
        Priority.MEDIUM: Targets(timedelta(hours=9), timedelta(hours=9), timedelta(hours=27)),
        Priority.LOW: Targets(timedelta(hours=18), timedelta(hours=18), timedelta(hours=45)),
    },
)

DEFAULT_LEVELS = ServiceLevels((DEFAULT_POLICY,), {DEFAULT_POLICY.calendar: DEFAULT})
