from datetime import timedelta

import pytest
from chalice.test import Client

from chalicelib.adapters import sessions, settings
from chalicelib.adapters import tickets as ticket_store
from chalicelib.adapters.sessions import Session
from chalicelib.desk import settings as desk_settings
from chalicelib.desk import tickets
from chalicelib.domain.agent import Agent
from chalicelib.domain.words import Role
from tests.conftest import ADMIN, AGENT, COLLEAGUE, SUPERVISOR
from tests.web.conftest import signed_in
from tests.web.tickets import open_ticket
from tests.web.visitor import Answer, Visitor, now

PAGE = "/agent/settings/people"
MIN = f"{PAGE}/{AGENT.id}"
INVITATION = {"email": "jo@desk.example", "name": "Jo", "role": "agent", "language": "ko", "way": "show"}


def now_set(agent: Agent = AGENT) -> Agent:
    return settings.get(is_fresh=True).agent(agent.id)


def today(days: int = 0) -> str:
    return (settings.get().today(now()) + timedelta(days)).isoformat()


def save(admin: Visitor, path: str = MIN, **fields: str) -> Answer:
    usual = {"name": AGENT.name, "role": "agent", "language": "en", "skills": "", "languages": "", "signature": ""}
    absence = {"away_from": "", "away_until": "", "stand_in": "0"}
    return admin.post(path, usual | absence | {"version": admin.get(path).hidden("version")} | fields)


def hold(number: int = 1, agent: Agent = AGENT) -> None:
    for _ in range(number):
        tickets.assign(open_ticket(), agent.id, ADMIN, now())


class TestTheList:
    def test_tells_who_is_there_what_they_hold_and_when_they_last_came(self, admin: Visitor) -> None:
        hold(2)
        moment = now() - timedelta(minutes=1)
        sessions.save("min", Session(AGENT.id, moment + timedelta(hours=1), moment))
        page = admin.get(PAGE).text
        row = page.partition(f'href="{MIN}"')[2].partition("</tr>")[0]
        assert AGENT.address in row
        assert '<td data-label="Unresolved tickets">2</td>' in row
        assert f'datetime="{moment:%Y-%m-%dT%H:%M:%SZ}"' in row

    def test_who_left_stands_last_and_says_so(self, admin: Visitor) -> None:
        settings.save_agent(Agent(9, "abe@desk.example", "Abe", Role.AGENT, "en", is_active=False))
        page = admin.get(PAGE).text
        assert page.index("Sun Supervisor") < page.index("Abe")
        assert "inactive" in page

    def test_who_is_away_says_until_when(self, admin: Visitor) -> None:
        save(admin, away_from=today(), away_until=today(3))
        assert "away until " in admin.get(PAGE).text


class TestInviting:
    def test_the_password_is_shown_once_and_works(self, admin: Visitor, user_pool: str, client: Client) -> None:
        shown = admin.post(f"{PAGE}/new", INVITATION)
        assert shown.status == 200
        assert shown.headers["Cache-Control"] == "no-store"
        password = shown.text.partition("data-password>")[2].partition("<")[0]
        newcomer = Visitor(client)
        answer = newcomer.post("/agent/sign-in", {"email": "jo@desk.example", "password": password})
        assert "Choose your password" in answer.text
        assert password not in admin.get(PAGE).text

    def test_or_it_is_mailed(self, admin: Visitor, user_pool: str) -> None:
        page = admin.follow(admin.post(f"{PAGE}/new", INVITATION | {"way": "mail"}))
        assert "on its way by mail" in page.text
        assert "jo@desk.example" in page.text

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("email", AGENT.address, "at the desk already"),
            ("email", "jo", "jo"),
            ("name", "", "Please give a name."),
            ("role", "boss", "role-error"),
        ],
    )
    def test_what_is_wrong_comes_back_with_what_was_typed(
        self, admin: Visitor, user_pool: str, field: str, value: str, words: str
    ) -> None:
        answer = admin.post(f"{PAGE}/new", INVITATION | {field: value})
        assert answer.status == 422
        assert words in answer.text
        assert f'id="{field}-error"' in answer.text
        assert 'name="way" value="show" checked' in answer.text
        assert len(settings.get(is_fresh=True).agents) == 5


