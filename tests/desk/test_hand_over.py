from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters import aws, counts, outbox
from chalicelib.adapters import settings as store
from chalicelib.adapters import tickets as ticket_store
from chalicelib.config import config
from chalicelib.desk import agents, hand_over, intake, tickets
from chalicelib.domain.errors import InvalidInput, NotAllowed, NotFound
from chalicelib.domain.outgoing import Delivery
from chalicelib.domain.queue import Queue
from chalicelib.domain.words import Status
from tests import factories
from tests.conftest import ADMIN, AGENT, COLLEAGUE, CONTRIBUTOR, NOW, SUPERVISOR
from tests.desk import journey

pytestmark = pytest.mark.usefixtures("cloud")


def assign(number: int, to: int = AGENT.id) -> None:
    for _ in range(number):
        tickets.assign(intake.open_from_form(factories.form(), NOW), to, ADMIN, NOW)


def held_by(agent: int) -> list[int]:
    return [ticket.number for ticket in ticket_store.list_by_queue(Queue.MINE, agent).items]


def waiting() -> list[dict[str, Any]]:
    sqs = aws.client("sqs")
    found = sqs.receive_message(QueueUrl=config().outbox_queue_url, MaxNumberOfMessages=10)
    return [message["Body"] for message in found.get("Messages", [])]


def test_all_unresolved_tickets_go_to_somebody_else() -> None:
    assign(3)
    tickets.set_status(3, Status.RESOLVED, AGENT, NOW)
    hand_over.begin(AGENT.id, COLLEAGUE.id, ADMIN, NOW)
    assert (held_by(AGENT.id), held_by(COLLEAGUE.id)) == ([], [1, 2])
    assert ticket_store.get(3).assignee == AGENT.id
    (event,) = [entry for entry in journey.page(1).entries if entry.cause == "handed_over"]
    assert (event.author.name, event.changes[0].old, event.changes[0].new) == (ADMIN.name, "3", "4")


def test_or_to_nobody() -> None:
    assign(2)
    hand_over.begin(AGENT.id, 0, ADMIN, NOW)
    assert held_by(AGENT.id) == []
    assert counts.by_queue(AGENT.id, NOW)[Queue.UNASSIGNED] == 2


def test_the_receiver_gets_one_mail_for_all_of_them() -> None:
    assign(3)
    journey.deliver_all()
    hand_over.begin(AGENT.id, COLLEAGUE.id, ADMIN, NOW + timedelta(minutes=1))
    journey.deliver_all()
    (mail,) = journey.sent(COLLEAGUE.address)
    assert "함께 맡으신 문의: 2건" in journey.text_of(mail)
    notices = outbox.list_notices(COLLEAGUE.id, None, 10).items
    assert [notice.delivery for notice in notices].count(Delivery.LISTED) == 2


def test_many_are_handed_over_in_the_background_and_twice_is_harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hand_over, "_AT_ONCE", 2)
    assign(3)
    hand_over.begin(AGENT.id, COLLEAGUE.id, ADMIN, NOW)
    (last,) = held_by(AGENT.id)
    (left,) = [message for message in waiting() if "hand_over" in message]
    cursor = left.split('"cursor": "')[1].rstrip('"}')
    for _ in range(2):
        hand_over.step(AGENT.id, COLLEAGUE.id, ADMIN.id, cursor, NOW)
    assert held_by(AGENT.id) == []
    assert ticket_store.get(last).assignee == COLLEAGUE.id


def test_what_was_assigned_to_somebody_else_meanwhile_stays_there() -> None:
    assign(1)
    tickets.assign(1, SUPERVISOR.id, ADMIN, NOW)
    hand_over._hand_over(1, AGENT.id, COLLEAGUE, ADMIN, 0, NOW)
    assert ticket_store.get(1).assignee == SUPERVISOR.id


def test_a_receiver_who_left_meanwhile_gets_nothing() -> None:
    assign(1)
    agents.set_active(COLLEAGUE.id, store.get().agent(COLLEAGUE.id).version, ADMIN, NOW, is_active=False)
    hand_over.step(AGENT.id, COLLEAGUE.id, ADMIN.id, "", NOW)
    assert held_by(AGENT.id) == [1]
    with pytest.raises(InvalidInput, match="agent_not_active"):
        hand_over.begin(AGENT.id, COLLEAGUE.id, ADMIN, NOW)


def test_nobody_hands_over_to_a_stranger_or_to_themselves() -> None:
    with pytest.raises(NotFound, match="agent_not_found"):
        hand_over.begin(AGENT.id, 99, ADMIN, NOW)
    with pytest.raises(InvalidInput, match="agent_not_active"):
        hand_over.begin(AGENT.id, AGENT.id, ADMIN, NOW)


def test_everybody_hands_over_their_own_and_admins_those_of_others() -> None:
    hand_over.begin(AGENT.id, COLLEAGUE.id, AGENT, NOW)
    for by, whose in ((AGENT, COLLEAGUE), (SUPERVISOR, AGENT), (CONTRIBUTOR, CONTRIBUTOR)):
        with pytest.raises(NotAllowed):
            hand_over.begin(whose.id, ADMIN.id, by, NOW)
