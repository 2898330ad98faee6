"""The page of a policy: what it promises and for which tickets, with a preview of what it would change, and its end."""

from dataclasses import replace

from chalice.app import Response

from chalicelib.adapters import settings as settings_store
from chalicelib.desk import renewal
from chalicelib.desk.changes import new_ids
from chalicelib.domain.agent import Right
from chalicelib.domain.errors import DeskError, NotFound, StaleVersion
from chalicelib.domain.escalation import Receiver, StepAction
from chalicelib.domain.policy import DEFAULT_POLICY, Condition, ServiceLevels, SlaPolicy
from chalicelib.domain.settings import Settings
from chalicelib.domain.sla import ClockName
from chalicelib.domain.words import Kind, Priority, Source
from chalicelib.web import errors, forms, pages, policy_form, promise_words
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.forms import Mistakes
from chalicelib.web.promise_words import Moves
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_PROMISES = "/agent/settings/promises"
_PAGE = f"{_PROMISES}/policies"


@routes.agents(f"{_PAGE}/new", Right.CHANGE_SETTINGS)
def show_new(visit: Visit) -> Response:
    """Empty but for the usual times, or a copy of the one that `from` names."""
    settings = settings_store.get(is_fresh=True)
    copied = settings.levels.find(visit.query("from"))
    base = copied or replace(settings.policies[-1], name="", condition=Condition())
    return _page(visit, settings, replace(base, id=""), policy_form.fields_of(base, visit.language))


@routes.agents(f"{_PAGE}/new", Right.CHANGE_SETTINGS, "POST")
def add(visit: Visit) -> Response:
    settings = settings_store.get(is_fresh=True)
    return _try(visit, settings, replace(settings.policies[-1], id="", condition=Condition()))


@routes.agents(f"{_PAGE}/{{policy_id}}", Right.CHANGE_SETTINGS)
def show(visit: Visit, policy_id: str) -> Response:
    settings = settings_store.get(is_fresh=True)
    policy = _policy(settings.levels, policy_id)
    return _page(visit, settings, policy, policy_form.fields_of(policy, visit.language))


@routes.agents(f"{_PAGE}/{{policy_id}}", Right.CHANGE_SETTINGS, "POST")
def change(visit: Visit, policy_id: str) -> Response:
    """One that was deleted in the meantime is refused like one that was changed: what was typed stays."""
    settings = settings_store.get(is_fresh=True)
    return _try(visit, settings, settings.levels.find(policy_id) or replace(DEFAULT_POLICY, id=policy_id))


@routes.agents(f"{_PAGE}/{{policy_id}}/delete", Right.CHANGE_SETTINGS)
def ask_to_delete(visit: Visit, policy_id: str) -> Response:
    return _farewell(visit, _policy(settings_store.get(is_fresh=True).levels, policy_id))


@routes.agents(f"{_PAGE}/{{policy_id}}/delete", Right.CHANGE_SETTINGS, "POST")
def delete(visit: Visit, policy_id: str) -> Response:
    """One that is gone already is gone."""
    form, levels = forms.read(visit.request), settings_store.get(is_fresh=True).levels
    form.check({"version"})
    policy = levels.find(policy_id)
    try:
        renewal.save(replace(levels.without_policy(policy_id), version=form.number("version")), visit.agent, visit.now)
    except StaleVersion as error:
        return _farewell(visit, policy, error) if policy else pages.redirect(visit, _PROMISES)
    return pages.redirect(visit, _PROMISES, "promises_saved")


def _try(visit: Visit, settings: Settings, base: SlaPolicy) -> Response:
    """Saves what was typed, or shows what it would change."""
    form = forms.read(visit.request)
    policy, mistakes = policy_form.read(form, base, settings.levels, settings.teams)
    if mistakes:
        return _page(visit, settings, base, form.fields, mistakes)
    with mistakes.at("customers"):
        named = policy if policy.id else replace(policy, id=f"{next(new_ids(visit.now))}")
        wanted = replace(settings.levels.with_policy(named), version=form.number("version"))
        if form.text("do") == "preview":
            moves = promise_words.moves(renewal.preview(wanted, visit.agent, visit.now))
            return _page(visit, settings, base, form.fields, moves=moves)
        try:
            renewal.save(wanted, visit.agent, visit.now)
        except StaleVersion as error:
            return _page(visit, settings_store.get(is_fresh=True), base, form.fields, Mistakes({"": error}))
        return pages.redirect(visit, _PROMISES, "promises_saved")
    return _page(visit, settings, base, form.fields, mistakes)


def _page(
    visit: Visit,
    settings: Settings,
    policy: SlaPolicy,
    fields: dict[str, str],
    mistakes: Mistakes | None = None,
    moves: Moves | None = None,
) -> Response:
    stored = settings.levels.find(policy.id)
    mistakes = mistakes or Mistakes()
    is_overtaken = isinstance(mistakes.get(""), StaleVersion)
    values = {
        "policy": policy,
        "fields": fields,
        "version": settings.levels_version if is_overtaken else fields.get("version", settings.levels_version),
        "is_last": policy.id == settings.policies[-1].id,
        "stored": promise_words.policy(stored, settings, visit.language) if stored else None,
        "is_overtaken": is_overtaken,
        "moves": moves,
        "rows": policy_form.rows_of(fields),
        "priorities": tuple(reversed(Priority)),
        "clocks": tuple(ClockName),
        "kinds": tuple(Kind),
        "sources": tuple(Source),
        "teams": [team for team in settings.teams.values() if team.is_active or team.id in policy.condition.teams],
        "calendars": [(name, name) for name in sorted(settings.calendars)],
        "receivers": tuple(Receiver),
        "actions": tuple(StepAction),
        "target_field": policy_form.target_field,
        "can_go": bool(stored) and _can_go(settings.levels, policy.id),
    }
    return errors.render_form(visit, "agent/policy.html", values, mistakes)


def _farewell(visit: Visit, policy: SlaPolicy, error: DeskError | None = None) -> Response:
    settings = settings_store.get(is_fresh=True)
    moves = promise_words.moves(renewal.preview(settings.levels.without_policy(policy.id), visit.agent, visit.now))
    values = {
        "shown": promise_words.policy(policy, settings, visit.language),
        "version": settings.levels_version,
        "moves": moves,
    }
    return errors.render_form(visit, "agent/policy_delete.html", values, {"": error} if error else {})


def _can_go(levels: ServiceLevels, policy_id: str) -> bool:
    try:
        levels.without_policy(policy_id)
    except DeskError:
        return False
    return True


def _policy(levels: ServiceLevels, policy_id: str) -> SlaPolicy:
    policy = levels.find(policy_id)
    if policy is None:
        raise NotFound("policy_not_found")
    return policy
