"""The pages of what is promised: the list of policies, a policy's form, and what a change would do."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from chalicelib.adapters import settings, tickets
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
    renewal.save(ServiceLevels(policies, {"default": DEFAULT, "always": ALWAYS}, version=version), ADMIN, now())


def fields_of(page: Answer) -> dict[str, str]:
    """What a browser would send of the page's form."""
    (form,) = re.findall(r'<form class="card form".*?</form>', page.text, re.DOTALL)
    fields = dict(re.findall(r'<input(?! type="checkbox")[^>]* name="([^"]+)"[^>]*? value="([^"]*)"', form))
    fields |= dict.fromkeys(re.findall(r'<input type="checkbox"[^>]* name="([^"]+)"[^>]* checked', form), "1")
    fields |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL))
    for name, choices in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        fields[name] = "".join(re.findall(r'value="([^"]*)" selected', choices))
    fields |= dict(re.findall(r'name="(previewed)" value="([^"]*)" form="policy"', page.text))
    return {name: unescape(value) for name, value in fields.items()}


def change(admin: Visitor, policy: str = "default", **typed: str) -> Answer:
    fields = fields_of(admin.get(f"{POLICIES}/{policy}")) | typed
    return admin.post(f"{POLICIES}/{policy}", fields)


def sent_to(page: Answer) -> str:
    """Where a browser would send the page's form."""
    (path,) = re.findall(r'<form class="card form"[^>]* action="([^"]+)"', page.text)
    return unescape(path)


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
        admin.post(sent_to(answer), fields_of(answer))
        assert [policy.name for policy in now_set()] == ["Gold", "Default"]

    def test_one_that_never_was_is_not_made_by_its_address(self, admin: Visitor) -> None:
        fields = fields_of(admin.get(f"{POLICIES}/default"))
        assert admin.post(f"{POLICIES}/invented", fields).status == 404
        assert now_set() == (DEFAULT_POLICY,)

    def test_a_domain_with_letters_of_its_own_is_found_among_customers(self, admin: Visitor) -> None:
        promise(VIP, DEFAULT_POLICY)
        change(admin, "vip", customers="@MÜNCHEN.example\nkim@bücher.example")
        assert now_set()[0].condition.customers == {"@xn--mnchen-3ya.example", "kim@xn--bcher-kva.example"}
        assert fields_of(admin.get(f"{POLICIES}/vip"))["customers"] == "@münchen.example\nkim@bücher.example"
        open_ticket(address="lee@münchen.example")
        assert tickets.get(1).policy == "vip"


class TestWhatWouldChangeIsShownFirst:
    def test_saving_shows_it_before_and_is_repeated_by_one_button(self, admin: Visitor) -> None:
        open_ticket()
        shown = change(admin, target_medium_first_response="1 min", name="Fast")
        assert shown.status == 200
        assert "1 of 1 open tickets would change." in shown.text
        assert "Nothing is saved yet." in shown.text
        assert 'name="do" value="save" form="policy"' in shown.text
        assert now_set() == (DEFAULT_POLICY,)
        assert admin.post(sent_to(shown), fields_of(shown) | {"do": "save"}).status == 303
        assert now_set()[0].name == "Fast"

    def test_what_is_typed_after_it_is_shown_as_well(self, admin: Visitor) -> None:
        open_ticket()
        shown = change(admin, target_medium_first_response="1 min", do="preview")
        again = admin.post(sent_to(shown), fields_of(shown) | {"target_medium_first_response": "2 min"})
        assert again.status == 200
        assert now_set() == (DEFAULT_POLICY,)
        assert admin.post(sent_to(again), fields_of(again)).status == 303
        assert now_set()[0].targets[Priority.MEDIUM].first_response == timedelta(minutes=2)

    def test_what_changes_no_open_ticket_is_saved_at_once(self, admin: Visitor) -> None:
        open_ticket()
        assert change(admin, target_urgent_first_response="30 min").status == 303

    def test_a_new_one_is_made_once_it_was_seen(self, admin: Visitor) -> None:
        open_ticket()
        fields = fields_of(admin.get(f"{POLICIES}/new")) | {"name": "Fast", "target_medium_resolution": "1 h"}
        shown = admin.post(f"{POLICIES}/new", fields)
        assert (shown.status, len(now_set())) == (200, 1)
        admin.post(sent_to(shown), fields_of(shown))
        assert [policy.name for policy in now_set()] == ["Fast", "Default"]

    def test_a_stale_form_is_refused_before_anything_is_shown(self, admin: Visitor) -> None:
        promise(VIP, DEFAULT_POLICY)
        open_ticket()
        fields = fields_of(admin.get(f"{POLICIES}/default")) | {"target_medium_first_response": "1 min"}
        promise(VIP, replace(DEFAULT_POLICY, name="Theirs"))
        assert admin.post(f"{POLICIES}/default", fields).status == 409

    def test_so_does_a_move(self, admin: Visitor) -> None:
        kim = replace(VIP, condition=Condition(customers=frozenset({"@customer.example"})))
        promise(kim, FORMS, DEFAULT_POLICY)
        open_ticket()
        fields = {"policy": "forms", "move": "up", "version": admin.get(PAGE).hidden("version")}
        shown = admin.post(f"{PAGE}/move", fields)
        assert "Move up: Forms" in shown.text
        assert "Another policy, the same deadlines" in shown.text
        assert [policy.id for policy in now_set()] == ["vip", "forms", "default"]
        seen = {"do": "save", "previewed": shown.hidden("previewed")}
        assert admin.post(f"{PAGE}/move", fields | seen).status == 303
        assert [policy.id for policy in now_set()] == ["forms", "vip", "default"]


class TestWhatHardlyMakesSense:
    def test_a_step_that_raises_the_priority_too_late(self, admin: Visitor) -> None:
        times = {"target_medium_resolution": "2 h", "target_high_resolution": "1 h"}
        late = "Step 80 %, priority Medium: by then all the time that High allows is used (Resolution)."
        typed = {
            name: value for name, value in fields_of(admin.get(f"{POLICIES}/default")).items() if "response" in name
        }
        typed |= dict.fromkeys(typed, "1 h") | times | {"step_1_raise_priority": "1"}
        assert late in change(admin, do="preview", **typed).text
        assert late in admin.follow(change(admin, **typed)).text
        assert late in admin.get(f"{POLICIES}/default").text
        assert late not in change(admin, do="preview", step_1_when="49 %").text

    def test_a_first_response_after_the_resolution(self, admin: Visitor) -> None:
        words = "Priority High: the first response may take longer (10 h) than the resolution (9 h)."
        assert words in change(admin, target_high_first_response="10 h", do="preview").text
        assert change(admin, target_high_first_response="10 h").status == 303, "it may be meant"
        assert words in admin.get(PAGE).text
        assert words not in change(admin, target_high_first_response="9 h", do="preview").text


class TestComingAndGoing:
    def test_a_new_one_stands_before_the_last(self, admin: Visitor) -> None:
        page = admin.get(f"{POLICIES}/new")
        admin.post(f"{POLICIES}/new", fields_of(page) | {"name": "Phone", "source_phone": "1"})
        assert [policy.name for policy in now_set()] == ["Phone", "Default"]

    def test_a_copy_is_saved_when_its_form_is(self, admin: Visitor) -> None:
        promise(VIP, DEFAULT_POLICY)
        page = admin.get(f"{POLICIES}/new?from=vip")
        assert "@gold.example" in page.text
        assert fields_of(page)["name"] == "Gold (copy)"
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
