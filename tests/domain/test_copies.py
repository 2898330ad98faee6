import pytest

from chalicelib.domain.change import Change
from chalicelib.domain.copies import MOST_COPIES, read_copies
from chalicelib.domain.entry import Attachment, FieldChange
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.team import Team
from tests import factories
from tests.conftest import AGENT, NOW
from tests.factories import CUSTOMER_ADDRESS, ids

OURS = factories.settings(teams={1: Team(1, "Repairs", "repairs@desk.example")}).receives


@pytest.mark.parametrize(
    ("typed", "copies"),
    [
        ("", ()),
        (" , ", ()),
        ("Park@Customer.example", ("park@customer.example",)),
        ("park@customer.example, lee@customer.example", ("park@customer.example", "lee@customer.example")),
        ("park@customer.example;lee@customer.example\n", ("park@customer.example", "lee@customer.example")),
        ("park@customer.example, PARK@customer.example", ("park@customer.example",)),
        ("김과장 <park@customer.example>, lee@customer.example", ("park@customer.example", "lee@customer.example")),
        ('"Park, A." <park@customer.example>', ("park@customer.example",)),
    ],
)
def test_copies_are_read_as_people_type_them(typed: str, copies: tuple[str, ...]) -> None:
    assert read_copies(typed, OURS) == copies


@pytest.mark.parametrize(
    ("typed", "code", "params"),
    [
        pytest.param("park@customer.example, lee", "copy_invalid", {"address": "lee"}, id="no address"),
        pytest.param("repairs@desk.example", "copy_to_ourselves", {"address": "repairs@desk.example"}, id="ours"),
        pytest.param(
            "support+7-abc@desk.example",
            "copy_to_ourselves",
            {"address": "support+7-abc@desk.example"},
            id="a reply address",
        ),
        pytest.param(
            " ".join(f"c{number}@customer.example" for number in range(MOST_COPIES + 1)),
            "too_many_copies",
            {"limit": MOST_COPIES},
            id="too many",
        ),
    ],
)
def test_what_is_wrong_is_named(typed: str, code: str, params: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as error:
        read_copies(typed, OURS)
    assert (error.value.code, error.value.field, error.value.params) == (code, "cc", params)


def history(change: Change) -> list[FieldChange]:
    return [line for entry in change.entries for line in entry.changes]


class TestReply:
    def test_it_carries_the_files_and_goes_to_everybody_in_copy(self) -> None:
        ticket = factories.ticket(cc=("park@customer.example",))
        file = Attachment("reply/7/a", "plan.pdf", "application/pdf", 4)
        change = ticket.reply("Here.", AGENT, ticket.last_entry, NOW, ids(30), attachments=(file,))
        assert change.entries[0].attachments == (file,)
        assert change.outgoing[0].cc == change.after.cc == ("park@customer.example",)
        assert "cc" not in [each.field for each in history(change)]

    def test_changed_copies_are_those_of_the_ticket_from_now_on(self) -> None:
        ticket = factories.ticket(cc=("park@customer.example", "lee@customer.example"))
        wanted = ("lee@customer.example", CUSTOMER_ADDRESS, "choi@customer.example")
        change = ticket.reply("Here.", AGENT, ticket.last_entry, NOW, ids(30), cc=wanted)
        left = ("lee@customer.example", "choi@customer.example")
        assert change.outgoing[0].cc == change.after.cc == left, "the requester gets it anyway"
        assert FieldChange("cc", "park@customer.example, lee@customer.example", ", ".join(left)) in history(change)
        assert change.after.assignee == AGENT.id, "an unassigned ticket still becomes the replier's"

    def test_nobody_in_copy_is_a_choice_too(self) -> None:
        ticket = factories.ticket(cc=("park@customer.example",))
        change = ticket.reply("Here.", AGENT, ticket.last_entry, NOW, ids(30), cc=())
        assert change.outgoing[0].cc == change.after.cc == ()
