from datetime import timedelta

from chalicelib.desk import agents, settings
from chalicelib.domain.agent import Agent
from chalicelib.domain.words import Role
from tests import factories
from tests.conftest import ADMIN, AGENT
from tests.factories import replace
from tests.web.visitor import Visitor, now

PAGE = "/agent/settings/changes"


def known() -> Agent:
    return factories.stored_settings().agent(AGENT.id)


def test_a_change_says_who_what_from_and_to(admin: Visitor) -> None:
    agents.change(replace(known(), role=Role.SUPERVISOR, skills=("<b>bikes</b>",)), ADMIN, now())
    page = admin.get(PAGE).text
    assert f"<strong>{ADMIN.name}</strong> · Person: <strong>{AGENT.name}</strong>" in page
    assert 'Role: <s class="unstruck">Agent</s> → Supervisor' in page
    assert "Skills: &lt;b&gt;bikes&lt;/b&gt;" in page


def test_values_are_in_the_reader_s_words(admin: Visitor) -> None:
    settings.set_mail("Desk", "all", factories.stored_settings().version, ADMIN, now())
    page = admin.get(f"{PAGE}?lang=ko").text
    assert "답변에 인용하는 내용" in page
    assert "고객의 마지막 메시지" in page
    assert "대화 전체" in page


def test_moments_are_in_the_reader_s_zone(admin: Visitor) -> None:
    agents.set_active(AGENT.id, known().version, ADMIN, now(), is_active=False)
    page = admin.get(PAGE).text
    assert 'Active: <s class="unstruck">yes</s> → no' in page
    assert "Signed out everywhere: <time" in page


def test_an_empty_log_says_so(admin: Visitor) -> None:
    assert "Nothing was changed yet." in admin.get(PAGE).text


def test_older_changes_are_a_page_away(admin: Visitor) -> None:
    for number in range(26):
        name, at = f"Name {number}", now() + timedelta(seconds=number)
        settings.set_mail(name, "last", factories.stored_settings().version, ADMIN, at)
    first = admin.get(PAGE)
    assert "Name 25" in first.text
    assert "Name 0</strong>" not in first.text
    (older,) = first.links("before=")
    rest = admin.get(older).text
    assert "Name 0</strong>" in rest
    assert 'rel="next"' not in rest
    assert admin.get(f"{PAGE}?before=x").status == 404
