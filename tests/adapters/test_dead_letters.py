from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.adapters import dead_letters
from chalicelib.config import config
from chalicelib.domain.dead_letter import LetterQueue
from tests.desk.letters import bodies, bury
from tests.wire import Lost, on_the_wire

pytestmark = pytest.mark.usefixtures("empty_cloud")


def test_looking_takes_nothing_out() -> None:
    letter_id = bury(LetterQueue.OUTBOX, {"ticket": 7, "id": 1})
    for _ in range(2):
        (letter,) = dead_letters.list_letters(LetterQueue.OUTBOX)
        assert (letter.id, letter.ticket, letter.queue) == (letter_id, 7, LetterQueue.OUTBOX)
        assert abs(letter.sent_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert dead_letters.count(LetterQueue.OUTBOX) == 1
    assert dead_letters.list_letters(LetterQueue.INBOUND) == ()


@pytest.mark.parametrize("name", ["ErrorMessage", "ERROR_MESSAGE"])
def test_what_lambda_or_eventbridge_noted_is_told(name: str) -> None:
    bury(LetterQueue.SCHEDULE, {}, **{name: "it took too long"})
    assert [letter.error for letter in dead_letters.list_letters(LetterQueue.SCHEDULE)] == ["it took too long"]


def test_each_is_drawn_once_and_nobody_else_sees_it_meanwhile() -> None:
    ids = {bury(LetterQueue.OUTBOX, {"ticket": number}) for number in range(12)}
    drawn = list(dead_letters.draw(LetterQueue.OUTBOX))
    assert sorted(letter.id for letter in drawn) == sorted(ids)
    assert dead_letters.list_letters(LetterQueue.OUTBOX) == ()
    assert dead_letters.count(LetterQueue.OUTBOX) == 12
    dead_letters.let_go(drawn[0])
    assert [letter.id for letter in dead_letters.list_letters(LetterQueue.OUTBOX)] == [drawn[0].id]


@pytest.mark.parametrize(
    ("queue", "back"),
    [(LetterQueue.INBOUND, {"ticket": 7}), (LetterQueue.OUTBOX, {"ticket": 7, "is_again": True})],
)
def test_a_letter_goes_back_to_the_queue_it_died_in(queue: LetterQueue, back: dict[str, object]) -> None:
    bury(queue, {"ticket": 7})
    (letter,) = dead_letters.draw(queue)
    dead_letters.put_back(letter)
    url = config().inbound_queue_url if queue is LetterQueue.INBOUND else config().outbox_queue_url
    assert (bodies(url), dead_letters.count(queue)) == ([back], 0)


def test_a_crash_between_sending_and_deleting_makes_two_and_never_none() -> None:
    bury(LetterQueue.OUTBOX, {"ticket": 7})
    (letter,) = dead_letters.draw(LetterQueue.OUTBOX)
    with on_the_wire() as wire:
        wire.fails_before("sqs.DeleteMessage")
        with pytest.raises(Lost):
            dead_letters.put_back(letter)
    back = {"ticket": 7, "is_again": True}
    assert (bodies(config().outbox_queue_url), dead_letters.count(LetterQueue.OUTBOX)) == ([back], 1)


def test_what_can_not_be_sent_is_not_deleted() -> None:
    bury(LetterQueue.OUTBOX, {"ticket": 7})
    (letter,) = dead_letters.draw(LetterQueue.OUTBOX)
    with on_the_wire() as wire:
        wire.fails_before("sqs.SendMessage")
        with pytest.raises(Lost):
            dead_letters.put_back(letter)
    assert (bodies(config().outbox_queue_url), dead_letters.count(LetterQueue.OUTBOX)) == ([], 1)


def test_removing_twice_is_harmless() -> None:
    bury(LetterQueue.RELAY, {})
    (letter,) = dead_letters.draw(LetterQueue.RELAY)
    for _ in range(2):
        dead_letters.remove(letter)
    assert dead_letters.count(LetterQueue.RELAY) == 0
