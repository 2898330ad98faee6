"""What the log of administrative changes says of each: agents, teams, the desk and its promises in people's words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.adapters.codec import encode
from chalicelib.desk.changes import new_ids
from chalicelib.domain.agent import Agent
from chalicelib.domain.audit import MOST_DIFFERENCES, AuditEntry, Subject, differences
from chalicelib.domain.checklist import Checklist
from chalicelib.domain.escalation import in_minutes
from chalicelib.domain.policy import ServiceLevels, SlaPolicy
from chalicelib.domain.settings import General, Settings
from chalicelib.domain.team import Team

COMMAND_LINE = "./deskbell"
_UNTOLD = {"id", "version"}
Facts = Mapping[str, Any]


def of_agent(before: Agent | None, after: Agent, settings: Settings, by: Agent | None, now: datetime) -> AuditEntry:
    facts = (_agent_facts(before, settings) if before else {}, _agent_facts(after, settings))
    return _entry(Subject.AGENT, after.name, *facts, by, now)


def of_team(before: Team | None, after: Team, settings: Settings, by: Agent, now: datetime) -> AuditEntry:
    facts = (_team_facts(before, settings) if before else {}, _team_facts(after, settings))
    return _entry(Subject.TEAM, after.name, *facts, by, now)


def of_general(before: General, after: General, by: Agent | None, now: datetime) -> AuditEntry:
    return _entry(Subject.DESK, after.desk_name, _plain(before), _plain(after), by, now)


def of_checklist(before: Checklist | None, after: Checklist, by: Agent, now: datetime) -> AuditEntry:
    facts = (_checklist_facts(before) if before else {}, _checklist_facts(after))
    return _entry(Subject.CHECKLIST, after.name, *facts, by, now)


def of_levels(before: ServiceLevels, after: ServiceLevels, by: Agent, now: datetime) -> AuditEntry:
    return _entry(Subject.PROMISES, "", _levels_facts(before), _levels_facts(after), by, now)


def _entry(subject: Subject, name: str, before: Facts, after: Facts, by: Agent | None, now: datetime) -> AuditEntry:
    """`by` is None where no agent is known, on the command line."""
    found = differences(before, after)
    who, shown = (by.id, by.name) if by else (0, COMMAND_LINE), found[:MOST_DIFFERENCES]
    return AuditEntry(next(new_ids(now)), now, *who, subject, name, shown, len(found) - len(shown))


def _agent_facts(agent: Agent, settings: Settings) -> Facts:
    facts = _plain(agent) | {"teams": sorted(_team_name(team, settings) for team in agent.teams)}
    if agent.absence:
        facts["absence"] |= {"stand_in": _agent_name(agent.absence.stand_in, settings)}
    return facts


def _team_facts(team: Team, settings: Settings) -> Facts:
    people = {"lead": _agent_name(team.lead, settings), "next_level": _team_name(team.next_level, settings)}
    return _plain(team) | people


def _checklist_facts(checklist: Checklist) -> Facts:
    """A step with the minutes of working time after which it is due."""
    due = {step.title: f" +{in_minutes(step.due_after)}" if step.due_after else "" for step in checklist.steps}
    return _plain(checklist) | {"steps": [f"{title}{after}" for title, after in due.items()]}


def _levels_facts(levels: ServiceLevels) -> Facts:
    return {
        "policies": {policy.name: _policy_facts(policy) for policy in levels.policies},
        "calendars": {name: hours.to_json() for name, hours in levels.calendars.items()},
        "order": [policy.name for policy in levels.policies],
        "close_after": encode(levels.close_after),
    }


def _policy_facts(policy: SlaPolicy) -> Facts:
    facts = policy.to_json()
    ladder = {step.key: [*step.receivers, *step.actions, *step.channels] for step in policy.ladder}
    return {name: facts[name] for name in facts if name not in _UNTOLD} | {"ladder": ladder}


def _plain(value: Agent | Team | General | Checklist) -> dict[str, Any]:
    return {name: part for name, part in encode(value).items() if name not in _UNTOLD}


def _agent_name(agent_id: int, settings: Settings) -> str:
    return settings.agents[agent_id].name if agent_id in settings.agents else ""


def _team_name(team_id: int, settings: Settings) -> str:
    return settings.teams[team_id].name if team_id in settings.teams else ""
