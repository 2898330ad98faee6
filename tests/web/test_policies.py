"""The pages of what is promised: the list of policies, a policy's form, and what a change would do."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from chalicelib.adapters import settings
from chalicelib.desk import intake, renewal
from chalicelib.domain.business_hours import ALWAYS, DEFAULT
from chalicelib.domain.escalation import DEFAULT_LADDER, Channel, Receiver, StepAction
from chalicelib.domain.policy import DEFAULT_POLICY, Condition, ServiceLevels, SlaPolicy
from chalicelib.domain.renewal import Renewal
from chalicelib.domain.words import Kind, Priority, Source, Status
from tests import factories
from tests.conftest import ADMIN, NOW
from tests.web.tickets import open_ticket
from tests.web.visitor import Answer, Visitor, now

PAGE = "/agent/settings/promises"
POLICIES = f"{PAGE}/policies"
VIP = replace(DEFAULT_POLICY, id="vip", name="Gold", condition=Condition(customers=frozenset({"@gold.example"})))
FORMS = replace(DEFAULT_POLICY, id="forms", name="Forms", condition=Condition(sources=frozenset({Source.FORM})))


def now_set() -> tuple[SlaPolicy, ...]:
    return settings.get(is_fresh=True).policies


def promise(*policies: SlaPolicy) -> None:
    version = settings.get(is_fresh=True).levels_version
    renewal.save(ServiceLevels(policies, {"default": DEFAULT, "always": ALWAYS}, version), ADMIN, now())


def fields_of(page: Answer) -> dict[str, str]:
    """What a browser would send of the page's form."""
    (form,) = re.findall(r'<form class="card form".*?</form>', page.text, re.DOTALL)
    fields = dict(re.findall(r'<input(?! type="checkbox")[^>]* name="([^"]+)"[^>]*? value="([^"]*)"', form))
    fields |= dict.fromkeys(re.findall(r'<input type="checkbox"[^>]* name="([^"]+)"[^>]* checked', form), "1")
    fields |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL))
    for name, choices in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        fields[name] = "".join(re.findall(r'value="([^"]*)" selected', choices))
    return {name: unescape(value) for name, value in fields.items()}


def change(admin: Visitor, policy: str = "default", **typed: str) -> Answer:
    fields = fields_of(admin.get(f"{POLICIES}/{policy}")) | typed
    return admin.post(f"{POLICIES}/{policy}", fields)


class TestList:
    def test_shows_what_each_policy_is_for_and_promises(self, admin: Visitor) -> None:
        promise(VIP, DEFAULT_POLICY)
        page = admin.get(PAGE).text
        assert page.index("Customers: @gold.example") < page.index("For every ticket.")
        assert "<td>27 h</td>" in page
        assert "Used by: Gold, Default" in page
        assert "No policy uses it." in page

    def test_moves_a_policy_and_back(self, admin: Visitor) -> None:
        promise(VIP, FORMS, DEFAULT_POLICY)
        fields = {"policy": "forms", "version": admin.get(PAGE).hidden("version")}
        assert "Promises saved." in admin.follow(admin.post(f"{PAGE}/move", fields | {"move": "up"})).text
        assert [policy.id for policy in now_set()] == ["forms", "vip", "default"]
        fields["version"] = admin.get(PAGE).hidden("version")
        admin.post(f"{PAGE}/move", fields | {"move": "down"})
        assert [policy.id for policy in now_set()] == ["vip", "forms", "default"]

    def test_the_one_for_all_stays_last(self, admin: Visitor) -> None:
        promise(VIP, DEFAULT_POLICY)
        page = admin.get(PAGE)
        assert 'value="up"' not in page.text
        fields = {"policy": "default", "move": "up", "version": page.hidden("version")}
        answer = admin.post(f"{PAGE}/move", fields)
        assert answer.status == 422
        assert "The last policy must be for every ticket" in answer.text
        assert [policy.id for policy in now_set()] == ["vip", "default"]

    def test_a_list_that_was_overtaken_moves_nothing(self, admin: Visitor) -> None:
        promise(VIP, FORMS, DEFAULT_POLICY)
        seen = admin.get(PAGE).hidden("version")
        promise(FORMS, VIP, replace(DEFAULT_POLICY, name="Everybody"))
        answer = admin.post(f"{PAGE}/move", {"policy": "forms", "move": "down", "version": seen})
        assert answer.status == 409
        assert "Everybody" in answer.text
        assert [policy.id for policy in now_set()] == ["forms", "vip", "default"]

    def test_names_a_policy_that_no_ticket_gets(self, admin: Visitor) -> None:
        promise(replace(DEFAULT_POLICY, id="all"), VIP, DEFAULT_POLICY)
        assert admin.get(PAGE).text.count("An earlier policy takes every ticket") == 2

    def test_tells_how_far_the_renewal_is(self, admin: Visitor) -> None:
        promise(VIP, DEFAULT_POLICY)
        assert "will be renewed in a moment" in admin.get(PAGE).text
        version = settings.get(is_fresh=True).levels_version
        settings.keep_renewal(Renewal(version, 12, 40, 3, NOW))
        assert "12 of about 40 looked at, 3 changed" in admin.get(PAGE).text
        settings.keep_renewal(Renewal(version, 40, 40, 9, NOW, is_finished=True))
        assert "40 looked at, 9 changed" in admin.get(PAGE).text


