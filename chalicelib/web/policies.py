"""The page of a policy: what it promises and for which tickets, with a preview of what it would change, and its end."""

from dataclasses import replace

from chalice.app import Response

from chalicelib import i18n
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
from chalicelib.web.forms import Form, Mistakes
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
    base = replace(copied or settings.policies[-1], id="", name=_name_of_copy(copied, visit))
    base = base if copied else replace(base, condition=Condition())
    return _page(visit, settings, base, policy_form.fields_of(base, visit.language), typed=base)


@routes.agents(f"{_PAGE}/new", Right.CHANGE_SETTINGS, "POST")
def add(visit: Visit) -> Response:
    settings = settings_store.get(is_fresh=True)
    new = replace(settings.policies[-1], id="", condition=Condition())
    return _try(visit, settings, new, forms.read(visit.request))


@routes.agents(f"{_PAGE}/{{policy_id}}", Right.CHANGE_SETTINGS)
def show(visit: Visit, policy_id: str) -> Response:
    settings = settings_store.get(is_fresh=True)
    policy = _policy(settings.levels, policy_id)
    return _page(visit, settings, policy, policy_form.fields_of(policy, visit.language), typed=policy)


@routes.agents(f"{_PAGE}/{{policy_id}}", Right.CHANGE_SETTINGS, "POST")
def change(visit: Visit, policy_id: str) -> Response:
    """One that was deleted in the meantime is refused like one that was changed: what was typed stays.

    Raises NotFound for one that was not there when its page was made.
    """
    form, settings = forms.read(visit.request), settings_store.get(is_fresh=True)
    policy = settings.levels.find(policy_id)
    if policy is None and form.text("version") == f"{settings.levels_version}":
        raise NotFound("policy_not_found")
    return _try(visit, settings, policy or replace(DEFAULT_POLICY, id=policy_id), form)


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


def _try(visit: Visit, settings: Settings, base: SlaPolicy, form: Form) -> Response:
    """Saves what was typed, or shows what it would change."""
    policy, mistakes = policy_form.read(form, base, settings.levels, settings.teams)
    if mistakes:
        return _page(visit, settings, base, form.fields, mistakes)
    with mistakes.at("customers"):
        named = policy if policy.id else replace(policy, id=f"{next(new_ids(visit.now))}")
        wanted = replace(settings.levels.with_policy(named), version=form.number("version"))
        moves = promise_words.before_saving(wanted, form, visit)
        if moves:
            return _page(visit, settings, base, form.fields, moves=moves, typed=policy)
        try:
            renewal.save(wanted, visit.agent, visit.now)
        except StaleVersion as error:
            fresh = settings_store.get(is_fresh=True)
            return _page(visit, fresh, base, form.fields, Mistakes({"": error}), typed=policy)
        return pages.redirect(visit, _PROMISES, "promises_saved")
    return _page(visit, settings, base, form.fields, mistakes)


def _page(
    visit: Visit,
    settings: Settings,
    policy: SlaPolicy,
    fields: dict[str, str],
    mistakes: Mistakes | None = None,
    moves: Moves | None = None,
    typed: SlaPolicy | None = None,
) -> Response:
    """`fields` are what stands in the form, `typed` the policy that they make, None where they make none."""
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
        "is_deleted": bool(policy.id) and stored is None,
        "hints": promise_words.hints(typed, visit.language) if typed else (),
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


def _name_of_copy(copied: SlaPolicy | None, visit: Visit) -> str:
    return i18n.text(visit.language, "policy.copy_of", name=copied.name) if copied else ""


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
