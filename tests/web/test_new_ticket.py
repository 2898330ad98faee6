import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from chalicelib.adapters import settings, tickets
from chalicelib.desk import intake as desk_intake
from chalicelib.desk import links
from chalicelib.domain.words import Source
from tests.conftest import ADDRESS
from tests.web.visitor import BOUNDARY, Answer, Visitor, multipart

TYPED = {"name": "Kim Hana", "email": "hana@example.com", "subject": "Pump", "text": "It makes noise."}

pytestmark = pytest.mark.usefixtures("patient")


def send(visitor: Visitor, *files: tuple[str, bytes], **changed: str) -> Answer:
    token = visitor.get("/new").hidden("form")
    fields = {**TYPED, "form": token, "website": "", **changed}
    return visitor.post_files("/new", fields, *files)


def number_of(answer: Answer) -> int:
    """The ticket that a redirect after sending leads to."""
    return links.read_status(settings.get(), answer.location.rpartition("/")[2])


def test_a_form_makes_a_ticket_and_shows_its_number_promise_and_status_link(visitor: Visitor) -> None:
    sent = visitor.follow(send(visitor, ("noise.pdf", b"%PDF")))
    assert sent.status == 200
    assert "#1" in sent.text
    assert "Answer by" in sent.text
    assert re.search(rf"{ADDRESS}/status/[\w.-]+", sent.text)
    page = tickets.get_page(1)
    assert (page.ticket.subject, page.ticket.customer_address) == ("Pump", "hana@example.com")
    assert page.ticket.source is Source.FORM
    assert [file.filename for file in page.entries[0].attachments] == ["noise.pdf"]


def test_every_customer_has_an_address_that_is_taken_and_shown_as_text(visitor: Visitor) -> None:
    assert "&lt;b&gt;@example.com" in send(visitor, email="o'brien&<b>@example.com").text
    sent = visitor.follow(send(visitor, email="o'brien&co@example.com"))
    assert "o&#39;brien&amp;co@example.com" in sent.text
    assert tickets.get(1).customer_address == "o'brien&co@example.com"


def test_a_form_works_without_files_in_the_plain_encoding(visitor: Visitor) -> None:
    token = visitor.get("/new").hidden("form")
    assert visitor.post("/new", {**TYPED, "form": token}).status == 303


def test_a_name_and_a_subject_are_one_line(visitor: Visitor) -> None:
    send(visitor, name="Kim\r\nBcc: all@example.com", subject="Pump\n\u2028leaks")
    ticket = tickets.get(1)
    assert (ticket.customer_name, ticket.subject) == ("Kim Bcc: all@example.com", "Pump leaks")


def test_the_ticket_is_in_the_language_of_the_page(korean: Visitor) -> None:
    send(korean)
    assert tickets.get(1).language == "ko"


def test_a_form_sent_twice_makes_one_ticket(visitor: Visitor) -> None:
    token = visitor.get("/new").hidden("form")
    first = visitor.post("/new", {**TYPED, "form": token})
    again = visitor.post("/new", {**TYPED, "form": token})
    assert number_of(again) == number_of(first)


def test_another_text_after_going_back_is_another_ticket(visitor: Visitor) -> None:
    token = visitor.get("/new").hidden("form")
    first = visitor.post("/new", {**TYPED, "form": token})
    second = visitor.post("/new", {**TYPED, "text": "And it leaks.", "form": token})
    assert number_of(second) != number_of(first)


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        pytest.param({"email": ""}, 422, "Please give your e-mail address", id="no address"),
        pytest.param({"email": "hana"}, 422, "Check the e-mail address", id="bad address"),
        pytest.param({"email": "h..ana@example.com"}, 422, "Mail cannot be sent to this e-mail address", id="dots"),
        pytest.param({"email": "support@desk.example"}, 422, "an address of the desk itself", id="our own address"),
        pytest.param({"text": " \n "}, 422, "Please write something", id="empty text"),
        pytest.param({"text": "x" * 50_001}, 422, "At most 50,000 characters", id="long text"),
        pytest.param({"subject": "x" * 251}, 422, "At most 250 characters", id="long subject"),
        pytest.param({"name": "x" * 101}, 422, "At most 100 characters", id="long name"),
        pytest.param({"surprise": "1"}, 422, "no such fields: surprise", id="unknown field"),
        pytest.param({"website": "http://spam"}, 422, "A hidden field was filled in", id="trap"),
        pytest.param({"form": "forged"}, 422, "open for too long", id="forged token"),
        pytest.param({"text": "x" * 5_000_000}, 422, "At most 50,000 characters", id="5 MB of text"),
    ],
)
def test_wrong_input_comes_back_with_what_to_mend(
    visitor: Visitor, changed: dict[str, str], status: int, words: str
) -> None:
    answer = send(visitor, **changed)
    assert answer.status == status
    assert words in answer.text
    for name in ("name", "email", "subject", "text"):
        assert changed.get(name, TYPED[name]).strip() in answer.text