class TestForm:
    def test_saves_what_was_typed(self, admin: Visitor) -> None:
        promise(VIP, DEFAULT_POLICY)
        typed = {
            "name": "Platinum",
            "calendar": "always",
            "awake": "default",
            "pauses_on_hold": "1",
            "customers": "@gold.example\nKIM@customer.example",
            "priority_urgent": "1",
            "source_phone": "1",
            "kind_claim": "1",
            "target_urgent_first_response": "30분",
            "target_urgent_resolution": "1 h 30 min",
            "step_5_when": "+16 h",
            "step_5_supervisor": "1",
            "step_5_next_level": "1",
            "step_5_no_mail": "1",
        }
        assert "Platinum" in admin.follow(change(admin, "vip", **typed)).text
        policy = now_set()[0]
        assert (policy.name, policy.calendar, policy.awake) == ("Platinum", "always", "default")
        assert policy.pauses_in == {Status.PENDING, Status.ON_HOLD}
        customers = frozenset({"@gold.example", "kim@customer.example"})
        assert policy.condition == Condition(
            frozenset({Priority.URGENT}),
            sources=frozenset({Source.PHONE}),
            customers=customers,
            kinds=frozenset({Kind.CLAIM}),
        )
        assert policy.targets[Priority.URGENT].first_response == timedelta(minutes=30)
        assert policy.targets[Priority.URGENT].resolution == timedelta(minutes=90)
        assert policy.ladder[:5] == DEFAULT_LADDER
        assert policy.ladder[5].channels == (Channel.CONSOLE,)
        assert (policy.ladder[5].receivers, policy.ladder[5].actions) == (
            (Receiver.SUPERVISOR,),
            (StepAction.NEXT_LEVEL,),
        )

    def test_saved_as_it_is_changes_nothing(self, admin: Visitor) -> None:
        promise(VIP, FORMS, DEFAULT_POLICY)
        before, version = now_set(), settings.get(is_fresh=True).levels_version
        for policy in before:
            assert change(admin, policy.id).status == 303
        assert (now_set(), settings.get(is_fresh=True).levels_version) == (before, version)

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("name", "", "Please give a name."),
            ("target_low_resolution", "5", "with its unit"),
            ("target_low_resolution", "0 h", "with its unit"),
            ("customers", "somebody", "neither an address nor a domain"),
            ("step_0_when", "101 %", "from 1 to 100 %"),
            ("step_0_when", "80%", "another step at this moment"),
            ("step_2_when", "95 %", "has no step at 100 %"),
            ("step_6_when", "+9 h 30 min", "whom to tell or what to do"),
        ],
    )
    def test_says_beside_the_field_what_to_mend_and_keeps_what_was_typed(
        self, admin: Visitor, field: str, value: str, words: str
    ) -> None:
        promise(VIP, DEFAULT_POLICY)
        answer = change(admin, "vip", **{field: value, "target_high_first_response": "77 min"})
        assert answer.status == 422
        assert words in answer.text
        assert value in answer.text
        assert "77 min" in answer.text
        assert now_set()[0] == VIP

    def test_a_calendar_that_is_gone_must_be_chosen_anew(self, admin: Visitor) -> None:
        answer = change(admin, calendar="moon", name="Everybody")
        assert answer.status == 422
        assert "one of the values offered" in answer.text
        assert 'value="Everybody"' in answer.text

    def test_a_preview_shows_which_tickets_would_be_due_when_and_saves_nothing(self, admin: Visitor) -> None:
        number = open_ticket()
        answer = change(admin, target_medium_first_response="1 min", do="preview")
        assert answer.status == 200
        assert f"/agent/tickets/{number}" in answer.text
        assert "1 of 1 open tickets would change." in answer.text
        assert "1 min" in answer.text
        assert now_set() == (DEFAULT_POLICY,)
        assert "Nothing would change on the 1 open tickets." in change(admin, do="preview").text

    def test_marks_what_would_be_late_at_once(self, admin: Visitor) -> None:
        promise(DEFAULT_POLICY)
        intake.open_from_form(factories.form(), now() - timedelta(minutes=5))
        answer = change(admin, calendar="always", target_medium_first_response="1 min", do="preview")
        assert "Late at once" in answer.text

    def test_another_admin_was_faster(self, admin: Visitor) -> None:
        promise(VIP, DEFAULT_POLICY)
        fields = fields_of(admin.get(f"{POLICIES}/vip"))
        promise(replace(VIP, condition=Condition(customers=frozenset({"@silver.example"}))), DEFAULT_POLICY)
        answer = admin.post(f"{POLICIES}/vip", fields | {"name": "Mine"})
        assert answer.status == 409
        assert "Customers: @silver.example" in answer.text, "what came in"
        assert 'value="Mine"' in answer.text
        assert admin.post(f"{POLICIES}/vip", fields_of(answer)).status == 303
        assert now_set()[0].name == "Mine"

    def test_a_mistake_does_not_make_a_stale_view_fresh(self, admin: Visitor) -> None:
        promise(VIP, DEFAULT_POLICY)
        fields = fields_of(admin.get(f"{POLICIES}/vip"))
        promise(replace(VIP, name="Theirs"), DEFAULT_POLICY)
        answer = admin.post(f"{POLICIES}/vip", fields | {"name": ""})
        assert admin.post(f"{POLICIES}/vip", fields_of(answer) | {"name": "Mine"}).status == 409

    def test_one_that_was_deleted_meanwhile_loses_nothing(self, admin: Visitor) -> None:
        promise(VIP, DEFAULT_POLICY)
        fields = fields_of(admin.get(f"{POLICIES}/vip"))
        promise(DEFAULT_POLICY)
        answer = admin.post(f"{POLICIES}/vip", fields)
        assert answer.status == 409
        assert "This policy was deleted" in answer.text
        admin.post(f"{POLICIES}/vip", fields_of(answer))
        assert [policy.name for policy in now_set()] == ["Gold", "Default"]


