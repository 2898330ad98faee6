from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from functools import partial

import pytest

from chalicelib.adapters import addresses, aws, settings
from chalicelib.adapters.transaction import Transaction
from chalicelib.desk import intake, links, outbox, replies, tickets
from chalicelib.desk import settings as desk_settings
from chalicelib.desk.tickets import Upload
from chalicelib.domain.customer import AddressFlag
from chalicelib.domain.entry import AuthorKind
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.outgoing import Purpose
from chalicelib.domain.settings import QuotedHistory
from chalicelib.mail import html, quotes
from chalicelib.mail.quote_markup import Place
from tests import factories
from tests.conftest import ADMIN, AGENT, COLLEAGUE, NOW, SUPPORT
from tests.desk import journey
from tests.desk.journey import page, receive_mail, sent
from tests.factories import CUSTOMER_ADDRESS
from tests.wire import on_the_wire

PARK = "park@customer.example"
ANSWER = "Turn it off."
PDF = Upload("설명서 (1).pdf", "application/pdf", b"%PDF-1.4 manual")

pytestmark = pytest.mark.usefixtures("cloud")


def answer(text: str = ANSWER, uploads: tuple[Upload, ...] = (), cc: str | None = None, hour: int = 1) -> EmailMessage:
    """What the customer gets when the agent answers their ticket, `hour` hours after it came in."""
    at = NOW + timedelta(hours=hour)
    tickets.reply(1, text, AGENT, page().ticket.last_entry, at, uploads=uploads, cc=cc)
    outgoing = [each for each in page().outgoing if each.purpose is Purpose.REPLY][-1]
    outbox.deliver(1, outgoing.id, 1, NOW)
    return sent(CUSTOMER_ADDRESS)[-1]


def text_of(mail: EmailMessage) -> str:
    return journey.text_of(mail).replace("\r\n", "\n")