class TestOnePerson:
    def test_what_is_set_is_kept_and_shown(self, admin: Visitor) -> None:
        team = desk_settings.add_team("Repairs", "", "", ADMIN, now())
        words = {"skills": "bikes, lamps", "languages": "ko en", f"team_{team.id}": "1"}
        page = admin.follow(save(admin, role="supervisor", signature="**Min**", **words)).text
        assert "Saved." in page
        assert 'value="bikes, lamps"' in page
        assert f'name="team_{team.id}" value="1" checked' in page
        assert f'Members: <a href="{MIN}">{AGENT.name}</a>' in admin.get(f"/agent/settings/mail/teams/{team.id}").text
        known = now_set()
        assert (known.role, known.languages, known.teams) == (Role.SUPERVISOR, ("ko", "en"), frozenset({team.id}))

    def test_an_absence_with_a_stand_in(self, admin: Visitor) -> None:
        page = admin.follow(save(admin, away_from=today(), away_until=today(3), stand_in=f"{COLLEAGUE.id}")).text
        assert f'<option value="{COLLEAGUE.id}" selected>' in page
        assert "away until " in page
        absence = now_set().absence
        assert absence is not None
        assert (absence.first.isoformat(), absence.stand_in) == (today(), COLLEAGUE.id)
        admin.follow(save(admin))
        assert now_set().absence is None

    @pytest.mark.parametrize(
        ("fields", "place"),
        [
            ({"name": " "}, "name"),
            ({"languages": "Korean language"}, "languages"),
            ({"signature": "{agent.phone}"}, "signature"),
            ({"away_from": "2026-12-03", "away_until": "2026-12-01"}, "away_until"),
            ({"away_from": "2026-12-01", "away_until": "2026-12-03", "stand_in": f"{AGENT.id}"}, "stand_in"),
        ],
    )
    def test_a_mistake_stands_where_it_was_made_and_nothing_typed_is_lost(
        self, admin: Visitor, fields: dict[str, str], place: str
    ) -> None:
        answer = save(admin, **{"skills": "bikes", **fields})
        assert answer.status == 422
        assert f'id="{place}-error"' in answer.text
        assert 'value="bikes"' in answer.text
        assert now_set().skills == ()

    def test_another_admin_was_faster(self, admin: Visitor) -> None:
        seen = admin.get(MIN).hidden("version")
        save(admin, name="First", skills="bikes")
        answer = save(admin, name="Second", version=seen)
        assert answer.status == 409
        assert "Somebody else changed this first." in answer.text
        assert "<li>Name: First</li>" in answer.text
        assert 'value="Second"' in answer.text
        assert save(admin, name="Second", version=answer.hidden("version")).status == 303
        assert now_set().name == "Second"

    def test_the_last_admin_stays_one(self, admin: Visitor) -> None:
        answer = save(admin, f"{PAGE}/{ADMIN.id}", name="Ada", role="agent")
        assert answer.status == 422
        assert 'id="role-error"' in answer.text
        assert now_set(ADMIN).role is Role.ADMIN

    def test_a_person_that_is_not_there_is_not_found(self, admin: Visitor) -> None:
        assert admin.get(f"{PAGE}/99").status == 404
        assert admin.get(f"{PAGE}/min").status == 404

    def test_a_lost_password_is_renewed(self, admin: Visitor, user_pool: str) -> None:
        admin.post(f"{PAGE}/new", INVITATION)
        jo = settings.get(is_fresh=True).agent_by_address("jo@desk.example")
        assert jo is not None
        assert "data-password" in admin.post(f"{PAGE}/{jo.id}/password", {}).text

    def test_signing_out_everywhere(self, admin: Visitor, agent: Visitor) -> None:
        assert agent.get("/agent").status == 200
        assert "Signed out everywhere." in admin.follow(admin.post(f"{MIN}/sign-out", {})).text
        sessions.forget()
        assert agent.get("/agent").status == 303


