import json
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from chalicelib.desk import tickets
from chalicelib.desk.explanation import Destination, Sender, destination
from chalicelib.desk.matching import Way
from chalicelib.domain.errors import InvalidInput
from chalicelib.domain.outgoing import Purpose
from chalicelib.domain.words import Status
from chalicelib.mail.read import read
from infra.cli import cli
from infra.explained_destination import found
from tests.conftest import AGENT, NOW, SUPPORT
from tests.desk import journey
from tests.desk.journey import raw_mail, receive_mail, reply_address
from tests.wire import on_the_wire

PARK = "Park <park@customer.example>"

pytestmark = pytest.mark.usefixtures("cloud")


@pytest.fixture(autouse=True)
def _a_ticket(cloud: None) -> None:
    receive_mail(message_id="<one@customer.example>")


def of(**headers: str | None) -> Destination:
    return destination(read(raw_mail("It is wet.", **headers)), NOW)


def says(**headers: str | None) -> str:
    (step,) = found(read(raw_mail("It is wet.", **headers)))
    return step.says


@pytest.mark.parametrize("way", [Way.REPLY_ADDRESS, Way.MESSAGE_ID, Way.NUMBER])
def test_it_says_which_ticket_and_why(way: Way) -> None:
    headers = {
        Way.REPLY_ADDRESS: {"to": journey.reply_address()},
        Way.MESSAGE_ID: {"in_reply_to": "<unknown@x>", "references": "<one@customer.example>"},
        Way.NUMBER: {"subject": "Re: [#1] Pump"},
    }[way]
    there = of(**headers)
    assert (there.way, there.number, there.sender) == (way, 1, Sender.PARTICIPANT)
    assert "It would become a message of ticket #1, because" in says(**headers)


def test_what_it_says_is_what_happens() -> None:
    for headers in ({"to": journey.reply_address()}, {"in_reply_to": "<one@customer.example>"}, {"subject": "[#1] x"}):
        before = len(journey.messages())
        assert of(**headers).number == 1
        receive_mail(**headers)
        assert len(journey.messages()) == before + 1


def test_a_number_is_nothing_in_the_hands_of_a_stranger() -> None:
    assert of(from_=PARK, subject="[#1] Pump") == Destination(Way.NONE)
    assert "a new ticket" in says(from_=PARK, subject="[#1] Pump")


def test_a_stranger_with_an_id_is_hidden_at_first() -> None:
    assert of(from_=PARK, in_reply_to="<one@customer.example>").sender is Sender.STRANGER
    assert "until an agent accepts it" in says(from_=PARK, in_reply_to="<one@customer.example>")


def test_only_with_dmarc_it_is_an_agents_answer() -> None:
    headers = {"from_": AGENT.address, "to": journey.reply_address()}
    assert of(**headers).sender is Sender.STRANGER
    assert of(**headers, authentication_results=journey.PASSED).sender is Sender.AGENT


@pytest.fixture
def explained(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], list[str]]:
    """What the steps say that `mail explain --desk` names."""
    account = SimpleNamespace(enter=lambda outputs: None)
    monkeypatch.setattr("infra.cli.meant", lambda stack, region: (account, {"MailDomain": "desk.example"}, None))

    def explain(raw: bytes) -> list[str]:
        shown = CliRunner().invoke(cli, ["mail", "explain", "--json", "--desk", "-"], input=raw)
        return [step["says"] for step in json.loads(shown.output)["route"]]

    return explain


def test_on_this_machine_a_mail_without_verdicts_counts_as_when_it_is_sent(
    explained: Callable[[bytes], list[str]],
) -> None:
    *_, told, where = explained(raw_mail("Press the button.", from_=AGENT.address, to=journey.reply_address()))
    assert "as ./deskbell mail send would hand it over" in told
    assert "goes out to the customer" in where


def test_one_with_verdicts_counts_as_they_say(explained: Callable[[bytes], list[str]]) -> None:
    headers = f"X-SES-Spam-Verdict: PASS\r\nFrom: {AGENT.address}\r\nTo: {journey.reply_address()}\r\n"
    says = explained(f"{headers}\r\nPress the button.".encode())
    assert not [step for step in says if "mail send would hand it over" in step]
    assert "Its sender takes no part in the ticket" in says[-1]


