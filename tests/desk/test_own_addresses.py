"""Our own addresses, those of today and of earlier, and every spelling of them: mail of ours never runs in circles."""

from datetime import timedelta

import pytest

from chalicelib.adapters import addresses
from chalicelib.adapters import settings as store
from chalicelib.adapters.items import SettingsItem
from chalicelib.adapters.transaction import Transaction
from chalicelib.desk import agents, inbound, intake, settings, setup, tickets
from chalicelib.domain.customer import AddressFlag
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.inbound_mail import FateState
from chalicelib.domain.outgoing import Delivery
from chalicelib.domain.settings import Settings
from chalicelib.domain.team import Team
from chalicelib.domain.words import Role
from tests import factories
from tests.conftest import ADDRESS, ADMIN, AGENT, NOW, SUPPORT
from tests.desk import journey
from tests.desk.journey import page, receive_mail

REPAIRS, WORKSHOP = "repairs@desk.example", "workshop@desk.example"
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("cloud")


def now_set() -> Settings:
    return store.get(is_fresh=True)


def add(name: str = "Repairs", address: str = REPAIRS) -> Team:
    return settings.add_team(name, address, "", ADMIN, NOW)


def move(team: Team, address: str, *, is_active: bool = True) -> None:
    known = now_set().team(team.id)
    settings.change_team(team.id, known.name, address, "", known.version, ADMIN, NOW, is_active=is_active)


def held() -> list[str]:
    return [fate.cause for fate in inbound.list_in_hand(FateState.QUARANTINED)]


class TestTeamsFormerAddress:
    @pytest.mark.parametrize("new", [WORKSHOP, ""])
    def test_mail_to_it_still_leads_to_the_team(self, new: str) -> None:
        team = add()
        move(team, new)
        receive_mail(to=REPAIRS)
        assert (page().ticket.team, page().ticket.cc) == (team.id, ())

    def test_an_answer_to_it_still_comes_to_the_ticket(self) -> None:
        team = add()
        receive_mail(to=REPAIRS)
        address = journey.reply_address().replace("support", "repairs")
        move(team, WORKSHOP)
        receive_mail("More.", to=address, at=NOW + HOUR)
        assert journey.texts() == ["The pump is broken.", "More."]

    def test_mail_from_it_is_no_customers(self) -> None:
        move(add(), WORKSHOP)
        receive_mail(from_=REPAIRS)
        assert (journey.numbers(), held()) == ([], ["own_mail"])

    def test_another_team_takes_it_only_from_one_that_was_given_up(self) -> None:
        team = add()
        move(team, WORKSHOP)
        with pytest.raises(InvalidInput, match="address_leads_to") as error:
            add("Spare parts", REPAIRS)
        assert (error.value.field, error.value.params["name"]) == ("address", "Repairs")
        move(team, WORKSHOP, is_active=False)
        taker = add("Spare parts", REPAIRS)
        move(team, WORKSHOP)
        receive_mail(to=REPAIRS)
        assert page().ticket.team == taker.id

    def test_the_team_may_have_it_back(self) -> None:
        team = add()
        move(team, WORKSHOP)
        move(team, REPAIRS)
        kept = now_set().team(team.id)
        assert (kept.address, kept.former_addresses) == (REPAIRS, (WORKSHOP,))


class TestFormerSupportAddress:
    def test_it_is_still_ours(self) -> None:
        receive_mail()
        address = journey.reply_address()
        setup.prepare(ADDRESS, "help@new.example", "Desk", NOW)
        assert now_set().own_addresses == ("help@new.example", SUPPORT)
        receive_mail("More.", to=address, at=NOW + HOUR)
        receive_mail(from_=SUPPORT, at=NOW + HOUR)
        assert (journey.texts(), held()) == (["The pump is broken.", "More."], ["own_mail"])

    def test_every_deploy_leaves_it_as_it_is(self) -> None:
        for address in ("help@new.example", "help@new.example", SUPPORT, "help@new.example"):
            setup.prepare(ADDRESS, address, "Desk", NOW)
        assert now_set().former_addresses == (SUPPORT,)


@pytest.mark.parametrize(
    "spelling",
    ["ｓupport@desk.example", "support@ｄesk.example", "sup\u200bport@des\u200bk.example", "support@desk。example"],
)
class TestSpellings:
    def test_mail_from_us_is_known_however_it_is_written(self, spelling: str) -> None:
        journey.receive(journey.raw_mail(from_="MARK").replace(b"MARK", spelling.encode()))
        assert (journey.numbers(), held()) == ([], ["own_mail"])

    def test_we_are_never_in_copy(self, spelling: str) -> None:
        journey.receive(journey.raw_mail(cc="MARK").replace(b"MARK", spelling.encode()))
        assert page().ticket.cc == ()
        with pytest.raises(InvalidInput, match="copy_to_ourselves"):
            tickets.reply(1, "Hello.", AGENT, page().ticket.last_entry, NOW, cc=spelling)

    def test_nobody_asks_us_in_our_own_name(self, spelling: str) -> None:
        with pytest.raises(InvalidInput, match="address_is_ours") as error:
            intake.open_from_form(factories.form(address=spelling), NOW)
        assert error.value.field == "email"
        assert journey.numbers() == []


