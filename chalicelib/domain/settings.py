"""What an organization sets: names, addresses, promises, people. Read often, changed rarely, cached by the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from chalicelib.domain.address import canonical, without_tag
from chalicelib.domain.agent import Agent
from chalicelib.domain.auto_close import CloseAfter
from chalicelib.domain.business_hours import BusinessHours
from chalicelib.domain.checklist import Checklist
from chalicelib.domain.entry import Mailbox
from chalicelib.domain.errors import NotFound
from chalicelib.domain.policy import DEFAULT_LEVELS, ServiceLevels, SlaPolicy
from chalicelib.domain.promises import Promise
from chalicelib.domain.team import Team
from chalicelib.domain.words import Role

if TYPE_CHECKING:
    from chalicelib.domain.ticket import Ticket
    from chalicelib.domain.view import SavedView

LONGEST_DESK_NAME = 100
MOST_OTHER_ADDRESSES = 50


class QuotedHistory(StrEnum):
    """How much of what was said before goes along with a reply."""

    NONE = "none"
    LAST = "last"
    ALL = "all"


@dataclass(frozen=True)
class General:
    """What is set in one form. `address` is the desk's public address, without a slash at the end.

    `former_addresses` were its support address once; mail to `other_addresses`, which are elsewhere and canonical, is
    forwarded to the desk.
    """

    address: str
    support_address: str
    desk_name: str
    language: str = "en"
    time_zone: str = "Asia/Seoul"
    survey_delay: timedelta = timedelta(hours=24)
    quoted_history: QuotedHistory = QuotedHistory.LAST
    former_addresses: tuple[str, ...] = ()
    other_addresses: tuple[str, ...] = ()
    version: int = 0


@dataclass(frozen=True)
class Settings(General):
    """All that a decision may need to know. `secret` signs links and reply addresses.

    `policies` stand in their order; the last one fits every ticket.
    """

    secret: str = ""
    policies: tuple[SlaPolicy, ...] = DEFAULT_LEVELS.policies
    calendars: Mapping[str, BusinessHours] = field(default_factory=lambda: DEFAULT_LEVELS.calendars)
    close_after: CloseAfter = DEFAULT_LEVELS.close_after
    levels_version: int = 0
    agents: Mapping[int, Agent] = field(default_factory=dict)
    teams: Mapping[int, Team] = field(default_factory=dict)
    views: Mapping[int, SavedView] = field(default_factory=dict)
    checklists: Mapping[int, Checklist] = field(default_factory=dict)

    @staticmethod
    def of(general: General) -> Settings:
        return Settings(**{part.name: getattr(general, part.name) for part in fields(General)})

    @property
    def levels(self) -> ServiceLevels:
        return ServiceLevels(self.policies, self.calendars, self.close_after, self.levels_version)

    def promising(self, levels: ServiceLevels) -> Settings:
        """The same desk with other promises."""
        return replace(
            self,
            policies=levels.policies,
            calendars=levels.calendars,
            close_after=levels.close_after,
            levels_version=levels.version,
        )

    @property
    def link_prefix(self) -> str:
        """The path under which the desk lives, "" at a domain of its own; put before every link of a page."""
        return urlsplit(self.address).path.rstrip("/")

    @property
    def mail_domain(self) -> str:
        """Where every address of the desk lives, "" for a desk without mail."""
        return self.support_address.rpartition("@")[2]

    def url(self, path: str) -> str:
        """The full address of a page, for mails."""
        return self.address + path

    def policy_for(self, ticket: Ticket) -> SlaPolicy:
        """The first that fits a ticket as it is now."""
        return next((policy for policy in self.policies if policy.condition.fits(ticket)), self.policies[-1])

    def promise_to(self, ticket: Ticket) -> Promise:
        """By the policy that the ticket was given; the last one where that was deleted."""
        given = next((policy for policy in self.policies if policy.id == ticket.policy), self.policies[-1])
        return Promise(given, ticket.priority, self.calendars)

    @property
    def own_addresses(self) -> tuple[str, ...]:
        """Every address that is the desk's, canonical, none for a desk without mail. Former ones, those of teams given
        up and those that lead here are among them: what people write to comes in, and must never be taken for theirs.
        """
        former = (address for team in self.teams.values() for address in team.former_addresses)
        others = (*self.former_addresses, *former, *self.other_addresses)
        return tuple(dict.fromkeys((*self.current_addresses, *others)))

    @property
    def current_addresses(self) -> tuple[str, ...]:
        """The support address and those of teams, canonical."""
        addresses = (canonical(self.support_address), *(team.address for team in self.teams.values()))
        return tuple(address for address in addresses if address)

    def is_own(self, address: str) -> bool:
        """Whether an address (canonical) is the desk's, be it with a tag."""
        return not {address, without_tag(address)}.isdisjoint(self.own_addresses)

    def receives(self, address: str) -> bool:
        """Whether mail to an address (canonical) comes to the desk: to its own, and to whatever else stands before the
        at sign of its mail domain.

        The receipt rule takes the whole domain (https://docs.aws.amazon.com/ses/latest/dg/receiving-email-concepts.html),
        so a typing error there is nobody's mailbox. Where an agent has one there, mail of that domain is brought to the
        desk by another server, and colleagues and customers may have one as well: then its own addresses alone count.
        """
        return self.is_own(address) or (self._has_domain_alone and address.endswith(f"@{self.mail_domain}"))

    @property
    def _has_domain_alone(self) -> bool:
        domain = f"@{self.mail_domain}"
        return self.mail_domain != "" and not any(agent.address.endswith(domain) for agent in self.agents.values())

    def agent(self, agent_id: int) -> Agent:
        """Raises NotFound("agent_not_found")."""
        if agent_id not in self.agents:
            raise NotFound("agent_not_found")
        return self.agents[agent_id]

    def is_active(self, agent_id: int) -> bool:
        """Whether there is such an agent who has not left."""
        return agent_id in self.agents and self.agents[agent_id].is_active

    def active_agents(self, roles: Iterable[Role] = tuple(Role)) -> tuple[Agent, ...]:
        wanted = frozenset(roles)
        return tuple(agent for agent in self.agents.values() if agent.is_active and agent.role in wanted)

    def supervisors(self) -> tuple[Agent, ...]:
        """Who is told when a promise breaks: supervisors, or the admins of a desk that has none."""
        return self.active_agents({Role.SUPERVISOR}) or self.active_agents({Role.ADMIN})

    def today(self, now: datetime) -> date:
        """The desk's day at an instant."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()

    def is_away(self, agent_id: int, now: datetime) -> bool:
        return agent_id in self.agents and self.agents[agent_id].is_away(self.today(now))

    def acting_for(self, agent: Agent | None, now: datetime) -> Agent | None:
        """The agent, or while they are away who stands in for them; None where nobody does, or they have left."""
        passed: set[int] = set()
        while agent and agent.is_active and agent.id not in passed:
            if not agent.is_away(self.today(now)):
                return agent
            passed.add(agent.id)
            agent = self.agents.get(agent.absence.stand_in) if agent.absence else None
        return None

    def other_admin(self, agent_id: int) -> Agent | None:
        """An active admin besides that one."""
        return next((admin for admin in self.active_agents({Role.ADMIN}) if admin.id != agent_id), None)

    def agent_by_address(self, address: str) -> Agent | None:
        return next((agent for agent in self.agents.values() if agent.address == address), None)

    def team(self, team_id: int) -> Team:
        """Raises NotFound("team_not_found")."""
        if team_id not in self.teams:
            raise NotFound("team_not_found")
        return self.teams[team_id]

    def active_team(self, team_id: int) -> Team | None:
        """None for 0, for a team that was given up, and for one that never was."""
        team = self.teams.get(team_id)
        return team if team and team.is_active else None

    def active_teams(self) -> tuple[Team, ...]:
        return tuple(team for team in self.teams.values() if team.is_active)

    def lead_of(self, team_id: int) -> Agent | None:
        """None for a team without a lead, or whose lead has left."""
        team = self.active_team(team_id)
        return self.agents[team.lead] if team and self.is_active(team.lead) else None

    def team_by_address(self, address: str) -> Team | None:
        """The active team whose mail comes in at an address (canonical, without a tag), or came in there while nobody
        else has it."""
        if address in self.current_addresses:
            return next((team for team in self.active_teams() if team.address == address), None)
        return next((team for team in self.active_teams() if address in team.former_addresses), None)

    def mailbox_of(self, team_id: int) -> Mailbox:
        """From whom a ticket's mails come: the team's address and name, the desk's where the team has none.

        An address that was left behind when the mail domain moved is not used: SES would refuse it.
        """
        team = self.active_team(team_id)
        name = team.name if team else self.desk_name
        is_usable = team is not None and team.address.endswith(f"@{self.mail_domain}")
        return Mailbox(team.address if team and is_usable else self.support_address, name)
