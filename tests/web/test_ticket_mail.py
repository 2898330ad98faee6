"""What agents see and do about the mail of a ticket: strangers, forwarded mail, mail that came back."""

import pytest

from chalicelib.adapters import addresses, outbox, tickets
from chalicelib.adapters.transaction import Transaction
from chalicelib.desk import tickets as desk
from chalicelib.domain.customer import AddressFlag
from chalicelib.domain.entry import DESK, Attachment, Entry, EntryKind, FieldChange, Mailbox
from chalicelib.domain.ticket import Change, author_of
from tests.conftest import AGENT, CONTRIBUTOR
from tests.factories import CUSTOMER_ADDRESS
from tests.web.tickets import open_ticket, receive
from tests.web.visitor import Answer, Visitor, now

STRANGER = "eve@elsewhere.example"


def page_of(visitor: Visitor, number: int) -> Answer:
    return visitor.get(f"/agent/tickets/{number}")


def newest_message(number: int) -> Entry:
    return [entry for entry in tickets.get_page(number).entries if entry.kind is EntryKind.MESSAGE][-1]


@pytest.fixture
def stranger(agent: Visitor) -> tuple[int, int]:
    """A ticket and a stranger's message on it."""
    number = open_ticket()
    receive(number, "I can help.", name="Eve", sender=STRANGER, is_from_stranger=True)
    return number, newest_message(number).id


def test_a_strangers_message_can_be_accepted(agent: Visitor, stranger: tuple[int, int]) -> None:
    number, entry_id = stranger
    assert f"{STRANGER} is not part of this ticket." in page_of(agent, number).text
    shown = agent.follow(agent.post(f"/agent/tickets/{number}/entries/{entry_id}/accept", {}))
    assert "The sender takes part in the ticket now." in shown.text
    assert "is not part of this ticket" not in shown.text
    assert newest_message(number).is_public


def test_what_came_back_is_marked_as_that_and_not_as_a_strangers(agent: Visitor) -> None:
    number = open_ticket()
    receive(number, "Undeliverable.", name="Mail Delivery", is_from_stranger=True, is_automatic=True, is_bounce=True)
    page = page_of(agent, number).text
    assert "Undeliverable mail" in page
    assert "Not a participant" not in page


def test_remarks_tell_what_to_know_of_a_message(agent: Visitor) -> None:
    number = open_ticket()
    receive(number, "Me, too.", remarks=("follow_up_of:4711", "reply_address_forged"))
    page = page_of(agent, number)
    assert page.links("/agent/tickets/4711")
    assert "Came to a forged reply address" in page.text


def test_a_picture_that_the_mail_shows_in_its_text_says_so(agent: Visitor) -> None:
    number = open_ticket()
    files = (Attachment("k1", "pump.png", "image/png", 9, True, "pump"), Attachment("k2", "plan.pdf", "x/y", 9))
    receive(number, "Look.", attachments=files)
    assert page_of(agent, number).text.count("· in the text") == 1


@pytest.mark.parametrize(
    ("choice", "address", "words"),
    [
        ("author", "hana@customer.example", "The author is the requester now."),
        ("agent", CUSTOMER_ADDRESS, "The requester stays."),
    ],
)
def test_an_agent_says_who_the_requester_of_a_forwarded_mail_is(
    agent: Visitor, choice: str, address: str, words: str
) -> None:
    number = open_ticket()
    receive(number, "FYI", forwarded_from=Mailbox("hana@customer.example", "Hana Yoo"))
    assert "Hana Yoo &lt;hana@customer.example&gt;" in page_of(agent, number).text
    path = f"/agent/tickets/{number}/entries/{newest_message(number).id}/requester"
    shown = agent.follow(agent.post(path, {"requester": choice}))
    assert words in shown.text
    assert tickets.get(number).customer_address == address


def test_until_then_the_composer_says_that_the_customer_gets_nothing(agent: Visitor) -> None:
    number = open_ticket()
    assert "Nobody has said yet" not in page_of(agent, number).text
    receive(number, "FYI", forwarded_from=Mailbox("hana@customer.example"))
    assert f"a reply goes to {CUSTOMER_ADDRESS} alone" in page_of(agent, number).text


def test_a_form_without_a_choice_settles_nothing(agent: Visitor) -> None:
    number = open_ticket()
    receive(number, "FYI", forwarded_from=Mailbox("hana@customer.example"))
    path = f"/agent/tickets/{number}/entries/{newest_message(number).id}/requester"
    assert agent.post(path, {}).status == 400
    assert newest_message(number).forwarded_from