def test_a_signature_of_another_desk_is_told() -> None:
    address = SUPPORT.replace("@", f"+1-{'0' * 24}@")
    assert of(to=address) == Destination(Way.NONE, bad_addresses=(address,))
    assert f"The signature of {address} is not this desk's" in says(to=address)


def test_a_closed_ticket_is_followed_up() -> None:
    for status in (Status.RESOLVED, Status.CLOSED):
        tickets.set_status(1, status, AGENT, NOW)
    assert "follows up the closed #1" in says(subject="[#1] Pump")


def test_one_that_came_already_is_told() -> None:
    raw = raw_mail("It is wet.", to=journey.reply_address())
    journey.receive(raw)
    assert destination(read(raw), NOW) == Destination(Way.NONE, 1, came_before=True)
    (step,) = found(read(raw))
    assert "on ticket #1 already" in step.says


def test_a_blind_copy_gets_no_acknowledgement_and_that_is_told() -> None:
    headers = {"to": "others@customer.example", "message_id": "<blind@customer.example>"}
    assert of(**headers).is_blind_copy
    assert "blind copy: no automatic answer follows" in says(**headers)
    receive_mail(**headers)
    assert [mail.ticket for mail in journey.queued() if mail.purpose is Purpose.ACKNOWLEDGEMENT] == [1]
    assert not of(to=f"others@customer.example, {SUPPORT}").is_blind_copy
    assert "blind copy" not in says(to=f"Support <{SUPPORT}>")


def test_the_author_of_what_an_agent_forwards_is_named() -> None:
    forward = {"from_": AGENT.address, "subject": "Fwd: Door"}
    above = f"---------- Forwarded message ---------\nFrom: {PARK}\nDate: today\nSubject: Door\nTo: x@y.example"
    text = f"{above}\n\nIt creaks."
    passed = read(raw_mail(text, **forward, authentication_results=journey.PASSED))
    (step,) = found(passed)
    assert step.facts["forwarded_from"] == "park@customer.example"
    assert "its author Park <park@customer.example> would be the requester" in step.says
    assert found(read(raw_mail(text, **forward)))[0].facts["forwarded_from"] == "", "only agents forward"


def test_so_is_that_of_one_who_is_attached() -> None:
    original = f"From: {PARK}\r\nSubject: Door\r\n\r\nIt creaks.".encode()
    header, _, _ = raw_mail(from_=AGENT.address, subject="FW: Door", authentication_results=journey.PASSED).partition(
        b"Content-Type"
    )
    body = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n"
    (step,) = found(read(header + body + original + b"\r\n--x--\r\n"))
    assert step.facts["forwarded_from"] == "park@customer.example"


def test_an_absent_agents_note_would_be_kept_inside() -> None:
    agents = {"from_": AGENT.address, "to": reply_address(), "authentication_results": journey.PASSED}
    would_be = of(**agents, auto_submitted="auto-replied")
    assert (would_be.sender, would_be.why_kept_inside) == (Sender.AGENT, "machine_not_sent")


def test_our_own_mail_is_told() -> None:
    assert "it is from this desk itself" in says(from_=SUPPORT)


def test_a_mail_that_is_quarantined_anyway_asks_for_nothing() -> None:
    with on_the_wire() as wire:
        assert found(read(raw_mail(from_=None))) == ()
    assert wire.requests == []
    with pytest.raises(InvalidInput, match="address_missing"):
        of(from_=None)


def test_asking_changes_nothing() -> None:
    with on_the_wire() as wire:
        of(subject="[#1] Pump", in_reply_to="<unknown@x>", to=journey.reply_address())
    assert set(wire.requests) <= {"dynamodb.Query", "dynamodb.BatchGetItem", "dynamodb.GetItem"}


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"subject": "Fwd: [#1] Pump"}, "it passes on what others wrote"),
        ({"precedence": "bulk"}, "a machine or a list may have sent it"),
    ],
)
def test_it_says_why_an_agents_mail_stays_a_note(headers: dict[str, str], why: str) -> None:
    usual = {"from_": AGENT.address, "to": journey.reply_address(), "authentication_results": journey.PASSED}
    assert "internal note of ticket #1" in says(**(usual | headers))
    assert why in says(**(usual | headers))


def test_a_strangers_mail_to_a_closed_ticket_follows_nothing_up() -> None:
    for status in (Status.RESOLVED, Status.CLOSED):
        tickets.set_status(1, status, AGENT, NOW)
    assert "takes no part in the closed #1" in says(from_=PARK, in_reply_to="<one@customer.example>")
