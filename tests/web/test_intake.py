"""The page on which agents take down what customers say."""

import pytest

from chalicelib.adapters import tickets
from tests.web.visitor import Answer, Visitor

PAGE = "/agent/tickets/new"
TYPED = {
    "name": "Kim Hana",
    "email": "hana@customer.example",
    "subject": "Pump",
    "text": "It makes noise.",
    "source": "phone",
    "kind": "problem",
    "priority": "high",
    "team": "",
    "language": "ko",
    "acknowledge": "1",
    "do": "open",
}


def save(visitor: Visitor, **changed: str) -> Answer:
    return visitor.post(PAGE, {**TYPED, "form": visitor.get(PAGE).hidden("form"), **changed})


def test_a_call_becomes_a_ticket_that_says_its_first_response_is_given(agent: Visitor) -> None:
    answer = save(agent)
    assert (answer.status, answer.location) == (303, "/agent/tickets/1")
    page = agent.follow(answer).text
    assert "Ticket opened." in page
    assert "the first response counts as given" in page
    ticket = tickets.get(1)
    assert (ticket.source, ticket.kind, ticket.priority, ticket.language) == ("phone", "problem", "high", "ko")


def test_what_is_answered_at_once_is_logged_and_resolved(agent: Visitor) -> None:
    save(agent, do="answered", acknowledge="")
    assert tickets.get(1).status == "resolved"


def test_a_telephone_system_fills_in_what_it_knows(agent: Visitor) -> None:
    page = agent.get(f"{PAGE}?email=hana@customer.example&name=Hana+%3CKim%3E&source=chat").text
    assert 'value="hana@customer.example"' in page
    assert 'value="Hana &lt;Kim&gt;"' in page
    assert '<option value="chat" selected>' in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "", "Check the e-mail address"),
        ("email", "hana", "Check the e-mail address"),
        ("text", " ", "Please write something."),
        ("team", "77", "team"),
        ("form", "forged", "send it again"),
    ],
)
def test_a_mistake_is_shown_where_it_is_and_nothing_is_lost(agent: Visitor, field: str, value: str, words: str) -> None:
    page = save(agent, **{field: value})
    assert page.status in (400, 422)
    assert words in page.text
    assert 'value="Pump"' in page.text
    assert 'value="Kim Hana"' in page.text


@pytest.mark.parametrize("field", ["source", "kind", "priority", "language"])
def test_a_choice_that_is_not_offered_opens_nothing(agent: Visitor, field: str) -> None:
    assert save(agent, **{field: "moon"}).status == 400


def test_it_is_not_for_contributors(contributor: Visitor) -> None:
    assert contributor.get(PAGE).status == 403
    assert contributor.post(PAGE, TYPED).status == 403
    assert PAGE not in contributor.get("/agent").text
