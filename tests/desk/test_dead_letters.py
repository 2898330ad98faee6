"""What no function could do is done again, once, however often and by whomever it is asked for."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.config import config
from chalicelib.desk import dead_letters
from chalicelib.domain.dead_letter import LetterQueue, Outcome
from chalicelib.domain.errors import NotFound
from tests.desk import journey
from tests.desk.letters import bodies, bury, mail_letter
from tests.wire import on_the_wire

pytestmark = pytest.mark.usefixtures("cloud")

SCHEDULED = {
    "source": "aws.events",
    "detail-type": "Scheduled Event",
    "resources": ["arn:aws:events:ap-northeast-2:123456789012:rule/desk-UpkeepEvent-1ABC"],
}


def bounced(ses_id: str) -> dict[str, Any]:
    recipient = {"emailAddress": "kim@customer.example", "diagnosticCode": "550 unknown"}
    bounce = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [recipient]}
    return {"source": "aws.ses", "detail": {"eventType": "Bounce", "mail": {"messageId": ses_id}, "bounce": bounce}}


def now() -> datetime:
    return datetime.now(UTC)


def test_a_mail_and_what_a_ticket_sends_go_back_to_their_queues() -> None:
    mail = bury(LetterQueue.INBOUND, mail_letter("inbound/one"))
    outgoing = bury(LetterQueue.OUTBOX, {"ticket": 7, "id": 1})
    assert dead_letters.replay(LetterQueue.INBOUND, mail, now()) is Outcome.PUT_BACK
    assert dead_letters.replay(LetterQueue.OUTBOX, outgoing, now()) is Outcome.PUT_BACK
    assert bodies(config().inbound_queue_url) == [mail_letter("inbound/one")]
    assert bodies(config().outbox_queue_url) == [{"ticket": 7, "id": 1, "is_again": True}]
    assert dead_letters.count() == 0


def test_a_renewal_of_promises_goes_back_as_it_was() -> None:
    step = {"renew": 1, "queue": 0, "cursor": "", "looked_at": 0, "changed": 0}
    dead_letters.replay(LetterQueue.OUTBOX, bury(LetterQueue.OUTBOX, step), now())
    assert bodies(config().outbox_queue_url) == [step]


def test_one_is_done_again_and_the_others_stay_where_everybody_sees_them() -> None:
    first, second = (bury(LetterQueue.INBOUND, mail_letter(f"inbound/{name}")) for name in ("one", "two"))
    dead_letters.replay(LetterQueue.INBOUND, second, now())
    assert [letter.id for letter in dead_letters.list_all()] == [first]


def test_pressing_twice_does_it_once() -> None:
    letter = bury(LetterQueue.INBOUND, mail_letter("inbound/one"))
    dead_letters.replay(LetterQueue.INBOUND, letter, now())
    with pytest.raises(NotFound, match="letter_not_found"):
        dead_letters.replay(LetterQueue.INBOUND, letter, now())
    assert len(bodies(config().inbound_queue_url)) == 1


def test_of_two_people_at_once_the_second_does_not_find_it() -> None:
    letter = bury(LetterQueue.INBOUND, mail_letter("inbound/one"))
    refused: list[str] = []

    def colleague() -> None:
        with pytest.raises(NotFound) as raised:
            dead_letters.replay(LetterQueue.INBOUND, letter, now())
        refused.append(raised.value.code)

    with on_the_wire() as wire:
        wire.meanwhile("sqs.SendMessage", colleague)
        assert dead_letters.replay(LetterQueue.INBOUND, letter, now()) is Outcome.PUT_BACK
    assert (refused, len(bodies(config().inbound_queue_url))) == (["letter_not_found"], 1)


def test_what_the_stream_did_not_pass_on_waits_for_the_upkeep() -> None:
    letter = bury(LetterQueue.RELAY, {"DDBStreamBatchInfo": {"shardId": "shard", "batchSize": 3}})
    assert dead_letters.replay(LetterQueue.RELAY, letter, now()) is Outcome.WAITS
    assert dead_letters.replay_all(now()) == {Outcome.WAITS: 1}
    later = now() + dead_letters.UPKEEP_WITHIN
    assert dead_letters.replay_all(later) == {Outcome.DONE: 1}
    assert dead_letters.list_all() == ()


def test_a_schedule_does_everything_at_its_next_turn() -> None:
    bury(LetterQueue.SCHEDULE, SCHEDULED, ErrorMessage="timed out")
    (letter,) = dead_letters.list_all()
    assert (letter.kind, letter.rule, letter.error) == ("task", "desk-UpkeepEvent-1ABC", "timed out")
    assert dead_letters.replay_all(now()) == {Outcome.DONE: 1}
    assert dead_letters.list_all() == ()


def test_a_bounce_is_noted_after_all() -> None:
    journey.receive_mail()
    journey.deliver_all()
    ses_id = journey.page().outgoing[0].wire_id.strip("<").partition("@")[0]
    bury(LetterQueue.SCHEDULE, bounced(ses_id))
    assert dead_letters.replay_all(now()) == {Outcome.DONE: 1}
    assert journey.page().outgoing[0].failed_for == ("kim@customer.example",)
    assert dead_letters.list_all() == ()


def test_a_bounce_of_a_mail_that_nobody_knows_stays_until_nobody_ever_will() -> None:
    letter = bury(LetterQueue.SCHEDULE, bounced("0100-unknown"))
    assert dead_letters.replay(LetterQueue.SCHEDULE, letter, now()) is Outcome.FAILED
    assert dead_letters.count() == 1
    assert dead_letters.replay_all(now() + dead_letters.UPKEEP_WITHIN) == {Outcome.DONE: 1}


def test_one_that_fails_holds_up_none_of_the_others() -> None:
    for name in ("one", "two"):
        bury(LetterQueue.INBOUND, mail_letter(f"inbound/{name}"))
    with on_the_wire() as wire:
        wire.fails_before("sqs.SendMessage")
        assert dead_letters.replay_all(now()) == {Outcome.FAILED: 1, Outcome.PUT_BACK: 1}
    assert len(dead_letters.list_all()) == 1


def test_when_time_is_over_the_rest_stays() -> None:
    for number in range(3):
        bury(LetterQueue.OUTBOX, {"ticket": number})
    assert dead_letters.replay_all(now(), lambda: False) == {Outcome.PUT_BACK: 1}
    assert dead_letters.count() == 2


@pytest.mark.parametrize("text", ["no json", "[]", '{"Records": [{"s3": 1}]}', '{"ticket": "x", "resources": {}}'])
@pytest.mark.parametrize("queue", LetterQueue)
def test_a_letter_of_any_content_is_shown(queue: LetterQueue, text: str) -> None:
    bury(queue, text)
    (letter,) = dead_letters.list_all()
    assert (letter.mail_keys, letter.ticket, letter.rule) == ((), 0, "")


def test_a_mail_s_key_is_shown_as_the_store_knows_it() -> None:
    bury(LetterQueue.INBOUND, mail_letter("inbound/a+b%3D1"))
    assert [letter.mail_keys for letter in dead_letters.list_all()] == [("inbound/a b=1",)]
