import pytest

from chalicelib.domain.entry import FieldChange
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.team import LONGEST_NAME, LONGEST_SIGNATURE, Team, sign
from tests import factories
from tests.conftest import AGENT, NOW
from tests.factories import ids

REPAIRS = Team(1, "Repairs", "repairs@desk.example")


def changed(name: str = "Repairs", address: str = "", signature: str = "") -> Team:
    return REPAIRS.changed_to(name, address, signature, "desk.example")


def test_a_team_is_kept_as_an_admin_wrote_it_without_blanks_around() -> None:
    team = changed("  Spare \n parts ", " Parts@Desk.example ", " {agent.name}\n{team.name} \n")
    assert (team.name, team.address) == ("Spare parts", "parts@desk.example")
    assert team.signature == "{agent.name}\n{team.name}"
    assert team.id == REPAIRS.id


@pytest.mark.parametrize("local", ["info", "support", "security", "webmaster", "bouncers", "abuse-team", "parts_1.a-b"])
def test_what_people_answer_is_no_reserved_address(local: str) -> None:
    assert changed(address=f"{local}@desk.example").address == f"{local}@desk.example"


def test_a_team_may_go_without_an_address() -> None:
    assert changed(address="  ").address == ""


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        pytest.param("name", " ", "name_missing", id="no name"),
        pytest.param("name", "x" * (LONGEST_NAME + 1), "text_too_long", id="a long name"),
        pytest.param("name", "Rep\u200bairs", "name_unseen", id="what nobody sees"),
        pytest.param("name", "\u202esriapeR", "name_unseen", id="what turns letters around"),
        pytest.param("name", "\u3164", "name_unseen", id="a Hangul filler"),
        pytest.param("address", "parts", "address_invalid", id="no address"),
        pytest.param("address", ".parts@desk.example", "address_not_usable", id="a dot before"),
        pytest.param("address", "pa..rts@desk.example", "address_not_usable", id="two dots"),
        pytest.param("address", "Postmaster@desk.example", "address_reserved", id="the postmaster's"),
        pytest.param("address", "abuse@desk.example", "address_reserved", id="where abuse is told"),
        pytest.param("address", "mailer-daemon@desk.example", "address_reserved", id="a machine's"),
        pytest.param("address", "no-reply@desk.example", "address_reserved", id="nobody's"),
        pytest.param("address", "noreply-parts@desk.example", "address_reserved", id="nobody's either"),
        pytest.param("address", "parts@elsewhere.example", "address_elsewhere", id="another domain"),
        pytest.param("address", "parts@sub.desk.example", "address_elsewhere", id="a domain below ours"),
        pytest.param("address", "parts+1@desk.example", "address_not_usable", id="a tag"),
        pytest.param("address", "팀@desk.example", "address_not_usable", id="what old mail servers can not carry"),
        pytest.param("address", f"{'x' * 29}@desk.example", "address_not_usable", id="no room for the mark"),
        pytest.param("signature", "{agent.phone}", "variable_unknown", id="an unknown variable"),
        pytest.param("signature", "{}", "variable_unknown", id="a variable without a name"),
        pytest.param("signature", "x" * (LONGEST_SIGNATURE + 1), "text_too_long", id="a long signature"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(field: str, value: str, code: str) -> None:
    with pytest.raises(InvalidInput) as error:
        changed(**{field: value})
    assert (error.value.code, error.value.field) == (code, field)


def test_the_unknown_variable_is_named() -> None:
    with pytest.raises(InvalidInput) as error:
        changed(signature="{agent.name}, {agent.phone}")
    assert error.value.params["name"] == "{agent.phone}"


def test_a_desk_without_mail_has_no_addresses_of_teams() -> None:
    with pytest.raises(InvalidInput, match="address_elsewhere"):
        REPAIRS.changed_to("Repairs", "repairs@desk.example", "", "")


def test_a_signature_has_the_values_of_its_variables() -> None:
    values = {"agent.name": "Min {desk.name}", "team.name": "Repairs", "desk.name": "Desk"}
    assert sign("{agent.name}\n{team.name}, {desk.name}", values) == "Min {desk.name}\nRepairs, Desk"


def test_a_line_whose_variable_has_no_value_ends_cleanly() -> None:
    assert sign("Min\n{team.name}", {"team.name": ""}) == "Min"


class TestTicket:
    DESK = factories.settings()

    def test_it_is_handed_to_a_team_and_back_with_history(self) -> None:
        handed = factories.ticket().hand_to(Team(70, "Repairs"), AGENT, self.DESK, NOW, ids(20))
        assert (handed.after.team, handed.outgoing) == (70, ())
        assert handed.entries[0].changes == (FieldChange("team", "", "70"),)
        back = handed.after.hand_to(None, AGENT, self.DESK, NOW, ids(30))
        assert (back.after.team, back.entries[0].changes) == (0, (FieldChange("team", "70", ""),))

    def test_handing_it_to_the_same_team_changes_nothing(self) -> None:
        assert factories.ticket(team=70).hand_to(Team(70, "Repairs"), AGENT, self.DESK, NOW, ids(20)).is_empty
