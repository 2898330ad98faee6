""" "Which policy would this ticket get, and when would it be due?": a question in the page's own address."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.forecast import Enquiry, Forecast, forecast
from chalicelib.domain.settings import Settings
from chalicelib.domain.words import Kind, Priority, Source
from chalicelib.web import clocks, policy_form
from chalicelib.web.forms import Mistakes
from chalicelib.web.visit import Visit

FIELDS = ("priority", "team", "kind", "source", "customer", "at")
_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True)
class Trial:
    """What was asked, field by field, and the answer; None before anything was, or where it can't be given."""

    fields: dict[str, str]
    answer: Forecast | None = None
    mistakes: Mistakes = field(default_factory=Mistakes)


def of(visit: Visit, settings: Settings) -> Trial:
    fields = {name: visit.query(name).strip() for name in FIELDS}
    if not any(fields.values()):
        at = clocks.written_due(visit.now, settings.time_zone)
        return Trial(fields | {"priority": Priority.MEDIUM, "source": Source.EMAIL, "at": at})
    fields["priority"] = _word(Priority, fields["priority"])
    mistakes, customer = Mistakes(), ""
    with mistakes.at("customer"):
        customer = policy_form.customer(fields["customer"]) if fields["customer"] else ""
    with mistakes.at("at"):
        answer = _answer(fields, customer, settings)
        return Trial(fields, mistakes=mistakes) if mistakes else Trial(fields, answer)
    return Trial(fields, mistakes=mistakes)


def _answer(fields: dict[str, str], customer: str, settings: Settings) -> Forecast:
    """A choice that there is not is the first one."""
    team = int(fields["team"]) if fields["team"] in {f"{team}" for team in settings.teams} else 0
    priority, source = Priority(fields["priority"]), _word(Source, fields["source"])
    kind = Kind(fields["kind"]) if fields["kind"] in tuple(Kind) else None
    at = _instant(fields["at"], settings)
    return forecast(Enquiry(priority, team, kind, source, customer), at, settings)


def _instant(typed: str, settings: Settings) -> datetime:
    at = clocks.read_due(typed, settings.time_zone)
    if not 1970 <= at.year < 2100:
        raise InvalidInput("due_unreadable")
    return at


def _word(words: type[_Word], typed: str) -> _Word:
    return next((word for word in words if word == typed), next(iter(words)))
