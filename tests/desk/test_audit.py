"""Every change of settings is in the log, with the change or not at all."""

import ast
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.adapters import audit as audit_store
from chalicelib.adapters import settings as store
from chalicelib.desk import agents, audit, checklists, renewal, sessions, settings, setup
from chalicelib.domain.audit import MOST_DIFFERENCES, AuditEntry, Subject
from chalicelib.domain.auto_close import CloseAfter
from chalicelib.domain.business_hours import ALWAYS
from chalicelib.domain.checklist import Checklist, ChecklistStep
from chalicelib.domain.errors import StaleVersion
from chalicelib.domain.policy import DEFAULT_POLICY
from chalicelib.domain.settings import Settings
from chalicelib.domain.words import Priority
from tests.conftest import ADDRESS, ADMIN, AGENT, NOW, SUPPORT
from tests.wire import on_the_wire

pytestmark = pytest.mark.usefixtures("cloud")

DESK = Path(audit.__file__).parent


def now_set() -> Settings:
    return store.get(is_fresh=True)


def log() -> tuple[AuditEntry, ...]:
    return audit_store.list_entries(None, 100).items


def told() -> list[tuple[str, str, str]]:
    """The newest entry's differences."""
    return [("/".join(one.path), one.old, one.new) for one in log()[0].differences]


def set_mail() -> None:
    settings.set_mail("Sunny", "all", now_set().version, ADMIN, NOW)


def set_close_after() -> None:
    renewal.save(replace(now_set().levels, close_after=CloseAfter(reminder=2)), ADMIN, NOW)


def add_team() -> None:
    settings.add_team("Repairs", "", "", ADMIN, NOW, lead=AGENT.id)


def change_promises() -> None:
    targets = DEFAULT_POLICY.targets
    quick = replace(targets[Priority.HIGH], resolution=timedelta(hours=5))
    policy = replace(DEFAULT_POLICY, targets={**targets, Priority.HIGH: quick})
    renewal.save(replace(now_set().levels, policies=(policy,)), ADMIN, NOW)


def add_checklist() -> None:
    checklists.save(Checklist(7, "Returns", (ChecklistStep("Ask for the number"),)), ADMIN, NOW)


def change_agent() -> None:
    agents.change(replace(now_set().agent(AGENT.id), skills=("bikes",)), ADMIN, NOW)


def move_desk() -> None:
    setup.prepare("https://new.example", SUPPORT, "Desk", NOW)


def sign_out() -> None:
    sessions.sign_out_everywhere(AGENT.id, ADMIN, NOW)


@pytest.mark.parametrize(
    ("act", "subject", "by", "differences"),
    [
        (set_mail, Subject.DESK, ADMIN.name, [("desk_name", "Desk", "Sunny"), ("quoted_history", "last", "all")]),
        (set_close_after, Subject.PROMISES, ADMIN.name, [("close_after/reminder", "3", "2")]),
        (add_team, Subject.TEAM, ADMIN.name, [("name", "", "Repairs"), ("is_active", "", "yes"),
                                              ("lead", "", AGENT.name)]),
        (change_promises, Subject.PROMISES, ADMIN.name, [("policies/Default/targets/high/resolution", "540", "300")]),
        (add_checklist, Subject.CHECKLIST, ADMIN.name, [("name", "", "Returns"), ("steps", "", "Ask for the number"),
                                                        ("comes_by_itself", "", "no"), ("is_active", "", "yes")]),
        (change_agent, Subject.AGENT, ADMIN.name, [("skills", "", "bikes")]),
        (move_desk, Subject.DESK, "./deskbell", [("address", ADDRESS, "https://new.example")]),
        (sign_out, Subject.AGENT, ADMIN.name, [("signed_out_at", "", "2026-11-23T01:00:00.000000Z")]),
    ],
)  # fmt: skip
class TestEveryChange:
    def test_is_in_the_log(
        self, act: Callable[[], None], subject: Subject, by: str, differences: list[tuple[str, str, str]]
    ) -> None:
        before = len(log())
        act()
        assert len(log()) == before + 1
        assert (log()[0].subject, log()[0].by_name, log()[0].at) == (subject, by, NOW)
        assert told() == differences

    def test_is_saved_with_its_log_in_one_request(
        self, act: Callable[[], None], subject: Subject, by: str, differences: object
    ) -> None:
        with on_the_wire() as wire:
            act()
        writes = [request for request in wire.requests if request != "dynamodb.Query" and "Get" not in request]
        secret = ["dynamodb.PutItem"] if act is move_desk else []  # which a deploy offers each time
        assert writes == [*secret, "dynamodb.TransactWriteItems"]


def test_what_is_refused_or_changes_nothing_is_not_in_the_log() -> None:
    settings.set_mail("Desk", "last", now_set().version, ADMIN, NOW)
    with pytest.raises(StaleVersion):
        settings.set_mail("Sunny", "last", 9, ADMIN, NOW)
    assert log() == ()


def test_the_log_has_the_newest_first_in_pages() -> None:
    for minute, name in enumerate(("One", "Two", "Three")):
        settings.set_mail(name, "last", now_set().version, ADMIN, NOW + timedelta(minutes=minute))
    first = audit_store.list_entries(None, 2)
    assert [entry.name for entry in first.items] == ["Three", "Two"]
    rest = audit_store.list_entries(int(first.cursor or 0), 2)
    assert ([entry.name for entry in rest.items], rest.cursor) == (["One"], None)


def test_a_change_of_everything_is_cut_and_says_so() -> None:
    levels = now_set().levels
    for number in range(20):
        levels = levels.with_calendar(f"calendar {number}", ALWAYS)
    renewal.save(levels, ADMIN, NOW)
    (entry,) = log()
    assert len(entry.differences) == MOST_DIFFERENCES
    assert entry.left_out == 60


def test_the_desk_saves_no_setting_without_what_the_log_says() -> None:
    calls = [
        (path.name, node)
        for path in DESK.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2].startswith("save_")
        if "settings" in ast.unparse(node.func)
    ]
    assert len(calls) >= 5, "no call was found: this test looks at nothing"
    assert [(name, ast.unparse(call)) for name, call in calls if len(call.args) < 2] == []
