"""The page of a calendar: its hours and holidays, a picture of a year, files in and out, and what a change would do."""

import json
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo, available_timezones

from chalice.app import Response

from chalicelib.adapters import settings as settings_store
from chalicelib.adapters.holiday_files import Holidays
from chalicelib.desk import renewal
from chalicelib.domain.agent import Right
from chalicelib.domain.business_hours import DEFAULT, BusinessHours
from chalicelib.domain.errors import InvalidInput, StaleVersion
from chalicelib.domain.policy import ServiceLevels
from chalicelib.web import calendar_form, errors, forms, pages, promise_words, year
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.forms import Form, Mistakes
from chalicelib.web.promise_words import Moves
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_PROMISES = "/agent/settings/promises"
_PAGE = f"{_PROMISES}/calendar"
_YEARS = range(1970, 2100)


@dataclass(frozen=True)
class Draft:
    """What stands in the form: of the calendar `name`, "" for a new one, and the hours that the picture shows."""

    name: str
    fields: dict[str, str]
    hours: BusinessHours
    mistakes: Mistakes = field(default_factory=Mistakes)
    moves: Moves | None = None
    taken: Holidays | None = None


@routes.agents(_PAGE, Right.CHANGE_SETTINGS)
def show(visit: Visit) -> Response:
    """Without a name a new one, with `from` a copy."""
    settings = settings_store.get(is_fresh=True)
    name, copied = visit.query("name"), visit.query("from")
    usual = replace(DEFAULT, time_zone=ZoneInfo(settings.time_zone))
    hours = settings.levels.hours(name or copied) if name or copied else usual
    return _page(visit, Draft(name, calendar_form.fields_of(name, hours), hours))


@routes.agents(_PAGE, Right.CHANGE_SETTINGS, "POST")
def change(visit: Visit) -> Response:
    """Saves what was typed, shows what it would change, another year, or the form filled in from a file."""
    form, levels = forms.read(visit.request), settings_store.get(is_fresh=True).levels
    was = visit.query("name")
    name, hours, mistakes = calendar_form.read(form)
    draft = Draft(was, form.fields, hours or levels.calendars.get(was, DEFAULT), mistakes)
    if form.text("do") == "take":
        return _page(visit, _taken(draft, form, visit))
    if form.text("show_year") or hours is None:
        return _page(visit, draft)
    with mistakes.at("hours"):
        wanted = _wanted(levels, name, hours, was, form, visit)
        if form.text("do") == "preview":
            moves = promise_words.moves(renewal.preview(wanted, visit.agent, visit.now))
            return _page(visit, replace(draft, moves=moves))
        try:
            renewal.save(wanted, visit.agent, visit.now)
        except StaleVersion as error:
            return _page(visit, replace(draft, mistakes=Mistakes({"": error})))
        return pages.redirect(visit, _PROMISES, "promises_saved")
    return _page(visit, draft)


@routes.agents(f"{_PAGE}/delete", Right.CHANGE_SETTINGS, "POST")
def delete(visit: Visit) -> Response:
    """Only one that no policy uses, so that nothing else changes. One that is gone already is gone."""
    form, levels = forms.read(visit.request), settings_store.get(is_fresh=True).levels
    form.check({"name", "version"})
    wanted = levels.without_calendar(form.text("name"))
    renewal.save(replace(wanted, version=form.number("version")), visit.agent, visit.now)
    return pages.redirect(visit, _PROMISES, "promises_saved")


@routes.agents(f"{_PAGE}/file", Right.CHANGE_SETTINGS)
def show_file(visit: Visit) -> Response:
    """As `./deskbell due` reads it and the page takes it back."""
    name = visit.query("name")
    calendar = settings_store.get(is_fresh=True).levels.hours(name).to_json()
    headers: dict[str, str | list[str]] = {
        "Content-Type": "application/json; charset=utf-8",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}.json",
        "Cache-Control": pages.NOT_STORED,
    }
    return Response(json.dumps(calendar, ensure_ascii=False, indent=2), headers)


def _wanted(
    levels: ServiceLevels, name: str, hours: BusinessHours, was: str, form: Form, visit: Visit
) -> ServiceLevels:
    """Raises InvalidInput for a name that another calendar has, InvalidSetting for one that never opens."""
    if name != was and name in levels.calendars:
        raise InvalidInput("calendar_name_taken", field="name")
    hours.next_open(visit.now)
    return replace(levels.with_calendar(name, hours, was), version=form.number("version"))


def _taken(draft: Draft, form: Form, visit: Visit) -> Draft:
    """The form filled in from a file, with the mistakes that it has then."""
    mistakes = Mistakes()
    with mistakes.at("file"):
        if form.problem:
            raise form.problem
        fields, taken = calendar_form.filled_from(form, visit.now.astimezone(ZoneInfo(visit.settings.time_zone)).date())
        _, hours, mistakes = calendar_form.read(replace(form, fields=fields))
        return replace(draft, fields=fields, hours=hours or draft.hours, mistakes=mistakes, taken=taken)
    return replace(draft, mistakes=mistakes)


def _page(visit: Visit, draft: Draft) -> Response:
    settings = settings_store.get(is_fresh=True)
    stored = settings.calendars.get(draft.name)
    is_overtaken = isinstance(draft.mistakes.get(""), StaleVersion)
    version = settings.levels_version
    shown_year = _year(draft, visit)
    now_stored = calendar_form.fields_of(draft.name, stored) if stored else {}
    values = {
        "draft": draft,
        "fields": draft.fields,
        "version": version if is_overtaken else draft.fields.get("version", version),
        "moves": draft.moves,
        "is_overtaken": is_overtaken,
        "came_in": {part: value for part, value in now_stored.items() if value != draft.fields.get(part, "").strip()},
        "here": visit.url(_PAGE + (f"?{urlencode({'name': draft.name})}" if draft.name else "")),
        "hours_fields": tuple(calendar_form.HOURS.values()),
        "zones": sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")),
        "users": settings.levels.users_of(draft.name) if stored else (),
        "is_stored": stored is not None,
        "year": shown_year,
        "months": year.months(draft.hours, shown_year, visit.language),
        "kinds": tuple(year.DayKind),
    }
    return errors.render_form(visit, "agent/calendar.html", values, draft.mistakes)


def _year(draft: Draft, visit: Visit) -> int:
    """The one asked for, this one where it is none."""
    asked = draft.fields.get("show_year") or draft.fields.get("year", "")
    is_known = asked.isascii() and asked.isdigit() and len(asked) == len("2027") and int(asked) in _YEARS
    return int(asked) if is_known else visit.now.year
