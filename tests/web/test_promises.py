"""The rest of the page of promises: what a ticket would get, and what becomes of one whose customer says nothing."""

from dataclasses import replace

import pytest

from chalicelib.adapters import settings
from chalicelib.domain.auto_close import CloseAfter
from chalicelib.domain.policy import DEFAULT_POLICY, Condition
from chalicelib.domain.words import Kind
from tests.web.test_policies import VIP, promise
from tests.web.visitor import Answer, Visitor

PAGE = "/agent/settings/promises"


def ask(admin: Visitor, at: str = "2027-03-08T10:00", customer: str = "kim@customer.example") -> Answer:
    return admin.get(f"{PAGE}?priority=urgent&team=&source=email&customer={customer}&at={at}")


def save(admin: Visitor, **typed: str) -> Answer:
    fields = {"is_on": "1", "reminder": "2", "last_reminder": "4", "resolve": "9"} | typed
    return admin.post(f"{PAGE}/auto-close", {"version": f"{settings.get(is_fresh=True).levels_version}"} | fields)


def now_set() -> CloseAfter:
    return settings.get(is_fresh=True).close_after


class TestTrial:
    def test_answers_with_policy_deadlines_and_ladder(self, admin: Visitor) -> None:
        promise(replace(VIP, condition=Condition(customers=frozenset({"@gold.example"}))), DEFAULT_POLICY)
        answer = ask(admin, customer="Lee@gold.example").text
        trial = answer[answer.index('id="trial"') : answer.index('id="auto-close"')]
        assert "<strong>Gold</strong>" in trial
        assert trial.count("2027-03-08T02:00:00Z") == 4, "first and next response are due in an hour, and told then"
        assert "2027-03-08T05:00:00Z" in trial, "the resolution in four"
        assert "2027-03-08T01:30:00Z" in trial, "half of an hour"
        assert "<strong>Default</strong>" in ask(admin).text

    def test_asks_for_the_kind_too(self, admin: Visitor) -> None:
        promise(replace(VIP, condition=Condition(kinds=frozenset({Kind.CLAIM}))), DEFAULT_POLICY)
        assert "<strong>Gold</strong>" in admin.get(f"{PAGE}?kind=claim&at=2027-03-08T10:00").text
        assert "<strong>Default</strong>" in admin.get(f"{PAGE}?kind=praise&at=2027-03-08T10:00").text

    def test_nothing_is_answered_before_it_is_asked(self, admin: Visitor) -> None:
        assert "Its policy:" not in admin.get(PAGE).text

    @pytest.mark.parametrize("at", ["", "tomorrow", "9999-12-31T23:00"])
    def test_needs_a_time(self, admin: Visitor, at: str) -> None:
        page = ask(admin, at)
        assert page.status == 200
        assert "Please choose day and time." in page.text
        assert "kim@customer.example" in page.text


class TestAutoClose:
    def test_is_set_and_switched_off(self, admin: Visitor) -> None:
        assert "Tickets that wait follow" in admin.follow(save(admin)).text
        assert now_set() == CloseAfter(2, 4, 9)
        save(admin, is_on="")
        assert now_set() == CloseAfter(2, 4, 9, is_on=False)

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ({"reminder": "soon"}, "from 1 to 365"),
            ({"resolve": "366"}, "from 1 to 365"),
            ({"last_reminder": "2"}, "must be larger than the one before"),
        ],
    )
    def test_a_mistake_loses_nothing(self, admin: Visitor, typed: dict[str, str], words: str) -> None:
        answer = save(admin, **typed)
        assert answer.status == 422
        assert words in answer.text
        assert f'value="{next(iter(typed.values()))}"' in answer.text
        assert now_set() == CloseAfter()

    def test_another_admin_was_faster(self, admin: Visitor) -> None:
        seen = f"{settings.get(is_fresh=True).levels_version}"
        save(admin)
        answer = save(admin, resolve="20", version=seen)
        assert answer.status == 409
        assert 'value="20"' in answer.text
        assert now_set().resolve == 9

    def test_is_for_admins(self, supervisor: Visitor) -> None:
        assert supervisor.post(f"{PAGE}/auto-close", {}).status == 403
