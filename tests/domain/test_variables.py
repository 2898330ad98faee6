from dataclasses import replace

import pytest

from chalicelib.domain import variables
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.team import Team
from tests import factories
from tests.conftest import AGENT

VALUES = {"customer.name": "Kim", "agent.name": "Min", "team.name": ""}


def test_a_variable_becomes_its_value_however_it_is_written() -> None:
    assert variables.fill("{customer.name}, { Customer.Name }", VALUES) == "Kim, Kim"


def test_what_is_unknown_or_has_no_value_stays_for_the_writer_to_see() -> None:
    assert variables.fill("{team.name} {parcel}", VALUES) == "{team.name} {parcel}"
    assert variables.open_in("{team.name} {parcel} {parcel} {customer.name}", VALUES) == ("{team.name}", "{parcel}")


def test_a_value_is_never_read_again() -> None:
    assert variables.fill("{customer.name}", {**VALUES, "customer.name": "{agent.name}"}) == "{agent.name}"


@pytest.mark.parametrize("written", ["{송장 번호}", "{parcel}", "{ parcel number }", "{custmer.name}", "{order_id-2}"])
def test_words_in_braces_are_blanks_to_be_filled_in(written: str) -> None:
    assert variables.open_in(f"Parcel {written}.", VALUES) == (written,)


@pytest.mark.parametrize(
    "written",
    ["{}", '{"name": "Kim"}', "{ color: red }", "{0}", "{{}}", "{a\nb}", "{x + 1}", "{" + "x" * 61 + "}", "{- item}"],
)
def test_braces_of_programs_are_none(written: str) -> None:
    assert variables.open_in(written, VALUES) == ()
    assert variables.settled(written, VALUES) == written


def test_a_reply_is_settled_when_nothing_stays_open() -> None:
    assert variables.settled("Dear {customer.name}", VALUES) == "Dear Kim"
    with pytest.raises(InvalidInput, match="variables_open") as error:
        variables.settled("{customer.name}: {parcel}, {team.name}", VALUES)
    assert (error.value.field, error.value.params["names"]) == ("text", "{parcel}, {team.name}")


def test_a_kept_text_may_have_blanks_but_no_typing_errors() -> None:
    variables.check("{customer.name} {parcel} { Ticket.Due } {}", "text")
    with pytest.raises(InvalidInput, match="variable_unknown") as error:
        variables.check("{customer.name} {custmer.name}", "text")
    assert (error.value.field, error.value.params["name"]) == ("text", "{custmer.name}")


def test_nothing_is_lost_on_the_way_to_a_signature() -> None:
    assert variables.fill_all("{agent.name} {team.name} {parcel}|", VALUES) == "Min  |"


class TestTicket:
    def values(self, **ticket: object) -> dict[str, str]:
        desk = factories.settings(teams={70: Team(70, "Repairs")})
        return variables.of_ticket(factories.ticket(**ticket), AGENT.name, desk, "tomorrow", "https://x.example")

    def test_everything_that_is_offered_has_a_value(self) -> None:
        values = self.values(team=70)
        assert set(values) == set(variables.VARIABLES)
        assert values == {
            "customer.name": "Kim",
            "customer.address": "kim@customer.example",
            "ticket.number": "7",
            "ticket.subject": "Pump",
            "ticket.due": "tomorrow",
            "ticket.link": "https://x.example",
            "agent.name": "Min Agent",
            "team.name": "Repairs",
            "desk.name": "Desk",
        }

    def test_a_ticket_without_a_team_has_no_name_of_one(self) -> None:
        assert self.values()["team.name"] == ""
        assert self.values(team=71)["team.name"] == ""

    def test_a_value_takes_one_line(self) -> None:
        assert self.values(subject="Pump\n\n# Buy!")["ticket.subject"] == "Pump # Buy!"


def test_a_team_that_was_given_up_has_no_name() -> None:
    desk = factories.settings(teams={70: replace(Team(70, "Repairs"), is_active=False)})
    made = factories.ticket(team=70)
    assert variables.of_ticket(made, AGENT.name, desk, "", "")["team.name"] == ""