class TestComingAndGoing:
    def test_a_new_one_stands_before_the_last(self, admin: Visitor) -> None:
        page = admin.get(f"{POLICIES}/new")
        admin.post(f"{POLICIES}/new", fields_of(page) | {"name": "Phone", "source_phone": "1"})
        assert [policy.name for policy in now_set()] == ["Phone", "Default"]

    def test_a_copy_is_saved_when_its_form_is(self, admin: Visitor) -> None:
        promise(VIP, DEFAULT_POLICY)
        page = admin.get(f"{POLICIES}/new?from=vip")
        assert "@gold.example" in page.text
        assert len(now_set()) == 2
        admin.post(f"{POLICIES}/new", fields_of(page) | {"name": "Gold by phone"})
        first, copy, _ = now_set()
        assert (copy.name, copy.condition) == ("Gold by phone", first.condition)
        assert copy.id != first.id

    def test_is_deleted_after_a_look_at_what_would_change(self, admin: Visitor) -> None:
        promise(VIP, DEFAULT_POLICY)
        page = admin.get(f"{POLICIES}/vip/delete")
        assert "Nothing would change" in page.text
        assert len(now_set()) == 2
        admin.follow(admin.post(f"{POLICIES}/vip/delete", {"version": page.hidden("version")}))
        assert now_set() == (DEFAULT_POLICY,)

    def test_the_last_for_all_stays(self, admin: Visitor) -> None:
        promise(VIP, DEFAULT_POLICY)
        assert f"{POLICIES}/default/delete" not in admin.get(PAGE).text
        answer = admin.post(f"{POLICIES}/default/delete", {"version": "1"})
        assert answer.status == 422
        assert len(now_set()) == 2


@pytest.mark.parametrize("path", [PAGE, f"{POLICIES}/new", f"{POLICIES}/default"])
def test_only_admins_get_there(supervisor: Visitor, admin: Visitor, path: str) -> None:
    assert supervisor.get(path).status == 403
    assert PAGE not in supervisor.get("/agent").text
    assert PAGE in admin.get("/agent").text
    assert admin.get(path).status == 200
