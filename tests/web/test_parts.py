"""Tickets longer than an answer of Lambda can be, however much somebody writes to them."""

import re

import pytest

from chalicelib.adapters import settings, tickets
from chalicelib.desk import links
from chalicelib.desk import tickets as desk
from chalicelib.domain.entry import Entry, EntryKind
from chalicelib.web import pages
from tests.conftest import ADDRESS, ADMIN, AGENT, CONTRIBUTOR
from tests.web.tickets import open_ticket, receive
from tests.web.visitor import Answer, Visitor, now

LONG = "가" * 50_000
MAILS = 26


@pytest.fixture
def flooded(cloud: None) -> int:
    number = open_ticket("First words.")
    for place in range(MAILS):
        receive(number, f"<{place}> {LONG}", quoted_text=LONG)
    return number


def pages_of(visitor: Visitor, path: str) -> list[Answer]:
    """The page and all that its links to earlier entries lead to."""
    found = [visitor.get(path)]
    while earlier := earlier_links(found[-1]):
        assert len(found) <= MAILS, "the links lead in a circle"
        found.append(visitor.get(earlier[0]))
    return found


def earlier_links(answer: Answer) -> list[str]:
    """Without those that show the same page in another language."""
    return [link for link in answer.links("before=") if "lang=" not in link]


def shown(answer: Answer) -> list[int]:
    """Which of the mails stand on a page, as they are numbered in their texts."""
    return [int(place) for place in re.findall(r"&lt;(\d+)&gt;", answer.text)]


def said(number: int) -> list[Entry]:
    return [entry for entry in tickets.get_page(number).entries if entry.kind is not EntryKind.EVENT]


def status_path(number: int) -> str:
    return links.status_url(settings.get(), number).removeprefix(ADDRESS)


@pytest.mark.parametrize("is_agent", [True, False], ids=["agent", "customer"])
def test_a_flooded_ticket_is_read_page_by_page(agent: Visitor, visitor: Visitor, flooded: int, is_agent: bool) -> None:
    reader, path = (agent, f"/agent/tickets/{flooded}") if is_agent else (visitor, status_path(flooded))
    read = pages_of(reader, path)
    assert len(read) > 1
    assert {answer.status for answer in read} == {200}
    assert all(pages.fits(answer.text) for answer in read)
    assert sorted(place for answer in read for place in shown(answer)) == list(range(MAILS)), "each of them once"
    assert shown(read[0])[-1] == MAILS - 1
    assert re.search(r"\d+ earlier entries", read[0].text)
    assert "First words." in read[-1].text
    assert "Back to the newest" in read[-1].text


def test_an_answer_is_written_below_the_newest_entries_alone(agent: Visitor, flooded: int) -> None:
    newest, *earlier = pages_of(agent, f"/agent/tickets/{flooded}")
    assert "/reply#reply" in newest.text
    assert earlier
    assert not any("/reply#reply" in answer.text for answer in earlier)


def test_a_long_text_is_cut_and_a_link_away(agent: Visitor, visitor: Visitor) -> None:
    number = open_ticket("<b>" + "x" * 20_000)
    receive(number, "Short.", quoted_text="y" * 20_001)
    for reader, path in ((agent, f"/agent/tickets/{number}"), (visitor, status_path(number))):
        page = reader.get(path)
        assert "x" * 19_998 not in page.text
        assert "y" * 20_001 not in page.text
        first, second = (reader.get(link) for link in page.links("/text"))
        assert first.text == "<b>" + "x" * 20_000
        assert second.text == "Short.\n\n" + "y" * 20_001
        assert first.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert first.headers["X-Content-Type-Options"] == "nosniff"
        assert first.headers["Cache-Control"] == "no-store"


def test_a_text_that_is_shown_whole_has_no_link(agent: Visitor) -> None:
    number = open_ticket("x" * 20_000)
    assert agent.get(f"/agent/tickets/{number}").links("/text") == []


def test_the_customer_s_link_opens_no_text_that_is_internal(visitor: Visitor) -> None:
    number = open_ticket()
    desk.add_note(number, "A difficult customer.", AGENT, now())
    receive(number, "I am somebody else.", is_from_stranger=True)
    message, note, stranger = said(number)
    assert visitor.get(f"{status_path(number)}/entries/{message.id}/text").text == "The pump is broken."
    for entry in (note, stranger):
        assert visitor.get(f"{status_path(number)}/entries/{entry.id}/text").status == 404
    assert visitor.get(f"{status_path(number)}/entries/x/text").status == 404


def test_a_contributor_reads_texts_of_their_own_tickets_alone(contributor: Visitor) -> None:
    own, other = open_ticket(), open_ticket()
    desk.assign(own, CONTRIBUTOR.id, ADMIN, now())
    assert contributor.get(f"/agent/tickets/{own}/entries/{said(own)[0].id}/text").status == 200
    assert contributor.get(f"/agent/tickets/{other}/entries/{said(other)[0].id}/text").status == 404


@pytest.mark.parametrize("before", ["x", "-1", "", "9" * 30])
def test_a_place_that_is_none_is_the_newest(agent: Visitor, before: str) -> None:
    number = open_ticket("First words.")
    page = agent.get(f"/agent/tickets/{number}?before={before}").text
    assert "First words." in page
    assert "/reply#reply" in page


def test_a_place_before_everything_is_an_empty_page(agent: Visitor) -> None:
    number = open_ticket("First words.")
    page = agent.get(f"/agent/tickets/{number}?before=1")
    assert page.status == 200
    assert "First words." not in page.text.partition("<aside")[0].partition('class="timeline"')[2]


def test_notices_stand_with_the_entries_of_their_time(agent: Visitor, flooded: int) -> None:
    desk.assign(flooded, CONTRIBUTOR.id, ADMIN, now())
    newest, *earlier = pages_of(agent, f"/agent/tickets/{flooded}")
    assert "Assignment notice" in newest.text
    assert earlier
    assert not any("Assignment notice" in answer.text for answer in earlier)
