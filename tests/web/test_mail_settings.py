import re

import pytest

from chalicelib.adapters import settings
from chalicelib.domain.settings import Settings
from chalicelib.domain.team import Team
from tests.conftest import AGENT
from tests.web.visitor import Answer, Visitor

PAGE = "/agent/settings/mail"
NEW_TEAM = f"{PAGE}/teams/new"


def now_set() -> Settings:
    return settings.get(is_fresh=True)


def team() -> Team:
    return next(iter(now_set().teams.values()))


def save(admin: Visitor, **fields: str) -> Answer:
    seen = admin.get(PAGE).hidden("version")
    return admin.post(PAGE, {"desk_name": "Desk", "quoted_history": "last", "version": seen} | fields)


def add_team(admin: Visitor, **fields: str) -> Answer:
    words = {"name": "Repairs", "address": "repairs@desk.example", "signature": "{agent.name}", "version": "0"}
    return admin.post(NEW_TEAM, words | fields)


def test_the_page_saves_and_says_so(admin: Visitor) -> None:
    shown = admin.follow(save(admin, desk_name="Sunny Help", quoted_history="all"))
    assert "Mail settings saved." in shown.text
    assert 'value="Sunny Help"' in shown.text
    assert '<option value="all" selected>' in shown.text
    assert (now_set().desk_name, now_set().quoted_history) == ("Sunny Help", "all")


def test_what_is_wrong_comes_back_with_what_was_typed(admin: Visitor) -> None:
    answer = save(admin, desk_name=" ", quoted_history="all")
    assert answer.status == 422
    assert "Please give a name." in answer.text
    assert '<option value="all" selected>' in answer.text


def test_other_addresses_are_kept_one_a_line_and_come_back_when_they_are_wrong(admin: Visitor) -> None:
    shown = admin.follow(save(admin, other_addresses="info@ourshop.example, orders@ourshop.example")).text
    assert "\ninfo@ourshop.example\norders@ourshop.example</textarea>" in shown
    answer = save(admin, other_addresses="info@ourshop.example\nmin@desk.example")
    assert answer.status == 422
    assert "This is an agent&#39;s own address" in answer.text
    assert "\ninfo@ourshop.example\nmin@desk.example</textarea>" in answer.text


def test_another_admin_was_faster(admin: Visitor) -> None:
    seen = admin.get(PAGE).hidden("version")
    save(admin, desk_name="First")
    answer = admin.post(PAGE, {"desk_name": "Second", "quoted_history": "last", "version": seen})
    assert answer.status == 409
    assert "Somebody else changed this first." in answer.text
    assert 'value="Second"' in answer.text
    assert save(admin, desk_name="Second", version=answer.hidden("version")).status == 303
    assert now_set().desk_name == "Second"


def test_a_team_is_added_listed_changed_and_given_up(admin: Visitor) -> None:
    page = admin.follow(add_team(admin)).text
    assert "repairs@desk.example" in page
    path = f"{PAGE}/teams/{team().id}"
    fields = {"name": "Workshop", "address": "", "signature": "", "version": admin.get(path).hidden("version")}
    page = admin.follow(admin.post(path, fields)).text
    assert "Workshop" in page
    assert "Inactive" in page
    assert (team().name, team().is_active) == ("Workshop", False)


def test_a_team_has_a_lead_and_never_hands_on_in_a_circle(admin: Visitor) -> None:
    add_team(admin, lead=f"{AGENT.id}")
    assert team().lead == AGENT.id
    path = f"{PAGE}/teams/{team().id}"
    page = admin.get(path)
    assert f'<option value="{AGENT.id}" selected>' in page.text
    fields = {"name": "Repairs", "address": "", "signature": "", "version": page.hidden("version")}
    answer = admin.post(path, fields | {"lead": f"{AGENT.id}", "next_level": f"{team().id}"})
    assert answer.status == 422
    assert 'id="next_level-error"' in answer.text
    assert f'<option value="{AGENT.id}" selected>' in answer.text


def test_former_addresses_are_shown(admin: Visitor) -> None:
    add_team(admin)
    path = f"{PAGE}/teams/{team().id}"
    fields = {"name": "Repairs", "address": "", "signature": "", "is_active": "1"}
    admin.post(path, fields | {"version": admin.get(path).hidden("version")})
    assert "Former addresses, where mail still comes in: repairs@desk.example" in admin.get(path).text
    assert "repairs@desk.example" in admin.get(PAGE).text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("address", "repairs@elsewhere.example", "ends with @desk.example"),
        ("address", "support@desk.example", "in use already"),
        ("signature", "{agent.phone}", "a variable that does not exist: {agent.phone}"),
        ("name", "", "Please give a name."),
    ],
)
def test_a_wrong_team_comes_back_with_what_to_mend(admin: Visitor, field: str, value: str, words: str) -> None:
    answer = add_team(admin, **{field: value})
    assert answer.status == 422
    assert words in answer.text
    assert value in answer.text
    assert not now_set().teams


def test_the_preview_shows_what_was_not_saved_yet(admin: Visitor) -> None:
    fields = {"name": "Repairs", "address": "", "signature": "**{agent.name}** of {team.name}", "version": "0"}
    html = admin.post(f"{PAGE}/preview", fields | {"show": "html"})
    assert "<strong>Ada Admin</strong> of Repairs" in html.text
    assert "deskbell_quote" in html.text
    text = admin.post(f"{PAGE}/preview", fields | {"show": "text"})
    assert str(text.headers["Content-Type"]).startswith("text/plain")
    assert "\n-- \n**Ada Admin** of Repairs\n" in text.text
    assert not now_set().teams


def test_the_preview_quotes_as_chosen(admin: Visitor) -> None:
    fields = {"desk_name": "Sunny Help", "quoted_history": "none", "version": "1", "show": "text"}
    text = admin.post(f"{PAGE}/preview", fields).text
    assert "Sunny Help" in text
    assert "wrote:" not in text


def test_the_preview_is_shown_in_a_frame_that_can_do_nothing(admin: Visitor) -> None:
    page = admin.get(PAGE)
    assert "frame-src 'self'" in str(page.headers["Content-Security-Policy"])
    (source,) = re.findall('<iframe[^>]* src="([^"]+)"', page.text)
    frame = admin.get(source)
    policy = str(frame.headers["Content-Security-Policy"])
    assert "default-src 'none'" in policy
    assert "; sandbox;" in policy
    assert "script-src" not in policy
    assert frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "Ada Admin" in frame.text


def test_a_preview_of_a_wrong_signature_says_what_is_wrong(admin: Visitor) -> None:
    answer = admin.post(
        f"{PAGE}/preview", {"name": "R", "address": "", "signature": "{x}", "version": "0", "show": "html"}
    )
    assert answer.status == 422
    assert "{x}" in answer.text
    assert "The preview appears here once that is mended." in answer.text
    assert str(answer.headers["Content-Type"]).startswith("text/html")
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"], "it is seen in the frame"


@pytest.mark.parametrize("path", [PAGE, NEW_TEAM, f"{PAGE}/preview"])
def test_only_admins_get_there(supervisor: Visitor, admin: Visitor, path: str) -> None:
    assert supervisor.get(path).status == 403
    assert supervisor.post(path, {}).status == 403
    assert PAGE not in supervisor.get("/agent").text
    assert PAGE in admin.get("/agent").text
