import time
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.adapters import macros
from chalicelib.adapters.items import MACROS, MacroItem, macro_key
from chalicelib.adapters.transaction import Transaction
from chalicelib.domain.agent import Agent
from chalicelib.domain.errors import NotFound, StaleVersion
from chalicelib.domain.macro import Macro, Visibility
from chalicelib.domain.words import Kind, Priority, Status
from tests.conftest import AGENT, COLLEAGUE, NOW
from tests.wire import on_the_wire

pytestmark = pytest.mark.usefixtures("cloud")


def kept(macro_id: int, name: str, visibility: Visibility = Visibility.EVERYBODY, owner: Agent = AGENT) -> Macro:
    macros.save(Macro(macro_id, name, owner.id, visibility, text="Hi"))
    return macros.get(macro_id)


def use(macro: Macro, agent: Agent = AGENT) -> None:
    also = Transaction()
    macros.count_use(also, macro.id, agent.id, NOW)
    also.commit()
    macros.forget()


def names(agent: Agent = AGENT) -> list[str]:
    return [one.macro.name for one in macros.list_for(agent)]


def test_a_macro_comes_back_as_it_was_kept() -> None:
    macro = Macro(
        80, "All", AGENT.id, Visibility.TEAM, 70, "Hi", "Note", Status.PENDING, Priority.LOW, Kind.CLAIM, 0, "me"
    )
    macros.save(macro)
    assert macros.get(80) == replace(macro, version=1)
    assert macros.list_for(COLLEAGUE)[0].macro == replace(macro, version=1)


def test_one_that_is_not_there() -> None:
    with pytest.raises(NotFound, match="macro_not_found"):
        macros.get(4711)


def test_two_who_save_at_once_do_not_overwrite_one_another() -> None:
    macro = kept(80, "One")
    macros.save(replace(macro, name="Two"))
    with pytest.raises(StaleVersion):
        macros.save(replace(macro, name="Three"))


def test_each_agent_sees_their_own_and_the_shared_ones() -> None:
    kept(80, "Shared")
    kept(81, "Mine", Visibility.PERSONAL)
    kept(82, "Theirs", Visibility.PERSONAL, COLLEAGUE)
    assert names(AGENT) == ["Mine", "Shared"]
    assert names(COLLEAGUE) == ["Shared", "Theirs"]


def test_what_one_uses_most_stands_first_then_what_others_use() -> None:
    never, theirs, once, often = (kept(80 + place, name) for place, name in enumerate(["A", "B", "C", "D"]))
    use(once)
    use(theirs, COLLEAGUE)
    for _ in range(2):
        use(often)
    assert names(AGENT) == [often.name, once.name, theirs.name, never.name]
    assert names(COLLEAGUE)[0] == theirs.name
    listed = {one.macro.name: (one.used, one.used_by_all) for one in macros.list_for(AGENT)}
    assert listed == {"A": (0, 0), "B": (0, 1), "C": (1, 1), "D": (2, 2)}


def test_all_of_them_take_one_request_and_are_kept_for_everybody() -> None:
    use(kept(80, "Shared"))
    kept(81, "Mine", Visibility.PERSONAL)
    with on_the_wire() as wire:
        for agent in (AGENT, COLLEAGUE, AGENT):
            macros.list_for(agent)
    assert wire.requests == ["dynamodb.Query"]


@pytest.mark.parametrize(("age", "requests"), [(29, []), (31, ["dynamodb.Query"])])
def test_they_are_read_again_after_half_a_minute(age: int, requests: list[str]) -> None:
    kept(80, "Shared")
    macros.list_for(AGENT)
    macros._cached[:] = [(time.monotonic() - age, *macros._cached[0][1:])]
    with on_the_wire() as wire:
        assert names() == ["Shared"]
    assert wire.requests == requests


def test_what_another_container_saved_is_seen_when_asked_for() -> None:
    kept(80, "Shared")
    macros.list_for(AGENT)
    known = list(macros._cached)
    macros.save(replace(macros.get(80), name="Renamed"))
    macros._cached[:] = known
    assert names() == ["Shared"]
    assert [one.macro.name for one in macros.list_for(AGENT, is_fresh=True)] == ["Renamed"]


def test_what_was_deleted_is_forgotten_by_the_table_after_a_month() -> None:
    macro = kept(80, "Shared")
    macros.save(replace(macro, deleted_at=NOW))
    assert names() == []
    assert MacroItem.get(MACROS, macro_key(80)).expires_at == int((NOW + timedelta(days=30)).timestamp())
    macros.save(replace(macros.get(80), deleted_at=None))
    assert MacroItem.get(MACROS, macro_key(80)).expires_at is None
