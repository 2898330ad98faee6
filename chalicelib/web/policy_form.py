"""A policy as a form: every value a field of text, read back with a mistake for each field that makes no sense."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.domain.address import in_unicode, normal_address
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.escalation import DEFAULT_LADDER, Channel, Receiver, Step, StepAction, in_minutes
from chalicelib.domain.policy import Condition, ServiceLevels, SlaPolicy, Targets
from chalicelib.domain.sla import ClockName
from chalicelib.domain.team import Team
from chalicelib.domain.texts import checked_name
from chalicelib.domain.words import Kind, Priority, Source, Status
from chalicelib.web import promise_words, spans
from chalicelib.web.forms import Form, Mistakes

LONGEST_NAME = 100
MOST_STEPS = 20
SPARE_ROWS = 2
NO_MAIL = "no_mail"
MOST_CUSTOMERS = 500
_SHARE = re.compile(r"(\d{1,3})\s*[%％]")
_ROW = re.compile(r"step_\d{1,2}_when")


def fields_of(policy: SlaPolicy, language: str) -> dict[str, str]:
    """What stands in the form; a box that is not ticked has no field."""
    condition = policy.condition
    ticked = (
        *(f"priority_{priority}" for priority in condition.priorities),
        *(f"kind_{kind}" for kind in condition.kinds),
        *(f"source_{source}" for source in condition.sources),
        *(f"team_{team}" for team in condition.teams),
        *(["pauses_on_hold"] if Status.ON_HOLD in policy.pauses_in else []),
    )
    targets = {
        target_field(priority, name): spans.write(language, policy.targets[priority].of(name))
        for priority in Priority
        for name in ClockName
    }
    fields = {"name": policy.name, "calendar": policy.calendar, "awake": policy.awake}
    customers = "\n".join(in_unicode(customer) for customer in sorted(condition.customers))
    fields |= {"customers": customers, **dict.fromkeys(ticked, "1"), **targets}
    for row, step in enumerate(policy.ladder):
        fields |= _fields_of_step(row, step, language)
    return fields


def rows_of(fields: Mapping[str, str]) -> range:
    """The rows of the ladder, some of them to be filled in."""
    filled = sum(1 for name, value in fields.items() if _ROW.fullmatch(name) and value.strip())
    sent = sum(1 for name in fields if _ROW.fullmatch(name))
    return range(min(max(filled + SPARE_ROWS, sent), MOST_STEPS))


def known_fields(teams: Iterable[int]) -> set[str]:
    """Every name that the form may have."""
    rows = (f"step_{row}_{part}" for row in range(MOST_STEPS) for part in ("when", *Receiver, *StepAction, NO_MAIL))
    return {
        *("name", "calendar", "awake", "customers", "pauses_on_hold", "version", "do", "previewed"),
        *(f"priority_{priority}" for priority in Priority),
        *(f"kind_{kind}" for kind in Kind),
        *(f"source_{source}" for source in Source),
        *(f"team_{team}" for team in teams),
        *(target_field(priority, name) for priority in Priority for name in ClockName),
        *rows,
    }


def target_field(priority: Priority, name: ClockName) -> str:
    return f"target_{priority}_{name}"


def read(form: Form, base: SlaPolicy, levels: ServiceLevels, teams: Mapping[int, Team]) -> tuple[SlaPolicy, Mistakes]:
    """`base` with what was typed; it stays as it is where there are mistakes."""
    mistakes = Mistakes()
    parts: dict[str, Any] = {"pauses_in": _pauses(form)}
    with mistakes.at(""):
        form.check(known_fields({*teams, *base.condition.teams}))
    with mistakes.at("name"):
        parts["name"] = checked_name(form.line("name"), LONGEST_NAME, "name")
    with mistakes.at("customers"):
        parts["condition"] = _condition(form, {*teams, *base.condition.teams})
    for name, may_be in (("calendar", {*levels.calendars}), ("awake", {"", *levels.calendars})):
        with mistakes.at(name):
            parts[name] = _choice(form, name, may_be)
    targets = {priority: _targets(form, priority, mistakes) for priority in Priority}
    ladder = _ladder(form, base, mistakes)
    with mistakes.at("ladder"):
        if not mistakes:
            return replace(base, **parts, targets=targets, ladder=ladder), mistakes
    return base, mistakes


def customer(word: str) -> str:
    """An address, or the domain of an organization after an @, as conditions compare them: `domain.address.canonical`.

    Raises InvalidInput("customer_unreadable") for what no customer's address can be or have.
    """
    try:
        return normal_address(f"all{word}").removeprefix("all") if word.startswith("@") else normal_address(word)
    except InvalidInput:
        raise InvalidInput("customer_unreadable", value=word) from None


def _fields_of_step(row: int, step: Step, language: str) -> dict[str, str]:
    ticked = dict.fromkeys((f"step_{row}_{part}" for part in (*step.receivers, *step.actions)), "1")
    if Channel.MAIL not in step.channels:
        ticked[f"step_{row}_{NO_MAIL}"] = "1"
    return {f"step_{row}_when": promise_words.moment_of(step, language), **ticked}


def _pauses(form: Form) -> frozenset[Status]:
    return frozenset({Status.PENDING, *([Status.ON_HOLD] if form.text("pauses_on_hold") else [])})


def _condition(form: Form, teams: Iterable[int]) -> Condition:
    return Condition(
        frozenset(priority for priority in Priority if form.text(f"priority_{priority}")),
        frozenset(team for team in teams if form.text(f"team_{team}")),
        frozenset(source for source in Source if form.text(f"source_{source}")),
        _customers(form.text("customers").split()),
        frozenset(kind for kind in Kind if form.text(f"kind_{kind}")),
    )


def _customers(words: list[str]) -> frozenset[str]:
    if len(words) > MOST_CUSTOMERS:
        raise InvalidInput("customers_too_many", limit=MOST_CUSTOMERS)
    return frozenset(map(customer, words))


def _choice(form: Form, name: str, may_be: set[str]) -> str:
    chosen = form.text(name)
    if chosen not in may_be:
        raise InvalidInput("setting_unknown")
    return chosen


def _targets(form: Form, priority: Priority, mistakes: Mistakes) -> Targets:
    read_spans = {}
    for name in ClockName:
        field = target_field(priority, name)
        read_spans[name.value] = timedelta(0)
        with mistakes.at(field):
            read_spans[name.value] = spans.read(form.text(field))
    return Targets(**read_spans)


def _ladder(form: Form, base: SlaPolicy, mistakes: Mistakes) -> tuple[Step, ...]:
    """In the order of time. A step keeps the name by which clocks know it as long as it comes at the same time."""
    names = {(step.at, step.after): step.key for step in (*DEFAULT_LADDER, *base.ladder)}
    steps: dict[tuple[int, timedelta], Step] = {}
    for row in range(MOST_STEPS):
        with mistakes.at(f"step_{row}_when"):
            step = _step(form, row, names)
            if step and (step.at, step.after) in steps:
                raise InvalidInput("ladder_moment_twice")
            if step:
                steps[step.at, step.after] = step
    return tuple(steps[moment] for moment in sorted(steps))


def _step(form: Form, row: int, names: Mapping[tuple[int, timedelta], str]) -> Step | None:
    """None for an empty row."""
    typed = form.text(f"step_{row}_when")
    receivers = tuple(one for one in Receiver if form.text(f"step_{row}_{one}"))
    actions = tuple(one for one in StepAction if form.text(f"step_{row}_{one}"))
    if not (typed or receivers or actions):
        return None
    at, after = _moment(typed)
    if not (receivers or actions):
        raise InvalidInput("ladder_without_receiver")
    new_name = f"+{in_minutes(after)}min" if after else f"{at}%"
    channels = tuple(one for one in Channel if one is not Channel.MAIL or not form.text(f"step_{row}_{NO_MAIL}"))
    return Step(names.get((at, after), new_name), receivers, at, after, actions, channels)


def _moment(typed: str) -> tuple[int, timedelta]:
    share = _SHARE.fullmatch(typed)
    if share and 1 <= int(share[1]) <= 100:
        return int(share[1]), timedelta(0)
    try:
        return 100, spans.read(typed.removeprefix("+"))
    except InvalidInput:
        raise InvalidInput("ladder_moment", value=typed) from None
