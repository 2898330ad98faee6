""" "Which policy would this ticket get, and when would it be due?": a question in the page's own address."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.forecast import Enquiry, Forecast, forecast
from chalicelib.domain.settings import Settings
from chalicelib.domain.words import Kind, Priority, Source
from chalicelib.web import clocks
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
        local = visit.now.astimezone(ZoneInfo(settings.time_zone))
        return Trial(fields | {"priority": Priority.MEDIUM, "source": Source.EMAIL, "at": f"{local:%Y-%m-%dT%H:%M}"})
    mistakes = Mistakes()
    with mistakes.at("at"):
        return Trial(fields, _answer(fields, settings))
    return Trial(fields, mistakes=mistakes)


def _answer(fields: dict[str, str], settings: Settings) -> Forecast:
    """A choice that there is not is the first one."""
    team = int(fields["team"]) if fields["team"] in {f"{team}" for team in settings.teams} else 0
    priority, source = _word(Priority, fields["priority"]), _word(Source, fields["source"])
    kind = Kind(fields["kind"]) if fields["kind"] in tuple(Kind) else None
    at = _instant(fields["at"], settings)
    return forecast(Enquiry(priority, team, kind, source, fields["customer"].lower()), at, settings)


def _instant(typed: str, settings: Settings) -> datetime:
    at = clocks.read_due(typed, settings.time_zone)
    if not 1970 <= at.year < 2100:
        raise InvalidInput("due_unreadable")
    return at


def _word(words: type[_Word], typed: str) -> _Word:
    return next((word for word in words if word == typed), next(iter(words)))
