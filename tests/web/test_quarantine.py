from base64 import urlsafe_b64encode
from datetime import timedelta
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from chalicelib.adapters import inbound_mail, tickets
from chalicelib.desk import inbound
from chalicelib.domain.dead_letter import LetterQueue
from chalicelib.domain.inbound_mail import Fate, FateState
from chalicelib.web import quarantine
from tests.desk import journey
from tests.desk.journey import raw_mail, store
from tests.desk.letters import bury, mail_letter
from tests.web.visitor import Answer, Visitor, now
from tests.wire import on_the_wire

PAGE = "/agent/quarantine"


def give_up(text: str = "Here I am.", minutes: int = 0, error: Exception | None = None, **headers: str) -> str:
    key = store(raw_mail(text, **headers))
    inbound.give_up(key, error or ZeroDivisionError(), now() + timedelta(minutes=minutes))
    return key


def hold(subject: str = "Pump") -> str:
    key = store(raw_mail(subject=subject))
    inbound_mail.keep_fate(Fate(key, FateState.HELD, now(), "possible_loop", "", 0, "kim@customer.example", subject))
    return key


@pytest.fixture
def english(admin: Visitor) -> Visitor:
    """An admin, whose own language is English."""
    return admin


def press(visitor: Visitor, act: str, view: str = "quarantined", **fields: str) -> Answer:
    return visitor.follow(visitor.post(f"{PAGE}/{act}", {"view": view, **fields}))


class TestOneMail:
    def test_it_is_shown_with_its_cause_and_cure_and_read_again(self, english: Visitor) -> None:
        inbound.receive("inbound/late", now(), now())
        page = english.get(PAGE).text
        for words in ("The mail itself is missing", "Read it again later", "inbound/late", "Unknown sender"):
            assert words in page
        store(raw_mail("Here I am."), "inbound/late")
        shown = press(english, "replay", key="inbound/late")
        assert "This mail is on ticket" in shown.text
        assert shown.links("/agent/tickets/1")
        assert "No mail in quarantine" in shown.text
        assert tickets.get(1).subject == "Pump"

    def test_one_that_still_can_not_be_read_stays(self, english: Visitor) -> None:
        inbound.receive("inbound/lost", now(), now())
        shown = press(english, "replay", key="inbound/lost")
        assert "No ticket could be made of it: The mail itself is missing." in shown.text
        assert "inbound/lost" in shown.text

    def test_one_that_our_code_fails_on_stays_without_an_error_page(self, english: Visitor) -> None:
        key = give_up()
        with on_the_wire() as wire:
            wire.fails_before("s3.GetObject")
            assert "No ticket could be made of it: Could not be processed." in press(english, "replay", key=key).text

    def test_one_that_never_came_to_an_end_is_read_in_the_background(self, english: Visitor) -> None:
        shown = press(english, "replay", key=give_up(error=TimeoutError()))
        assert "is being read in the background" in shown.text

    def test_a_held_one_is_taken_and_the_page_stays_where_it_was(self, english: Visitor) -> None:
        key = hold("Again and again")
        page = english.get(f"{PAGE}?view=held").text
        for words in ("Again and again", "kim@customer.example", "Too many mails with this subject", "Take it"):
            assert words in page
        shown = press(english, "replay", "held", key=key)
        assert "No mail is held" in shown.text
        assert journey.numbers() == [1]

    def test_a_dismissed_one_is_gone_until_that_is_undone(self, english: Visitor) -> None:
        key = hold("Again and again")
        shown = press(english, "dismiss", "held", key=key).text
        assert "Dismissed: Again and again" in shown
        assert "No mail is held" in shown
        assert shown.count(key) == 1, "in the button that undoes it, and nowhere else"
        again = press(english, "restore", "held", key=key).text
        assert "The mail waits again." in again
        assert "Again and again" in again
        assert "Dismissed: " not in english.get(f"{PAGE}?view=held&act=dismissed&mail={key}").text

    def test_dismissed_ones_are_listed_and_brought_back_or_taken(self, english: Visitor) -> None:
        keys = [hold("Again and again"), give_up()]
        for key in keys:
            press(english, "dismiss", key=key)
        page = english.get(f"{PAGE}?view=dismissed").text
        assert "Again and again" in page
        assert [page.count(words) for words in ("Dismissed by Ada Admin.", "Bring back", "Take it")] == [2, 2, 1]
        assert "Read all again" not in page
        assert keys[0] not in press(english, "restore", "dismissed", key=keys[0]).text.partition('class="tickets"')[2]
        assert inbound_mail.get_fate(keys[0]).state is FateState.HELD
        assert "This mail is on ticket" in press(english, "replay", "dismissed", key=keys[1]).text
        assert "No mail was dismissed" in english.get(f"{PAGE}?view=dismissed").text

    def test_a_dismissed_one_that_fails_again_is_not_told_as_just_dismissed(self, english: Visitor) -> None:
        key = give_up()
        press(english, "dismiss", key=key)
        with on_the_wire() as wire:
            wire.fails_before("s3.GetObject")
            shown = press(english, "replay", key=key).text
        assert "No ticket could be made of it: Could not be processed." in shown
        assert "Dismissed:" not in shown

    @pytest.mark.parametrize("act", ["replay", "dismiss", "restore"])
    def test_one_that_never_came_can_not_be_acted_on(self, english: Visitor, act: str) -> None:
        assert english.post(f"{PAGE}/{act}", {"key": "inbound/none"}).status == 404

    @pytest.mark.parametrize("act", ["replay", "dismiss", "restore"])
    @pytest.mark.parametrize("key", ["inbound/" + "가" * 342, "files/1", "", "inbound/", "inbound/\0"])
    def test_a_key_of_no_mail_is_not_asked_for(self, english: Visitor, act: str, key: str) -> None:
        english.get("/agent")
        with on_the_wire() as wire:
            assert english.post(f"{PAGE}/{act}", {"key": key}).status == 404
        assert wire.requests == []

    @pytest.mark.parametrize("act", ["dismiss", "restore"])
    def test_what_a_ticket_has_can_not_be_dismissed_or_brought_back(self, english: Visitor, act: str) -> None:
        key = journey.receive_mail()
        answer = english.post(f"{PAGE}/{act}", {"key": key})
        assert (answer.status, "on ticket #1 already" in answer.text) == (409, True)


