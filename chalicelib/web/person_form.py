"""A person of the desk as a form: every value a field of text, read back with a mistake for each that is wrong."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib import i18n
from chalicelib.domain.agent import LONGEST_NAME, Absence, Agent, read_absence, read_languages, read_words
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.settings import Settings
from chalicelib.domain.team import checked_signature
from chalicelib.domain.texts import checked_name
from chalicelib.domain.variables import OF_WRITERS
from chalicelib.domain.words import Role
from chalicelib.web.forms import Form, Mistakes

OWN_FIELDS = ("name", "language", "signature", "away_from", "away_until", "stand_in", "version")
_FIELDS = (*OWN_FIELDS, "role", "skills", "languages")


def fields_of(agent: Agent) -> dict[str, str]:
    """What stands in the form; a box that is not ticked has no field."""
    absence = agent.absence
    return {
        "name": agent.name,
        "role": agent.role,
        "language": agent.language,
        "skills": ", ".join(agent.skills),
        "languages": ", ".join(agent.languages),
        "signature": agent.signature,
        "away_from": absence.first.isoformat() if absence else "",
        "away_until": absence.last.isoformat() if absence else "",
        "stand_in": f"{absence.stand_in}" if absence else "0",
        "version": f"{agent.version}",
        **dict.fromkeys((team_field(team) for team in agent.teams), "1"),
    }


def team_field(team_id: int) -> str:
    return f"team_{team_id}"


def read(form: Form, base: Agent, settings: Settings) -> tuple[Agent, Mistakes]:
    """`base` with what an admin typed; it stays as it is where there are mistakes."""
    teams = {*settings.teams, *base.teams}
    mistakes = Mistakes()
    with mistakes.at(""):
        form.check({*_FIELDS, *map(team_field, teams)})
    parts = _own_parts(form, mistakes)
    parts["teams"] = frozenset(team for team in teams if form.text(team_field(team)))
    with mistakes.at("role"):
        parts["role"] = read_role(form)
    with mistakes.at("skills"):
        parts["skills"] = read_words(form.text("skills"), "skills")
    with mistakes.at("languages"):
        parts["languages"] = read_languages(form.text("languages"))
    return (base if mistakes else replace(base, **parts)), mistakes


def read_own(form: Form, base: Agent) -> tuple[Agent, Mistakes]:
    """The same of what everybody may change of themselves."""
    mistakes = Mistakes()
    with mistakes.at(""):
        form.check(OWN_FIELDS)
    parts = _own_parts(form, mistakes)
    return (base if mistakes else replace(base, **parts)), mistakes


def read_role(form: Form) -> Role:
    """Raises InvalidInput("setting_unknown")."""
    if form.text("role") not in tuple(Role):
        raise InvalidInput("setting_unknown", field="role")
    return Role(form.text("role"))


def read_language(form: Form) -> str:
    """Raises InvalidInput("setting_unknown")."""
    if form.text("language") not in i18n.LANGUAGES:
        raise InvalidInput("setting_unknown", field="language")
    return form.text("language")


def _own_parts(form: Form, mistakes: Mistakes) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    with mistakes.at(""):
        parts["version"] = form.number("version")
    with mistakes.at("name"):
        parts["name"] = checked_name(form.line("name"), LONGEST_NAME, "name")
    with mistakes.at("language"):
        parts["language"] = read_language(form)
    with mistakes.at("signature"):
        parts["signature"] = checked_signature(form.text("signature"), OF_WRITERS)
    parts["absence"] = _absence(form, mistakes)
    return parts


def _absence(form: Form, mistakes: Mistakes) -> Absence | None:
    try:
        stand_in = form.number("stand_in") if form.text("stand_in") else 0
        return read_absence(form.text("away_from"), form.text("away_until"), stand_in)
    except InvalidInput as mistake:
        mistakes[mistake.field] = mistake
        return None


def overtaken_fields(fields: Mapping[str, str], stored: Agent) -> dict[str, str]:
    """What was saved meanwhile and is not what was typed, by field."""
    now_stored = fields_of(stored)
    return {
        name: value
        for name, value in now_stored.items()
        if name in fields and name != "version" and value != fields[name].strip()
    }