def test_everything_wrong_is_told_at_once_with_links_to_the_fields(visitor: Visitor) -> None:
    answer = send(visitor, email="", text="")
    assert answer.links("#email") == ["#email"]
    assert answer.links("#text") == ["#text"]
    assert answer.text.count('aria-invalid="true"') == 2


def test_a_mended_form_goes_through(visitor: Visitor) -> None:
    answer = send(visitor, email="")
    assert visitor.post("/new", {**TYPED, "form": answer.hidden("form")}).status == 303


def test_an_expired_form_comes_back_with_a_new_token_that_works(visitor: Visitor) -> None:
    answer = send(visitor, form="expired")
    assert visitor.post("/new", {**TYPED, "form": answer.hidden("form")}).status == 303


@pytest.mark.parametrize(
    ("files", "words"),
    [
        pytest.param([("a.bin", b"x" * 4_000_001)], "The limit is 4 MB in total", id="too large"),
        pytest.param([(f"{n}.txt", b"x") for n in range(6)], "Too many files. At most 5", id="too many"),
    ],
)
def test_files_that_do_not_fit_are_refused_and_asked_for_again(
    visitor: Visitor, files: list[tuple[str, bytes]], words: str
) -> None:
    answer = send(visitor, *files)
    assert answer.status == 413
    assert words in answer.text
    assert TYPED["text"] in answer.text


def test_after_a_mistake_the_files_are_asked_for_again(visitor: Visitor) -> None:
    answer = send(visitor, ("noise.pdf", b"%PDF"), email="")
    assert "Please choose your files again" in answer.text


def test_a_body_that_no_answer_could_carry_back_is_cut_and_says_so(visitor: Visitor) -> None:
    token = visitor.get("/new").hidden("form")
    answer = visitor.post_files("/new", {**TYPED, "form": token, "text": "가" * 1_500_000})
    assert answer.status == 422
    assert "only its beginning is shown" in answer.text
    assert len(answer.text) < 1_000_000


def test_a_wrong_content_type_comes_back_as_the_form(visitor: Visitor) -> None:
    answer = visitor.ask("POST", "/new", b"{}", content_type="application/json", origin=ADDRESS)
    assert answer.status == 415
    assert "Please send it with the form" in answer.text
    assert '<textarea id="text"' in answer.text


def test_a_broken_multipart_body_keeps_what_could_be_read(visitor: Visitor) -> None:
    token = visitor.get("/new").hidden("form")
    body = multipart({**TYPED, "form": token})[:-60]
    answer = visitor.ask("POST", "/new", body, content_type=f"multipart/form-data; boundary={BOUNDARY}", origin=ADDRESS)
    assert answer.status == 400
    assert "could not be read" in answer.text
    assert TYPED["text"] in answer.text


def test_broken_characters_are_shown_and_stop_the_form(visitor: Visitor) -> None:
    token = visitor.get("/new").hidden("form")
    body = urlencode({**TYPED, "form": token}).replace("noise", "noise%B1%E8").encode()
    answer = visitor.ask("POST", "/new", body, content_type="application/x-www-form-urlencoded", origin=ADDRESS)
    assert answer.status == 422
    assert "shown as �" in answer.text
    assert "noise�" in answer.text


def test_too_many_forms_from_one_address_are_told_to_wait_and_keep_their_text(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_intake, "FORMS_PER_HOUR", 2)
    token = visitor.get("/new").hidden("form")
    *taken, refused = [visitor.post("/new", {**TYPED, "text": f"Text {n}", "form": token}) for n in range(3)]
    assert [answer.status for answer in taken] == [303, 303]
    assert refused.status == 429
    assert "Text 2" in refused.text
    assert int(refused.headers["Retry-After"]) > 0


def test_a_subject_may_be_given_in_the_link(visitor: Visitor) -> None:
    assert 'value="Refund"' in visitor.get("/new?subject=Refund").text


def test_a_desk_without_mail_promises_none(visitor: Visitor) -> None:
    general = settings.find_general()
    assert general
    settings.save_general(replace(general, support_address=""))
    assert "by e-mail" not in visitor.get("/new").text
    sent = visitor.follow(send(visitor))
    assert "confirmation" not in sent.text
    assert "Our answer will be on the page behind this link" in sent.text
