"""The settings of checklists."""

import re
from datetime import timedelta

import pytest

from chalicelib.adapters import settings
from chalicelib.desk import checklists
from chalicelib.domain.checklist import MOST_STEPS, Checklist, ChecklistStep
from chalicelib.domain.words import Kind
from tests.conftest import ADMIN, NOW
from tests.web.visitor import Answer, Visitor

PAGE = "/agent/settings/checklists"
RETURN = Checklist(90, "Return", (ChecklistStep("Check the receipt", timedelta(hours=4)), ChecklistStep("Pay back")))
TYPED = {"name": "Return", "version": "0", "is_active": "1", "step_0_title": "Check the receipt", "step_0_due": "4 h"}


def now_set() -> list[Checklist]:
    return list(settings.get(is_fresh=True).checklists.values())


def post(visitor: Visitor, path: str = "new", **fields: str) -> Answer:
    return visitor.post(f"{PAGE}/{path}", fields)


def test_a_desk_begins_without_any(admin: Visitor) -> None:
    assert "There is no checklist yet." in admin.get(PAGE).text


def test_one_is_added_with_its_steps_in_their_order(admin: Visitor) -> None:
    empty_row = {"step_1_title": "", "step_1_due": ""}
    more = {"step_2_title": "Pay back", "kind_claim": "1", "comes_by_itself": "1"}
    assert post(admin, **TYPED, **empty_row, **more).location == PAGE
    (made,) = now_set()
    assert (made.name, made.steps, made.kinds, made.comes_by_itself) == (
        "Return",
        RETURN.steps,
        frozenset({Kind.CLAIM}),
        True,
    )
    text = admin.get(PAGE).text
    for words in ("Checklist saved.", "Return", "Claim", "comes by itself", "Check the receipt", "4 h"):
        assert words in text


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"name": ""}, "name", "Please give a name."),
        ({"step_0_due": "soon"}, "step_0_due", "Write a time with its unit"),
        ({"step_0_title": ""}, "step_0_title", "Say what is to be done."),
        ({"step_0_title": "", "step_0_due": ""}, "step_0_title", "Write at least one step."),
        ({"comes_by_itself": "1"}, "kinds", "needs a kind of ticket"),
    ],
)
def test_mistakes_stand_where_they_were_made_and_nothing_typed_is_lost(
    admin: Visitor, change: dict[str, str], field: str, words: str
) -> None:
    answer = post(admin, **TYPED | {"step_3_due": "", "step_9_title": ""} | change)
    assert (answer.status, now_set()) == (422, [])
    assert re.search(rf'id="{field}-error">[^<]*{words}', answer.text)
    for value in (TYPED | change).values():
        assert f'value="{value}"' in answer.text


def test_a_name_is_given_once(admin: Visitor) -> None:
    checklists.save(RETURN, ADMIN, NOW)
    answer = post(admin, **TYPED)
    assert answer.status == 422
    assert 'id="name-error"' in answer.text


def test_one_is_changed_and_put_aside(admin: Visitor) -> None:
    checklists.save(RETURN, ADMIN, NOW)
    page = admin.get(f"{PAGE}/90")
    assert page.hidden("step_0_due") == "4 h"
    answer = post(admin, "90", name="Sending back", version=page.hidden("version"), step_0_title="Check")
    assert answer.status == 303
    assert now_set() == [Checklist(90, "Sending back", (ChecklistStep("Check"),), is_active=False, version=2)]
    assert "not in use" in admin.get(PAGE).text


def test_of_two_admins_the_second_is_told_and_keeps_what_was_typed(admin: Visitor) -> None:
    checklists.save(RETURN, ADMIN, NOW)
    checklists.save(Checklist(90, "Returns", RETURN.steps, version=1), ADMIN, NOW)
    answer = post(admin, "90", **TYPED | {"name": "Mine", "version": "1"})
    assert answer.status == 409
    assert 'value="Mine"' in answer.text
    assert answer.hidden("version") == "2"
    assert now_set()[0].name == "Returns"


def test_there_is_always_room_for_more_steps_up_to_the_most(admin: Visitor) -> None:
    full = Checklist(90, "Full", tuple(ChecklistStep(f"{step}") for step in range(MOST_STEPS)))
    checklists.save(full, ADMIN, NOW)
    checklists.save(Checklist(91, "Short", RETURN.steps), ADMIN, NOW)
    assert 'name="step_5_title"' in admin.get(f"{PAGE}/91").text
    assert f'name="step_{MOST_STEPS}_title"' not in admin.get(f"{PAGE}/90").text


def test_one_that_is_not_there(admin: Visitor) -> None:
    assert admin.get(f"{PAGE}/4711").status == 404


def test_they_are_admins_business(agent: Visitor, supervisor: Visitor) -> None:
    assert [visitor.get(PAGE).status for visitor in (agent, supervisor)] == [403, 403]


def test_it_reads_in_korean(admin: Visitor) -> None:
    assert "체크리스트" in admin.get(f"{PAGE}?lang=ko").text