class TestSpellingsOfOthers:
    def test_an_address_that_can_not_be_reached_is_known_however_it_is_written(self) -> None:
        transaction = Transaction()
        addresses.flag(transaction, AddressFlag("kim@xn--bcher-kva.example", "bounce", NOW))
        transaction.commit()
        intake.open_from_form(factories.form(address="ｋim@BÜ\u00adCHER.example"), NOW)
        journey.deliver_all()
        assert [(mail.to, mail.error) for mail in page().outgoing if mail.to] == [
            ("kim@xn--bcher-kva.example", "address_flagged")
        ]

    def test_letters_that_are_only_alike_make_no_agent(self) -> None:
        receive_mail()
        raw = journey.raw_mail("Done.", from_="MARK", to=journey.reply_address(), authentication_results=journey.PASSED)
        journey.receive(raw.replace(b"MARK", "ｍin@desk.example".encode()), NOW + HOUR)
        assert journey.messages()[1].is_from_stranger


class TestOtherAddressesThatLeadHere:
    """A firm forwards what comes to its old address, and the mail still names that one alone."""

    OLD = "info@ourshop.example"

    def forwards(self, addresses: str = OLD) -> None:
        settings.set_mail("Desk", "last", now_set().version, ADMIN, NOW, other_addresses=addresses)

    def test_mail_to_it_is_acknowledged_and_nothing_goes_back_there(self) -> None:
        self.forwards()
        receive_mail(to=f"Our shop <{self.OLD}>, Info+orders@ourshop.example")
        journey.deliver_all()
        assert [mail["To"] for mail in journey.sent()] == [factories.CUSTOMER_ADDRESS]
        assert (page().ticket.cc, page().entries[0].remarks) == ((), ())

    def test_mail_from_it_is_no_customers(self) -> None:
        self.forwards()
        receive_mail(from_=self.OLD)
        assert (journey.numbers(), held()) == ([], ["own_mail"])

    def test_replies_still_come_from_the_desk(self) -> None:
        self.forwards()
        receive_mail(to=self.OLD)
        journey.deliver_all()
        assert SUPPORT in str(journey.sent()[0]["From"])

    def test_a_ticket_that_has_it_in_copy_sends_nothing_there(self) -> None:
        receive_mail(cc=self.OLD)
        assert page().ticket.cc == (self.OLD,)
        self.forwards()
        tickets.reply(1, "Hello.", AGENT, page().ticket.last_entry, NOW)
        journey.deliver_all()
        assert [mail["Cc"] for mail in journey.sent()] == [None, None]

    def test_a_mailbox_with_a_tag_leaves_the_one_without_to_its_owner(self) -> None:
        self.forwards("me+shop@mail.example")
        receive_mail(cc="me@mail.example, me+shop@mail.example")
        assert page().ticket.cc == ("me@mail.example",)

    def test_what_was_set_before_there_was_such_a_list_still_holds(self) -> None:
        item = SettingsItem.get("SETTINGS", "GENERAL")
        del item.body["other_addresses"]
        item.save(add_version_condition=False)
        assert now_set().other_addresses == ()


class TestTypingErrors:
    """The receipt rule takes the whole mail domain: what nobody has there is ours as well."""

    TYPO = "shiping@help.example"

    def test_nobody_is_in_copy_at_our_own_domain(self) -> None:
        setup.prepare(ADDRESS, "support@help.example", "Desk", NOW)
        receive_mail(to=self.TYPO, cc="lee@customer.example")
        assert page().ticket.cc == ("lee@customer.example",)
        assert page().entries[0].remarks == ()
        with pytest.raises(InvalidInput, match="copy_to_ourselves"):
            tickets.reply(1, "Hello.", AGENT, page().ticket.last_entry, NOW, cc=self.TYPO)

    def test_nobody_asks_from_there_by_the_form(self) -> None:
        setup.prepare(ADDRESS, "support@help.example", "Desk", NOW)
        with pytest.raises(InvalidInput, match="address_is_ours"):
            intake.open_from_form(factories.form(address=self.TYPO), NOW)

    def test_colleagues_stay_in_copy_where_the_domain_is_peoples_too(self) -> None:
        receive_mail(cc=f"boss@desk.example, {AGENT.address}, {SUPPORT}")
        assert page().ticket.cc == ("boss@desk.example", AGENT.address)

    def test_a_desk_without_mail_takes_nobody_for_itself(self) -> None:
        setup.prepare(ADDRESS, "", "Desk", NOW)
        assert not now_set().receives("kim@")


class TestWhatBecomesOurs:
    def test_a_customer_whose_address_a_team_took_is_not_written_to(self) -> None:
        intake.open_from_form(factories.form(address=REPAIRS), NOW)
        add()
        journey.deliver_all()
        mail = next(mail for mail in page().outgoing if mail.to == REPAIRS)
        assert (mail.delivery, mail.error, journey.sent()) == (Delivery.FAILED, "address_is_ours", [])

    def test_nor_is_one_in_copy(self) -> None:
        receive_mail(cc=REPAIRS)
        add()
        tickets.reply(1, "Hello.", AGENT, page().ticket.last_entry, NOW)
        journey.deliver_all()
        assert [mail.cc for mail in page().outgoing if mail.entry_id and not mail.purpose.is_automatic] == [()]

    def test_no_agent_is_invited_under_it(self, user_pool: str) -> None:
        add()
        with pytest.raises(InvalidInput, match="address_is_ours"):
            agents.invite(REPAIRS, "Jo", Role.AGENT, NOW)
        assert now_set().agent_by_address(REPAIRS) is None
