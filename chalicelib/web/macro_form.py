"""A macro as a form: every value a field of text, read back with a mistake for each field that makes no sense."""

from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from chalicelib.domain.agent import Agent, Right
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.macro import LONGEST_NAME, ME, NOBODY, Macro, Visibility
from chalicelib.domain.settings import Settings
from chalicelib.domain.texts import checked_name
from chalicelib.domain.words import Kind, Priority, Status
from chalicelib.web.forms import Form, Mistakes

NO_TEAM = "none"
FIELDS = (
    *("name", "visibility", "team", "text", "note", "status", "priority", "kind", "to_team", "assignee"),
    *("version", "ticket", "do"),
)
SETTABLE = (Status.OPEN, Status.PENDING, Status.ON_HOLD, Status.RESOLVED)
Word = TypeVar("Word", bound=StrEnum)


def fields_of(macro: Macro) -> dict[str, str]:
    """What stands in the form."""
    return {
        "name": macro.name,
        "visibility": macro.visibility,
        "team": f"{macro.team or ''}",
        "text": macro.text,
        "note": macro.note,
        "status": macro.status or "",
        "priority": macro.priority or "",
        "kind": macro.kind or "",
        "to_team": "" if macro.to_team is None else f"{macro.to_team or NO_TEAM}",
        "assignee": macro.assignee,
        "version": f"{macro.version}",
    }


def read(form: Form, base: Macro, settings: Settings) -> tuple[Macro, Mistakes]:
    """`base` with what was typed, checked; it stays as it is where there are mistakes."""
    mistakes = Mistakes()
    wanted = replace(base, name=form.line("name"), text=form.text("text"), note=form.text("note"))
    with mistakes.at(""):
        form.check(FIELDS)
        wanted = replace(wanted, version=form.number("version"))
    with mistakes.at("name"):
        checked_name(wanted.name, LONGEST_NAME, "name")
    with mistakes.at("visibility"):
        visibility = _word(form, "visibility", Visibility) or Visibility.PERSONAL
        wanted = replace(wanted, visibility=visibility)
    with mistakes.at("team"):
        wanted = replace(wanted, team=_identifier(form.text("team")) if form.text("team") else 0)
    with mistakes.at("status"):
        wanted = replace(wanted, status=_settable(form))
    with mistakes.at("priority"):
        wanted = replace(wanted, priority=_word(form, "priority", Priority))
    with mistakes.at("kind"):
        wanted = replace(wanted, kind=_word(form, "kind", Kind))
    with mistakes.at("to_team"):
        wanted = replace(wanted, to_team=_to_team(form.text("to_team")))
    with mistakes.at("assignee"):
        wanted = replace(wanted, assignee=_assignee(form.text("assignee")))
    if not mistakes:
        try:
            return wanted.checked(settings), mistakes
        except InvalidInput as mistake:
            mistakes[mistake.field] = mistake
    return base, mistakes


def choices(agent: Agent, settings: Settings, macro: Macro) -> dict[str, object]:
    """What the form offers; who is gone is offered where they are chosen already."""
    may_share = agent.may(Right.SHARE_MACROS) or not macro.may_be_changed_by(agent)
    return {
        "visibilities": tuple(Visibility) if may_share else (Visibility.PERSONAL,),
        "statuses": SETTABLE,
        "priorities": tuple(Priority),
        "kinds": tuple(Kind),
        "own_teams": [team for team in settings.teams.values() if team.is_active or team.id == macro.team],
        "to_teams": [team for team in settings.teams.values() if team.is_active or team.id == macro.to_team],
        "people": [one for one in settings.agents.values() if one.is_active or f"{one.id}" == macro.assignee],
    }


def _word(form: Form, name: str, words: type[Word]) -> Word | None:
    """None for "as it is"."""
    written = form.text(name)
    if written and written not in tuple(words):
        raise InvalidInput("setting_unknown", field=name)
    return words(written) if written else None


def _settable(form: Form) -> Status | None:
    status = _word(form, "status", Status)
    if status and status not in SETTABLE:
        raise InvalidInput("setting_unknown", field="status")
    return status


def _to_team(written: str) -> int | None:
    if written in ("", NO_TEAM):
        return None if written == "" else 0
    return _identifier(written)


def _assignee(written: str) -> str:
    return written if written in ("", ME, NOBODY) else f"{_identifier(written)}"


def _identifier(written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) <= 16):
        raise InvalidInput("setting_unknown")
    return int(written)
