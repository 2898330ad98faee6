"""Requests to AWS per operation, counted on the wire, against the budgets of the design; the same at any size."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from chalice.test import Client

import app
from chalicelib.adapters import inbound_mail, macros, sessions, settings, solutions
from chalicelib.adapters import tickets as ticket_store
from chalicelib.adapters.items import Item, MailItem
from chalicelib.adapters.sessions import Session
from chalicelib.desk import action_items, inbound, intake, links, tickets, timers
from chalicelib.desk.macros import Chosen
from chalicelib.desk.macros import apply as use_macro
from chalicelib.domain.inbound_mail import Fate, FateState
from chalicelib.domain.macro import Macro
from chalicelib.domain.timer import Action
from chalicelib.domain.words import Priority, Status
from tests import factories
from tests.conftest import ADMIN, AGENT, COLLEAGUE, NOW
from tests.desk import journey
from tests.desk.journey import raw_mail
from tests.web.tickets import receive
from tests.web.visitor import Visitor, now
from tests.wire import on_the_wire

LATER = NOW + timedelta(hours=1)
GET, UPDATE, TRANSACTION = "dynamodb.GetItem", "dynamodb.UpdateItem", "dynamodb.TransactWriteItems"
QUERY, BATCH_GET = "dynamodb.Query", "dynamodb.BatchGetItem"


@pytest.fixture
def stored(cloud: None, request: pytest.FixtureRequest) -> None:
    """Tickets of one customer, the first of them by the form; a container that has been at work for a while."""
    intake.open_from_form(factories.form(), NOW)
    first = ticket_store.get(1)
    with Item.batch_write() as batch:
        for number in range(1001, 1000 + getattr(request, "param", 3)):
            batch.save(ticket_store.item_of(replace(first, number=number)))
    settings.get()
    solutions.list_public()
    macros.list_for(AGENT)


pytestmark = pytest.mark.usefixtures("stored")


@pytest.fixture(scope="module")
def client() -> Client:
    return Client(app.app)


@pytest.fixture
def agent(client: Client) -> Visitor:
    """Signed in; their session is read once in half a minute, here it is read again."""
    sessions.save("token", Session(AGENT.id, now() + timedelta(hours=1)))
    sessions.forget()
    return Visitor(client, cookies={"__Host-session": "token"})


def requests(operation: Callable[[], object]) -> list[str]:
    with on_the_wire() as wire:
        operation()
    return wire.requests


def page_requests(visitor: Visitor, path: str, title: str) -> list[str]:
    with on_the_wire() as wire:
        answer = visitor.get(path)
    assert answer.status == 200, answer.text[:300]
    assert title in answer.text
    return wire.requests


@pytest.mark.parametrize("stored", [3, 300], ids="{} tickets stored".format, indirect=True)
def test_what_an_operation_takes_does_not_grow_with_the_desk(agent: Visitor, client: Client) -> None:
    status_path = links.status_url(factories.stored_settings(), 1).removeprefix("https://desk.example")
    assert page_requests(agent, "/agent?queue=open", "Pump") == [GET, QUERY, QUERY]
    assert page_requests(agent, "/agent/tickets/1", "The pump is broken.") == [QUERY, QUERY]
    assert page_requests(Visitor(client), status_path, "The pump is broken.") == [QUERY]
    assert len(requests(lambda: intake.open_from_form(factories.form(), NOW))) == 3
    assert requests(lambda: tickets.set_status(1, Status.PENDING, AGENT, LATER)) == [GET, TRANSACTION]


class TestForm:
    def test_a_form_takes_three_requests_two_of_them_at_once(self) -> None:
        with on_the_wire() as wire:
            wire.expect_at_once(GET, UPDATE)
            intake.open_from_form(factories.form(), NOW)
        assert (sorted(wire.requests[:2]), wire.requests[2:]) == ([GET, UPDATE], [TRANSACTION])

    def test_so_does_the_first_one_of_a_customer(self) -> None:
        form = factories.form(address="new@customer.example")
        assert len(requests(lambda: intake.open_from_form(form, NOW))) == 3


class TestInboundMail:
    def test_a_new_ticket_takes_four(self) -> None:
        key = journey.store(raw_mail())
        taken = requests(lambda: inbound.receive(key, NOW, NOW))
        assert taken == ["s3.GetObject", BATCH_GET, UPDATE, TRANSACTION]

    def test_each_attachment_takes_one_more(self) -> None:
        key = journey.store(raw_mail("Two files.", ("a.pdf", b"a"), ("b.pdf", b"b")))
        taken = requests(lambda: inbound.receive(key, NOW, NOW))
        assert len(taken) == 6
        assert taken.count("s3.PutObject") == 2

    @pytest.mark.parametrize("way", ["address", "in_reply_to", "number"])
    def test_a_reply_takes_four_however_it_is_matched(self, way: str) -> None:
        journey.receive_mail(message_id="<one@customer.example>")
        number = journey.numbers()[-1]
        token = links.reply_token(factories.stored_settings(), number)
        header = {
            "address": {"to": f"support+{token}@desk.example"},
            "in_reply_to": {"in_reply_to": "<one@customer.example>"},
            "number": {"subject": f"[#{number}] Pump"},
        }[way]
        key = journey.store(raw_mail("It is wet.", **header))
        assert requests(lambda: inbound.receive(key, NOW, NOW)) == ["s3.GetObject", BATCH_GET, GET, TRANSACTION]

    def test_a_follow_up_of_a_closed_ticket_takes_five(self) -> None:
        for status in (Status.RESOLVED, Status.CLOSED):
            tickets.set_status(1, status, AGENT, NOW)
        key = journey.store(raw_mail(subject="[#1] Pump"))
        assert len(requests(lambda: inbound.receive(key, NOW, NOW))) == 5

    def test_a_mail_that_came_before_takes_two(self) -> None:
        key = journey.store(raw_mail())
        inbound.receive(key, NOW, NOW)
        assert requests(lambda: inbound.receive(key, NOW, NOW)) == ["s3.GetObject", BATCH_GET]


class TestConsole:
    def test_the_queue_page_takes_three(self, agent: Visitor) -> None:
        """The session, a page of the queue, the counts of all queues."""
        assert page_requests(agent, "/agent?queue=open", "Pump") == [GET, QUERY, QUERY]

    def test_within_ten_seconds_the_next_one_takes_one(self, agent: Visitor) -> None:
        page_requests(agent, "/agent?queue=open", "Pump")
        assert page_requests(agent, "/agent?queue=unassigned", "Pump") == [QUERY]

    def test_the_ticket_page_takes_three(self, agent: Visitor) -> None:
        """The session, the ticket with its timeline, the customer with the latest tickets."""
        for act in range(5):
            tickets.add_note(1, f"Note {act}.", AGENT, NOW + timedelta(seconds=act))
        assert page_requests(agent, "/agent/tickets/1", "Note 4.") == [GET, QUERY, QUERY]

    def test_the_notices_take_three_however_many_tickets_they_are_of(self, agent: Visitor) -> None:
        """The session, a page of notices, their tickets at once."""
        for turn in range(3):
            number = intake.open_from_form(factories.form(), NOW + timedelta(seconds=turn))
            tickets.assign(number, AGENT.id, COLLEAGUE, LATER)
        assert page_requests(agent, "/agent/notices", f"#{number} Pump</a>") == [GET, QUERY, BATCH_GET]

    @pytest.mark.parametrize("items", [0, 1, 40])
    def test_an_agents_day_takes_six_whatever_is_to_be_done(self, agent: Visitor, items: int) -> None:
        """The session; items to do and tickets due at once; their tickets and what was done at once; the counts."""
        for item in range(items):
            action_items.add(1, f"Call {item}", AGENT.id, None, AGENT, NOW)
        taken = page_requests(agent, "/agent/day", f"Call {items - 1}" if items else "Nothing is due today")
        assert sorted(taken) == sorted([GET, QUERY, QUERY, QUERY, QUERY, *([BATCH_GET] if items else [])])

    @pytest.mark.parametrize("waiting", [2, 1_100])
    def test_the_quarantine_takes_the_same_whatever_waits(self, client: Client, waiting: int) -> None:
        """The session, how many wait in each view (of dead letters a request for each queue), one page of them."""
        with MailItem.batch_write() as batch:
            for number in range(waiting):
                fate = Fate(f"inbound/{number:04}", FateState.QUARANTINED, NOW, "failed")
                batch.save(inbound_mail.item_of(fate))
        sessions.save("admin", Session(ADMIN.id, now() + timedelta(hours=1)))
        sessions.forget()
        taken = page_requests(
            Visitor(client, cookies={"__Host-session": "admin"}), "/agent/quarantine", "Our program failed on it"
        )
        assert taken == [GET, QUERY, QUERY, *["sqs.GetQueueAttributes"] * 4, QUERY]

    def test_a_ticket_of_designed_mails_takes_no_more_and_each_mail_shown_three(self, agent: Visitor) -> None:
        """The session, the ticket, the mail itself."""
        html = "Content-Type: text/html\r\nFrom: kim@customer.example\r\n\r\n<p>Dripping</p>"
        receive(1, "Dripping", raw_key=journey.store(html.encode()), has_html=True)
        entry = ticket_store.get(1).last_entry
        assert page_requests(agent, "/agent/tickets/1", "as-designed") == [GET, QUERY, QUERY]
        for view, words in (("designed", "<iframe"), ("mail", "<p>Dripping</p>"), ("source", "Dripping")):
            sessions.forget()
            path = f"/agent/tickets/1/entries/{entry}/{view}"
            assert page_requests(agent, path, words) == [GET, QUERY, "s3.GetObject"]

    @pytest.mark.parametrize(
        ("path", "title", "requests"),
        [
            ("/agent/settings/people", "Who works at this desk", [GET, QUERY, QUERY, QUERY]),
            (f"/agent/settings/people/{AGENT.id}", AGENT.address, [GET, QUERY, QUERY, QUERY]),
            ("/agent/me", "Where you are signed in", [GET, QUERY, QUERY, QUERY]),
            ("/agent/settings/changes", "Changes of settings", [GET, QUERY]),
        ],
    )
    def test_pages_of_people_take_what_is_read_afresh(
        self, client: Client, path: str, title: str, requests: list[str]
    ) -> None:
        """The session, settings, counts, last sign-ins or own sessions; whatever the number of people or changes."""
        sessions.save("admin", Session(ADMIN.id, now() + timedelta(hours=1)))
        sessions.forget()
        assert page_requests(Visitor(client, cookies={"__Host-session": "admin"}), path, title) == requests

    def test_signing_in_is_kept_in_one(self) -> None:
        assert requests(lambda: sessions.save("new", Session(AGENT.id, LATER, NOW))) == [TRANSACTION]

    @pytest.mark.parametrize(
        "act", ["reply", "note", "assign", "status", "priority", "reply and resolve", "item", "tick"]
    )
    def test_an_act_takes_two(self, act: str) -> None:
        seen = ticket_store.get(1).last_entry
        action_items.add(1, "Call", AGENT.id, None, AGENT, NOW)
        item = ticket_store.get(1).action_items[0].id
        action_items.set_done(1, item, AGENT, NOW, is_done=True)
        operation = {
            "item": lambda: action_items.add(1, "Call", COLLEAGUE.id, LATER, AGENT, NOW),
            "tick": lambda: action_items.set_done(1, item, AGENT, LATER, is_done=False),
            "reply": lambda: tickets.reply(1, "Turn it off.", AGENT, seen, LATER),
            "reply and resolve": lambda: tickets.reply(1, "Turn it off.", AGENT, seen, LATER, Status.RESOLVED),
            "note": lambda: tickets.add_note(1, "Ask Lee.", AGENT, LATER),
            "assign": lambda: tickets.assign(1, COLLEAGUE.id, AGENT, LATER),
            "status": lambda: tickets.set_status(1, Status.PENDING, AGENT, LATER),
            "priority": lambda: tickets.set_priority(1, Priority.URGENT, AGENT, LATER),
        }[act]
        assert requests(operation) == [GET, TRANSACTION]

    def test_a_macro_with_a_reply_takes_two_however_much_it_does(self) -> None:
        everything = Macro(80, "All", AGENT.id, note="Done.", priority=Priority.URGENT, status=Status.RESOLVED)
        macros.save(everything)
        macros.list_for(AGENT)
        seen = ticket_store.get(1).last_entry
        say = tickets.replying(1, "Turn it off.", AGENT, seen, LATER)
        assert requests(lambda: use_macro(1, Chosen(80, 1), AGENT, seen, LATER, say=say)) == [GET, TRANSACTION]

    def test_a_reply_takes_one_more_for_each_file(self) -> None:
        files = tuple(tickets.Upload(f"{name}.pdf", "application/pdf", name.encode()) for name in "ab")
        seen = ticket_store.get(1).last_entry
        taken = requests(lambda: tickets.reply(1, "See there.", AGENT, seen, LATER, uploads=files, cc="a@b.example"))
        assert taken == ["s3.PutObject", "s3.PutObject", GET, TRANSACTION]


class TestTheRest:
    def test_a_check_that_finds_nothing_due_takes_one(self) -> None:
        with on_the_wire() as wire:
            assert timers.check(1, 1, NOW, NOW).action is Action.WAIT
        assert wire.requests == [GET]

    def test_a_customers_status_page_takes_one(self, client: Client) -> None:
        url = links.status_url(factories.stored_settings(), 1)
        visitor = Visitor(client)
        assert page_requests(visitor, url.removeprefix("https://desk.example"), "The pump is broken.") == [QUERY]

    def test_settings_take_none(self) -> None:
        assert requests(settings.get) == []

    def test_the_help_centre_takes_none(self, client: Client) -> None:
        assert page_requests(Visitor(client), "/", "Desk") == []
