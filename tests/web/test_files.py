import pytest

from chalicelib.adapters import tickets
from chalicelib.desk import links
from chalicelib.desk import tickets as desk
from chalicelib.desk.tickets import Upload
from chalicelib.domain.entry import Attachment
from tests import factories
from tests.conftest import ADDRESS, AGENT
from tests.web.tickets import open_ticket, receive
from tests.web.visitor import Visitor, now


def path_of_file(place: int = 0) -> str:
    """Of a reply's file, as it stands in the customer's mail."""
    number = open_ticket()
    seen = tickets.get(number).last_entry
    desk.reply(number, "See there.", AGENT, seen, now(), uploads=(Upload("plan.pdf", "application/pdf", b"%PDF"),))
    answer = next(entry for entry in tickets.get_page(number).entries if entry.attachments)
    return links.file_url(factories.stored_settings(), number, answer.id, place).removeprefix(ADDRESS)


def test_a_file_that_was_too_large_for_its_mail_is_a_link_away(visitor: Visitor) -> None:
    answer = visitor.get(path_of_file())
    assert answer.status == 303
    assert "X-Amz-Expires=300" in answer.location
    assert "plan.pdf" in answer.location


@pytest.mark.parametrize("end", ["x", ""])
def test_a_link_that_is_not_ours_leads_nowhere_and_says_why(visitor: Visitor, end: str) -> None:
    answer = visitor.get(path_of_file()[:-3] + end)
    assert answer.status == 404
    assert "This link is not valid or too old." in answer.text


def test_a_file_that_is_not_there(visitor: Visitor) -> None:
    assert visitor.get(path_of_file(place=1)).status == 404


def test_a_strangers_file_is_for_agents_only(visitor: Visitor) -> None:
    number = open_ticket()
    file = Attachment("mail/a", "a.txt", "text/plain", 1)
    receive(number, "Let me in.", is_from_stranger=True, attachments=(file,))
    stranger = next(entry for entry in tickets.get_page(number).entries if entry.is_from_stranger)
    path = links.file_url(factories.stored_settings(), number, stranger.id, 0).removeprefix(ADDRESS)
    assert visitor.get(path).status == 404