def html_of(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


@contextmanager
def sending() -> Iterator[list[dict[str, list[str]]]]:
    """To whom SES is told to bring each mail, whatever the mail itself says."""
    told: list[dict[str, list[str]]] = []
    events = aws.client("sesv2").meta.events
    listen = partial(lambda params, **_: told.append(params["Destination"]))
    events.register("provide-client-params.sesv2.SendEmail", listen)
    yield told
    events.unregister("provide-client-params.sesv2.SendEmail", listen)


def quote(history: QuotedHistory) -> None:
    general = settings.find_general()
    assert general is not None
    settings.save_general(replace(general, quoted_history=history))


def add_team(**fields: str) -> int:
    words = {"name": "Repairs", "address": "repairs@desk.example", "signature": ""} | fields
    return desk_settings.add_team(**words, by=ADMIN, now=NOW).id


class TestHistory:
    def test_the_customers_last_message_is_quoted_below(self) -> None:
        receive_mail("It drips.")
        receive_mail("It drips more.", in_reply_to=None, to=journey.reply_address())
        mail = answer()
        assert text_of(mail).rstrip().endswith(" wrote:\n> It drips more.")
        assert "Mon 23 Nov 2026, 10:00 KST, Kim wrote:" in text_of(mail)
        assert "It drips more.</blockquote>" in html_of(mail)
        assert "It drips.<" not in html_of(mail)

    def test_the_whole_conversation_is_quoted_newest_first(self) -> None:
        quote(QuotedHistory.ALL)
        receive_mail("It drips.")
        answer("Which pump?")
        receive_mail("The blue one.", to=journey.reply_address(), at=NOW + timedelta(hours=1, minutes=1))
        text = text_of(answer(hour=2))
        quoted = [line for line in text.splitlines() if line.startswith("> ")]
        assert quoted == ["> The blue one.", "> Which pump?", "> It drips."]
        assert "Min Agent wrote:" in text

    def test_nothing_is_quoted_where_nothing_is_wanted(self) -> None:
        quote(QuotedHistory.NONE)
        receive_mail("It drips.")
        mail = answer()
        assert "drips" not in text_of(mail) + html_of(mail)

    def test_notes_strangers_machines_and_who_is_not_proven_are_never_quoted(self) -> None:
        quote(QuotedHistory.ALL)
        receive_mail("It drips.", message_id="<one@customer.example>")
        tickets.add_note(1, "Difficult customer.", COLLEAGUE, NOW)
        receive_mail("Let me in.", from_="eve@elsewhere.example", in_reply_to="<one@customer.example>")
        receive_mail("I am away.", to=journey.reply_address(), auto_submitted="auto-replied")
        not_proven = "amazonses.com; dmarc=fail header.from=customer.example"
        receive_mail("Pay to this account.", to=journey.reply_address(), authentication_results=not_proven)
        mail = answer()
        assert [line for line in text_of(mail).splitlines() if line.startswith("> ")] == ["> It drips."]

    def test_a_long_conversation_is_cut(self) -> None:
        quote(QuotedHistory.ALL)
        for _ in range(3):
            receive_mail("x " * 4_000, to=journey.reply_address() if journey.numbers() else SUPPORT)
        text = text_of(answer())
        quoted = [line.removeprefix("> ") for line in text.splitlines() if line.startswith("> ")]
        assert [len(line) for line in quoted] == [7_999, 7_999, 4_001]
        assert quoted[-1].endswith("x …")

    @pytest.mark.parametrize(("language", "asked"), [("en", "It drips."), ("ko", "물이 샙니다.")])
    @pytest.mark.parametrize("history", [QuotedHistory.LAST, QuotedHistory.ALL])
    def test_our_own_trimming_knows_what_we_quote(self, language: str, asked: str, history: QuotedHistory) -> None:
        quote(history)
        intake.open_from_form(factories.form(asked, language=language), NOW)
        mail = answer("Press the button.")
        reply, quoted = quotes.split(text_of(mail))
        assert reply == "Press the button."
        assert f"> {asked}" in quoted
        lines = html.placed_lines(html_of(mail))
        own = "\n".join(line for line, place in lines if place is Place.OWN)
        assert own.startswith("Press the button.")
        assert not [words for words in (asked, "wrote", "작성") if words in own]
        assert (asked, Place.QUOTED) in [(line.lstrip("> "), place) for line, place in lines]

    @pytest.mark.parametrize(("language", "asked"), [("en", "It drips."), ("ko", "물이 샙니다.")])
    def test_a_customers_answer_above_all_that_is_read_alone(self, language: str, asked: str) -> None:
        """As a program answers that marks quotations and one that only writes the text below."""
        intake.open_from_form(factories.form(asked, language=language), NOW)
        text = text_of(answer("Press the button."))
        ours = "\n".join(f"> {line}" for line in text.splitlines())
        for below in (f"On Tue, Nov 24, 2026 at 3:12 PM Desk <s@d.example> wrote:\n\n{ours}", ours):
            assert quotes.split(f"I did.\n\n{below}")[0] == "I did."


class TestTeam:
    def test_a_ticket_that_came_to_a_team_is_answered_by_the_team(self) -> None:
        team = add_team(signature="**{agent.name}**\n{team.name} at {desk.name}")
        receive_mail(to="Repairs <repairs@desk.example>")
        assert page().ticket.team == team
        mail = answer()
        assert mail["From"] == "Repairs <repairs@desk.example>"
        assert str(mail["Reply-To"]).startswith("Repairs <repairs+1-")
        assert "\n-- \n**Min Agent**\nRepairs at Desk\n" in text_of(mail)
        assert "<strong>Min Agent</strong><br>" in html_of(mail)

    def test_the_answer_to_a_teams_mail_comes_to_the_ticket(self) -> None:
        add_team()
        receive_mail(to="repairs@desk.example")
        receive_mail("It is wet.", to=str(answer()["Reply-To"]), at=NOW + timedelta(hours=2))
        assert journey.texts() == ["The pump is broken.", ANSWER, "It is wet."]

    def test_without_a_team_the_desk_answers_and_the_agent_signs(self) -> None:
        receive_mail()
        mail = answer()
        assert mail["From"] == f"Desk <{SUPPORT}>"
        assert "\n-- \nMin Agent\nDesk\n" in text_of(mail)

    def test_an_agent_s_own_signature_stands_for_the_name(self) -> None:
        settings.save_agent(replace(settings.get().agent(AGENT.id), signature="**Min** · {team.name} {desk.name}"))
        receive_mail()
        assert "\n-- \n**Min** ·  Desk\nDesk\n" in text_of(answer())

    def test_a_team_s_signature_takes_it_up_where_it_says_so(self) -> None:
        settings.save_agent(replace(settings.get().agent(AGENT.id), signature="*Min*"))
        add_team(signature="{agent.signature}, {agent.name} of {team.name}")
        receive_mail(to="repairs@desk.example")
        assert "\n-- \n*Min*, Min Agent of Repairs\n" in text_of(answer())

    def test_a_team_that_was_handed_the_ticket_answers_it(self) -> None:
        receive_mail()
        tickets.hand_to_team(1, add_team(), AGENT, NOW)
        assert answer()["From"] == "Repairs <repairs@desk.example>"

    def test_no_ticket_is_handed_to_a_team_given_up(self) -> None:
        receive_mail()
        team = add_team()
        desk_settings.change_team(team, "Repairs", "", "", 1, ADMIN, NOW, is_active=False)
        with pytest.raises(InvalidInput, match="team_not_active"):
            tickets.hand_to_team(1, team, AGENT, NOW)


class TestCopies:
    def test_everybody_in_copy_gets_the_one_mail(self) -> None:
        receive_mail(cc=f"Park <{PARK}>, {SUPPORT}")
        with sending() as told:
            mail = answer()
        assert (mail["To"], mail["Cc"]) == (CUSTOMER_ADDRESS, PARK)
        assert told == [{"ToAddresses": [CUSTOMER_ADDRESS], "CcAddresses": [PARK]}]

    def test_the_agent_changes_who_is_in_copy(self) -> None:
        receive_mail(cc=PARK)
        mail = answer(cc="Choi@Customer.example")
        assert mail["Cc"] == "choi@customer.example"
        assert page().ticket.cc == ("choi@customer.example",)

    @pytest.mark.parametrize(
        ("cc", "code"),
        [("nobody", "copy_invalid"), (SUPPORT, "copy_to_ourselves"), ("김@customer.example", "copy_invalid")],
    )
    def test_a_wrong_copy_is_refused_and_nothing_is_sent(self, cc: str, code: str) -> None:
        receive_mail()
        before = page()
        with pytest.raises(InvalidInput, match=code):
            tickets.reply(1, ANSWER, AGENT, before.ticket.last_entry, NOW, cc=cc)
        assert page() == before

    def test_an_address_that_mail_came_back_from_gets_no_copy_and_the_ticket_shows_it(self) -> None:
        receive_mail(cc=PARK)
        also = Transaction()
        addresses.flag(also, AddressFlag(PARK, "bounce", NOW))
        also.commit()
        assert answer()["Cc"] is None
        assert page().outgoing[-1].cc == ()

    def test_automatic_mail_has_no_copies(self) -> None:
        receive_mail(cc=PARK)
        journey.deliver_all()
        assert [mail["Cc"] for mail in sent()] == [None]


class TestFiles:
    def test_files_stand_on_the_ticket_and_in_the_mail(self) -> None:
        receive_mail()
        mail = answer(uploads=(PDF,))
        (kept,) = journey.messages()[-1].attachments
        assert (kept.filename, kept.size) == (PDF.filename, len(PDF.content))
        (file,) = mail.iter_attachments()
        assert (file.get_filename(), file.get_content_type()) == (PDF.filename, "application/pdf")
        assert file.get_content() == PDF.content

    def test_an_agents_mail_hands_its_files_on(self) -> None:
        receive_mail()
        headers = {"from_": AGENT.address, "to": journey.reply_address(), "Authentication_Results": journey.PASSED}
        journey.receive(journey.raw_mail("See there.", ("plan.pdf", b"%PDF"), **headers))
        assert journey.messages()[-1].author.kind is AuthorKind.AGENT
        journey.deliver_all()
        names = [file.get_filename() for file in sent(CUSTOMER_ADDRESS)[-1].iter_attachments()]
        assert names == ["plan.pdf"]

    def test_what_is_too_large_goes_as_a_link_and_what_still_fits_along(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(replies, "MOST_ATTACHED", 10)
        receive_mail()
        large, small = Upload("large.zip", "application/zip", b"x" * 1_500), Upload("small.txt", "text/plain", b"hello")
        with on_the_wire() as wire:
            mail = answer(uploads=(large, small))
        assert [file.get_filename() for file in mail.iter_attachments()] == ["small.txt"]
        assert wire.requests.count("s3.GetObject") == 1
        text = text_of(mail)
        assert "large.zip (2 KB)\nhttps://desk.example/files/" in text
        assert "The links work until Sat 22 May 2027:" in text
        url = text.partition("https://desk.example/files/")[2].split()[0]
        assert links.read_file(factories.stored_settings(), url) == (1, journey.messages()[-1].id, 0)
        assert f"/files/{url}" in html_of(mail)

    def test_what_is_attached_leaves_room_for_all_mailboxes(self) -> None:
        """Base64 makes four bytes of three and breaks lines after 76; ten megabytes is what many mailboxes take."""
        assert replies.MOST_ATTACHED * 4 / 3 * 78 / 76 < 10_000_000

    def test_a_reply_sent_again_after_a_refusal_finds_its_file(self) -> None:
        receive_mail()
        seen = page().ticket.last_entry
        tickets.add_note(1, "Wait.", COLLEAGUE, NOW + timedelta(minutes=1))
        with pytest.raises(Exception, match="stale_reply"):
            tickets.reply(1, ANSWER, AGENT, seen, NOW, uploads=(PDF,))
        answer(uploads=(PDF,))
        stored = aws.client("s3").list_objects_v2(Bucket="deskbell-test-files")["Contents"]
        assert len(stored) == 1
