from chalicelib.adapters import settings, tickets
from chalicelib.desk import links
from chalicelib.desk import tickets as desk
from chalicelib.desk.tickets import Upload
from chalicelib.domain.words import Status
from tests.conftest import ADDRESS, AGENT
from tests.desk import journey
from tests.web.tickets import open_ticket, receive, reply
from tests.web.visitor import Answer, Visitor, now


def status_path(number: int) -> str:
    return links.status_url(settings.get(), number).removeprefix(ADDRESS)


def status_of(visitor: Visitor, number: int) -> Answer:
    return visitor.get(status_path(number))


def test_a_customer_sees_what_was_said_and_promised(visitor: Visitor) -> None:
    number = open_ticket("It leaks.", subject="Pump")
    page = status_of(visitor, number).text
    assert "#1" in page
    assert "It leaks." in page
    assert "Received" in page
    assert "Answer by" in page


def test_a_reply_ends_the_promise(visitor: Visitor) -> None:
    number = open_ticket()
    reply(number, "Try *this*.", then=Status.PENDING)
    page = status_of(visitor, number).text
    assert "<em>this</em>" in page
    assert "Waiting for you" in page
    assert "Answer by" not in page


def test_nothing_internal_is_shown(visitor: Visitor) -> None:
    number = open_ticket()
    desk.add_note(number, "A difficult customer.", AGENT, now())
    desk.assign(number, AGENT.id, AGENT, now())
    receive(number, "I am somebody else.", is_from_stranger=True)
    page = status_of(visitor, number).text
    assert "difficult" not in page
    assert "somebody else" not in page
    assert AGENT.address not in page


def test_neither_machines_nor_who_may_be_somebody_else_speak_for_the_customer(visitor: Visitor) -> None:
    number = open_ticket("It leaks.", uploads=(Upload("photo.jpg", "image/jpeg", b"x"),))
    receive(number, "Back on Monday.", is_automatic=True)
    receive(number, "Pay to this account.", remarks=("sender_not_proven",))
    receive(number, "It still leaks.", remarks=("reply_address_forged",))
    shown = status_of(visitor, number)
    assert "It leaks." in shown.text
    assert "It still leaks." in shown.text
    assert "Monday" not in shown.text
    assert "account" not in shown.text
    link = shown.links("/files/")[0]
    for hidden in tickets.get_page(number).entries[-3:-1]:
        assert visitor.get(link.replace(link.split("/")[-2], str(hidden.id))).status == 404


def test_a_file_is_reached_by_a_link_of_the_page(visitor: Visitor) -> None:
    number = open_ticket(uploads=(Upload("photo.jpg", "image/jpeg", b"x"),))
    link = status_of(visitor, number).links("/files/")[0]
    assert visitor.get(link).status == 303


def test_files_of_what_is_not_public_are_out_of_reach(visitor: Visitor, agent: Visitor) -> None:
    number = open_ticket(uploads=(Upload("photo.jpg", "image/jpeg", b"x"),))
    receive(number, "Mine.", is_from_stranger=True)
    link = status_of(visitor, number).links("/files/")[0]
    entry = link.split("/")[-2]
    assert visitor.get(link.replace(entry, str(int(entry) + 1))).status == 404


def test_a_link_that_was_tampered_with_leads_nowhere(visitor: Visitor) -> None:
    open_ticket()
    assert visitor.get("/status/forged").status == 404
    signed, _, signature = status_path(1).rpartition(".")
    other = "A" if signature[0] != "A" else "B"
    assert visitor.get(f"{signed}.{other}{signature[1:]}").status == 404
    survey = links.survey_url(settings.get(), 1, 0).rpartition("/")[2]
    assert visitor.get(f"/status/{survey}").status == 404, "each link has one purpose"


def test_the_page_is_not_for_search_engines(visitor: Visitor) -> None:
    number = open_ticket()
    assert status_of(visitor, number).headers["X-Robots-Tag"] == "noindex"


def test_what_an_agent_answered_by_mail_is_not_shown_below_the_answer(visitor: Visitor) -> None:
    journey.receive_mail()
    text = "On our way.\n\nOn Mon, 23 Nov 2026 at 10:00, Desk <support@desk.example> wrote:\n> For agents alone."
    journey.receive(
        journey.raw_mail(text, from_=AGENT.address, to=journey.reply_address(), authentication_results=journey.PASSED)
    )
    answer = journey.messages()[1]
    assert "For agents alone." in answer.quoted_text
    for path in (status_path(1), f"{status_path(1)}/entries/{answer.id}/text"):
        assert "On our way." in visitor.get(path).text
        assert "For agents alone." not in visitor.get(path).text