@pytest.mark.parametrize(
    ("language", "came_back", "freed"),
    [
        ("en", "Mail did not reach kim@customer.example: 550 gone", "lets mail go to kim@customer.example again"),
        ("ko", "메일 반송. 주소: kim@customer.example: 550 gone", "다시 보내기 허용. 주소: kim@customer.example"),
    ],
)
def test_what_became_of_mail_is_told_as_a_sentence(
    admin: Visitor, supervisor: Visitor, language: str, came_back: str, freed: str
) -> None:
    number = open_ticket()
    for place, (author, new, cause) in enumerate([(DESK, "550 gone", "bounce"), (author_of(AGENT), "", "agent")]):
        change = FieldChange("delivery", CUSTOMER_ADDRESS, new)
        event = Entry(9_000 + place, EntryKind.EVENT, now(), author, changes=(change,), cause=cause)
        ticket = tickets.get(number)
        tickets.save(Change(ticket, ticket, (event,)), "Asia/Seoul")
    page = " ".join(page_of(admin if language == "en" else supervisor, number).text.split())
    assert came_back in page
    assert f"<strong>{AGENT.name}</strong> {freed}" in page


@pytest.fixture
def flagged(agent: Visitor) -> int:
    """A ticket whose acknowledgement failed for good."""
    number = open_ticket()
    ticket, also = tickets.get(number), Transaction()
    addresses.flag(also, AddressFlag(CUSTOMER_ADDRESS, "bounce", now(), "550 <no> such user"), ticket.customer_id)
    also.commit()
    (acknowledgement, *_) = tickets.get_page(number).outgoing
    outbox.save(acknowledgement.refused("address_flagged", now(), is_last=True))
    return number


def test_an_address_that_mail_came_back_from_is_shown_and_freed(agent: Visitor, flagged: int) -> None:
    shown = page_of(agent, flagged).text
    assert "nothing more is sent there" in shown
    assert "550 &lt;no&gt; such user" in shown
    cleared = agent.follow(agent.post(f"/agent/tickets/{flagged}/address", {"address": CUSTOMER_ADDRESS}))
    assert "Mail goes to this address again." in cleared.text
    assert "The customer will not get this reply" in shown
    assert "The customer will not get this reply" not in cleared.text
    assert addresses.find_flags([CUSTOMER_ADDRESS]) == {}


def test_a_mail_that_failed_is_sent_again(agent: Visitor, flagged: int) -> None:
    failed = tickets.get_page(flagged).outgoing[0].id
    path = f"/agent/tickets/{flagged}/mails/{failed}/again"
    assert path in page_of(agent, flagged).text
    shown = agent.follow(agent.post(path, {}))
    assert "The mail is sent again." in shown.text
    assert path not in shown.text, "once"


def test_who_can_not_be_accepted_is_told_on_the_ticket(agent: Visitor) -> None:
    number = open_ticket()
    receive(number, "Away.", name="Eve", sender=STRANGER, is_from_stranger=True, is_automatic=True)
    answer = agent.post(f"/agent/tickets/{number}/entries/{newest_message(number).id}/accept", {})
    assert answer.status == 409
    assert "A program wrote this message" in answer.text


def test_a_contributor_reads_of_a_stranger_and_leaves_the_rest_to_agents(
    contributor: Visitor, stranger: tuple[int, int]
) -> None:
    number, entry_id = stranger
    desk.assign(number, CONTRIBUTOR.id, AGENT, now())
    shown = page_of(contributor, number).text
    assert f"{STRANGER} is not part of this ticket." in shown
    assert f"{entry_id}/accept" not in shown
    assert contributor.post(f"/agent/tickets/{number}/entries/{entry_id}/accept", {}).status == 403


def test_domains_are_shown_in_their_own_letters(agent: Visitor) -> None:
    number = open_ticket(address="kim@bücher.example")
    assert tickets.get(number).customer_address == "kim@xn--bcher-kva.example"
    shown = page_of(agent, number).text
    assert "kim@bücher.example" in shown
    assert "xn--" not in shown


def test_a_contributor_who_does_not_see_the_ticket_changes_nothing_of_it(
    contributor: Visitor, agent: Visitor, stranger: tuple[int, int]
) -> None:
    number, entry_id = stranger
    assert contributor.post(f"/agent/tickets/{number}/entries/{entry_id}/accept", {}).status == 403
    assert contributor.post(f"/agent/tickets/{number}/mails/{entry_id}/again", {}).status == 404
    requester = contributor.post(f"/agent/tickets/{number}/entries/{entry_id}/requester", {"requester": "author"})
    assert requester.status == 403
    assert contributor.post(f"/agent/tickets/{number}/address", {"address": CUSTOMER_ADDRESS}).status == 403
    assert newest_message(number).is_from_stranger