class TestTickets:
    def test_are_handed_to_somebody_else(self, admin: Visitor) -> None:
        hold(2)
        assert "Unresolved tickets: 2" in admin.get(MIN).text
        page = admin.follow(admin.post(f"{MIN}/hand-over", {"to": f"{COLLEAGUE.id}"})).text
        assert "Handed over." in page
        assert "Unresolved tickets: 0" in page
        assert [ticket_store.get(number).assignee for number in (1, 2)] == [COLLEAGUE.id] * 2

    def test_the_stand_in_is_offered_first(self, admin: Visitor) -> None:
        hold()
        save(admin, away_from=today(), away_until=today(3), stand_in=f"{COLLEAGUE.id}")
        choice = admin.get(MIN).text.partition('id="to"')[2].partition("</select>")[0]
        assert f'<option value="{COLLEAGUE.id}" selected>' in choice

    def test_whoever_can_not_take_them_is_refused_in_place(self, admin: Visitor) -> None:
        hold()
        settings.save_agent(Agent(9, "abe@desk.example", "Abe", Role.AGENT, "en", is_active=False))
        answer = admin.post(f"{MIN}/hand-over", {"to": "9"})
        assert answer.status == 422
        assert 'id="to-error"' in answer.text

    def test_the_choice_of_an_assignee_says_who_is_away(self, admin: Visitor) -> None:
        save(admin, away_from=today(), away_until=today())
        hold(agent=COLLEAGUE)
        page = admin.get("/agent/tickets/1").text
        assert f'<option value="{AGENT.id}">{AGENT.name} – away until ' in page
        assert f'<option value="{SUPERVISOR.id}">{SUPERVISOR.name}</option>' in page


class TestLeaving:
    def leave(self, admin: Visitor, **fields: str) -> Answer:
        version = admin.get(f"{MIN}/active").hidden("version")
        return admin.post(f"{MIN}/active", {"version": version, "to": "0"} | fields)

    def test_the_page_says_what_becomes_of_the_tickets(self, admin: Visitor) -> None:
        hold(2)
        page = admin.get(f"{MIN}/active").text
        assert "What becomes of their unresolved tickets (2)" in page
        assert f'<option value="{COLLEAGUE.id}"' in page

    def test_and_which_teams_are_left_without_a_lead(self, admin: Visitor) -> None:
        team = desk_settings.add_team("Repairs", "", "", ADMIN, now(), lead=AGENT.id)
        page = admin.get(f"{MIN}/active").text
        assert f'Leads: <a href="/agent/settings/mail/teams/{team.id}">Repairs</a>.' in page

    @pytest.mark.parametrize(("to", "assignee"), [("0", 0), (f"{COLLEAGUE.id}", COLLEAGUE.id), ("keep", AGENT.id)])
    def test_they_go_where_the_admin_says(self, admin: Visitor, to: str, assignee: int) -> None:
        hold()
        assert "Deactivated." in admin.follow(self.leave(admin, to=to)).text
        assert not now_set().is_active
        assert ticket_store.get(1).assignee == assignee

    def test_who_comes_back_signs_in_anew(self, admin: Visitor, client: Client) -> None:
        leaver = signed_in(client, AGENT)
        self.leave(admin)
        sessions.forget()
        assert leaver.get("/agent").status == 303
        version = admin.get(MIN).hidden("version")
        page = admin.follow(admin.post(f"{MIN}/active", {"version": version, "is_active": "1"}))
        assert "Active again." in page.text
        assert leaver.get("/agent").status == 303

    def test_a_receiver_who_is_none_stops_it_all(self, admin: Visitor) -> None:
        hold()
        answer = self.leave(admin, to=f"{AGENT.id}")
        assert answer.status == 422
        assert 'id="to-error"' in answer.text
        assert now_set().is_active

    def test_the_last_admin_does_not_leave(self, admin: Visitor) -> None:
        path = f"{PAGE}/{ADMIN.id}/active"
        answer = admin.post(path, {"version": admin.get(path).hidden("version"), "to": "0"})
        assert answer.status == 422
        assert "active admin" in answer.text
        assert now_set(ADMIN).is_active

    def test_on_a_person_that_was_changed_meanwhile_nothing_happens(self, admin: Visitor) -> None:
        version = admin.get(f"{MIN}/active").hidden("version")
        save(admin, name="Minnie")
        assert admin.post(f"{MIN}/active", {"version": version, "to": "0"}).status == 409
        assert now_set().is_active