class TestAllMails:
    def test_how_it_went_is_told(self, english: Visitor) -> None:
        for minute in range(3):
            give_up(f"Pump {minute}.", minutes=minute)
        inbound.receive("inbound/lost", now(), now())
        give_up(error=TimeoutError())
        shown = press(english, "replay-all").text
        for words in (
            "On a ticket now: 3 of 5.",
            "Being read in the background: 1.",
            "Still here, with their causes: 1.",
        ):
            assert words in shown
        assert len(journey.numbers()) == 3

    def test_when_the_time_is_over_it_offers_to_go_on(self, english: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(quarantine, "BULK_SECONDS", 0)
        keys = [give_up(f"Pump {minute}.", minutes=minute) for minute in range(3)]
        shown = press(english, "replay-all")
        assert "Not tried yet: 2." in shown.text
        again = press(english, "replay-all", after=shown.button("after"))
        assert "Not tried yet: 1." in again.text
        assert [mail.key for mail in inbound.list_in_hand(FateState.QUARANTINED)] == [keys[0]]

    @pytest.mark.parametrize("after", [b"[" * 90_000, b"x\n" + b"y" * 5_000], ids=["nested", "long"])
    def test_a_place_that_nobody_gave_out_is_the_start(self, english: Visitor, after: bytes) -> None:
        give_up()
        assert "On a ticket now: 1 of 1." in press(english, "replay-all", after=urlsafe_b64encode(after).decode()).text

    def test_numbers_in_the_address_that_are_none_tell_nothing(self, english: Visitor) -> None:
        page = english.get(f"{PAGE}?tried=x&taken=%3Cb%3E&left={'9' * 400}").text
        assert "0 of 0" in page
        assert "<b>" not in page

    def test_there_is_a_page_after_the_first(self, english: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(quarantine, "ROWS", 2)
        keys = [give_up(minutes=minute) for minute in range(3)]
        first = english.get(PAGE)
        (more,) = first.links("after=")
        assert [key in first.text for key in keys] == [False, True, True]
        assert [key in english.get(more).text for key in keys] == [True, False, False]


class TestViews:
    def test_each_says_how_many_wait(self, english: Visitor) -> None:
        give_up()
        hold()
        hold()
        bury(LetterQueue.OUTBOX, {"ticket": 7, "id": 1})
        page = english.get(PAGE).text
        counts = [
            page.partition(f"view={view}")[2].partition('count">')[2].partition("<")[0]
            for view in quarantine.View
            if view is not quarantine.View.DISMISSED
        ]
        assert counts == ["1", "2", "1"]

    @pytest.mark.parametrize(("view", "words"), [("held", "No mail is held"), ("letters", "Everything was processed")])
    def test_an_empty_one_says_so(self, english: Visitor, view: str, words: str) -> None:
        assert words in english.get(f"{PAGE}?view={view}").text

    def test_one_that_does_not_exist_is_the_first(self, english: Visitor) -> None:
        assert "No mail in quarantine" in english.get(f"{PAGE}?view=%3Cb%3E").text

    def test_they_are_in_korean_too(self, supervisor: Visitor) -> None:
        hold()
        page = supervisor.get(f"{PAGE}?view=held").text
        for words in ("보류됨", "한 시간 안에 같은 제목의 메일이 너무 많이 왔습니다", "모두 받기"):
            assert words in page

    def test_they_are_for_supervisors(self, agent: Visitor) -> None:
        key = give_up()
        paths = (f"/{name}?key={key}" for name in ("mail", "original", "designed", "document"))
        for path in ("", *paths):
            assert agent.get(PAGE + path).status == 403
        refused = agent.get(PAGE)
        assert refused.links("/agent")[-1:] == ["/agent"], "a way back to what they may see"
        for act in ("replay", "replay-all", "dismiss", "restore", "letter", "letters"):
            assert agent.post(f"{PAGE}/{act}", {"key": key}).status == 403
        assert PAGE not in agent.get("/agent").text


class TestLetters:
    def test_they_are_shown_with_what_they_are_about_and_done_again(self, english: Visitor) -> None:
        letter = bury(LetterQueue.INBOUND, mail_letter("inbound/one"))
        bury(LetterQueue.OUTBOX, {"ticket": 7, "id": 1})
        page = english.get(f"{PAGE}?view=letters").text
        for words in ("Mail that came in", "inbound/one", "Mail or timer of a ticket", "#7"):
            assert words in page
        shown = press(english, "letter", "letters", queue="inbound", id=letter).text
        assert "It is back in its queue" in shown
        assert "inbound/one" not in shown
        assert "Dealt with: 1 of 1." in press(english, "letters", "letters").text

    def test_one_that_is_gone_is_not_found(self, english: Visitor) -> None:
        for queue in ("inbound", "elsewhere"):
            assert english.post(f"{PAGE}/letter", {"queue": queue, "id": "x", "view": "letters"}).status == 404

    def test_what_waits_for_the_upkeep_stays(self, english: Visitor) -> None:
        letter = bury(LetterQueue.RELAY, {"DDBStreamBatchInfo": {}})
        shown = press(english, "letter", "letters", queue="relay", id=letter).text
        assert "within three hours" in shown
        assert letter in shown


class TestLooking:
    def test_a_mail_is_shown_as_text_with_its_source(self, english: Visitor) -> None:
        key = give_up("<script>alert(1)</script>", subject="<b>Pump</b>", cc="Park <park@customer.example>")
        page = english.get(f"{PAGE}/mail?key={quote(key)}").text
        assert "<script>alert" not in page
        assert "<b>Pump" not in page
        assert page.count("&lt;script&gt;alert(1)") == 2
        for words in ("&lt;b&gt;Pump", "park@customer.example", "Our program failed on it", "Read again", "Dismiss"):
            assert words in page

    @pytest.mark.parametrize(("language", "words"), [("en", "It has no Message-ID."), ("ko", "Message-ID가 없습니다.")])
    def test_what_is_wrong_with_a_mail_is_told_in_words(
        self, admin: Visitor, supervisor: Visitor, language: str, words: str
    ) -> None:
        key = store(raw_mail("Here I am.", from_="support@desk.example", message_id=None))
        inbound.receive(key, now(), now())
        visitor = admin if language == "en" else supervisor
        for path in (PAGE, f"{PAGE}/mail?key={key}"):
            page = visitor.get(path).text
            assert words in page
            assert "no_message_id" not in page

    def test_files_are_named_and_not_linked(self, english: Visitor) -> None:
        key = store(raw_mail("With a plan.", ("plan.pdf", b"x" * 2_000)))
        inbound.give_up(key, ZeroDivisionError(), now())
        page = english.get(f"{PAGE}/mail?key={key}").text
        assert "plan.pdf" in page
        assert "2 KB" in page

    def test_one_that_never_came_to_an_end_is_not_read(self, english: Visitor) -> None:
        page = english.get(f"{PAGE}/mail?key={give_up(error=TimeoutError())}").text
        assert "cannot be read safely" in page
        assert "subject: Pump" in page

    def test_a_dismissed_one_says_by_whom_and_can_still_be_taken(self, english: Visitor) -> None:
        key = hold()
        press(english, "dismiss", "held", key=key)
        page = english.get(f"{PAGE}/mail?key={key}").text
        assert "Dismissed by Ada Admin." in page
        press(english, "replay", "held", key=key)
        assert "This mail is on ticket" in english.get(f"{PAGE}/mail?key={key}").text

    def test_one_of_a_designer_is_shown_as_designed_in_a_frame_that_can_do_nothing(self, english: Visitor) -> None:
        key = store(b"From: kim@customer.example\r\nContent-Type: text/html\r\n\r\n<b>Bold</b><script>1</script>")
        inbound.give_up(key, ZeroDivisionError(), now())
        (link,) = set(english.get(f"{PAGE}/mail?key={key}").links("designed"))
        frame = english.get(link)
        assert 'sandbox="allow-popups' in frame.text
        document = english.get(frame.text.partition(' src="')[2].partition('"')[0])
        assert "<b>Bold</b>" in document.text
        assert "<script" not in document.text
        assert document.headers["Content-Security-Policy"].startswith("sandbox ")

    def test_one_that_may_not_be_read_has_no_designed_view(self, english: Visitor) -> None:
        key = give_up(error=TimeoutError())
        assert english.get(f"{PAGE}/mail?key={key}").links("designed") == []
        with on_the_wire() as wire:
            assert english.get(f"{PAGE}/document?key={key}").status == 404
        assert "s3.GetObject" not in wire.requests

    def test_what_people_did_with_it_is_told(self, english: Visitor, supervisor: Visitor) -> None:
        key = give_up()
        press(supervisor, "dismiss", key=key)
        press(english, "restore", key=key)
        page = english.get(f"{PAGE}/mail?key={key}").text
        for words in ("History", "Sun Supervisor</strong>: dismissed", "Ada Admin</strong>: brought back"):
            assert words in page

    def test_what_to_do_stands_apart_from_the_cause(self, english: Visitor) -> None:
        page = english.get(f"{PAGE}/mail?key={journey.receive(raw_mail(from_=None))}").text
        assert "<strong>It has no usable sender</strong></p> <p>Nobody can be answered." in " ".join(page.split())

    def test_a_sender_can_be_given_where_there_is_none(self, english: Visitor) -> None:
        key = journey.receive(b"Subject: Pump\r\n\r\nIt is broken.")
        assert "Make a ticket of it" in english.get(f"{PAGE}/mail?key={key}").text
        wrong = english.post(f"{PAGE}/replay", {"key": key, "sender": "kim@x"})
        assert (wrong.status, "Check the e-mail address" in wrong.text, 'value="kim@x"' in wrong.text) == (
            422,
            True,
            True,
        )
        assert "This mail is on ticket" in press(english, "replay", key=key, sender="kim@customer.example").text

    def test_one_with_a_sender_asks_for_none(self, english: Visitor) -> None:
        assert "Make a ticket of it" not in english.get(f"{PAGE}/mail?key={give_up()}").text

    def test_the_original_is_fetched_from_the_store_for_a_short_while(self, english: Visitor) -> None:
        key = give_up()
        answer = english.get(f"{PAGE}/original?key={key}")
        query = parse_qs(urlsplit(answer.location).query)
        assert (answer.status, urlsplit(answer.location).path.endswith(key)) == (303, True)
        assert query["X-Amz-Expires"] == ["300"]
        assert query["response-content-disposition"][0].startswith("attachment;")

    @pytest.mark.parametrize("key", ["", "inbound/", "files/1/a.pdf", "../files/1", "inbound/none", "inbound/\0"])
    def test_nothing_else_of_the_store_is_shown(self, english: Visitor, key: str) -> None:
        assert english.get(f"{PAGE}/mail?key={quote(key)}").status == 404
        for path in ("original", "designed", "document"):
            assert english.get(f"{PAGE}/{path}?key={quote(key)}").status == 404
