"""What no function could do: looked at, and done again once its cause is mended."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from chalicelib.adapters import dead_letters, ses_events
from chalicelib.desk import feedback
from chalicelib.domain.dead_letter import Letter, LetterKind, LetterQueue, Outcome
from chalicelib.domain.errors import NotFound
from chalicelib.log import logger

UPKEEP_WITHIN = timedelta(hours=3)
"""After this the hourly upkeep has handed over whatever the stream announced in vain, even if one of its runs failed:
it takes what is queued for an hour. Nor is a sent mail noted any more that was not until then."""
_STAYS = (Outcome.WAITS, Outcome.FAILED)


def count() -> int:
    """About how many letters lie in all queues; one request for each."""
    return sum(dead_letters.count(queue) for queue in LetterQueue)


def list_all() -> tuple[Letter, ...]:
    """Letters of all queues, oldest first; of very many some."""
    waiting = (queue for queue in LetterQueue if dead_letters.count(queue))
    return tuple(letter for queue in waiting for letter in dead_letters.list_letters(queue))


def replay(queue: LetterQueue, letter_id: str, now: datetime) -> Outcome:
    """Does one letter again. Harmless when repeated. Raises NotFound when it isn't there any more."""
    kept: list[Letter] = []
    try:
        for letter in dead_letters.draw(queue):
            outcome = _tried(letter, now) if letter.id == letter_id else None
            kept += [letter] if outcome in (None, *_STAYS) else []
            if outcome:
                return outcome
    finally:
        _let_go(kept)
    raise NotFound("letter_not_found")


def replay_all(now: datetime, is_time_left: Callable[[], bool] = lambda: True) -> Mapping[Outcome, int]:
    """Does the letters of all queues again, as many as there is time for, and returns how many ended how."""
    ended: Counter[Outcome] = Counter()
    for queue in LetterQueue:
        kept: list[Letter] = []
        for letter in dead_letters.draw(queue) if dead_letters.count(queue) else ():
            outcome = _tried(letter, now)
            ended[outcome] += 1
            kept += [letter] if outcome in _STAYS else []
            if not is_time_left():
                break
        _let_go(kept)
    return ended


def _tried(letter: Letter, now: datetime) -> Outcome:
    """One that fails is logged, stays, and holds up none of the others."""
    try:
        return _do_again(letter, now)
    except Exception as error:
        logger.error("letter failed", letter=letter.id, error=type(error).__name__)
        return Outcome.FAILED


def _do_again(letter: Letter, now: datetime) -> Outcome:
    """A letter of the stream holds no content, and a schedule does everything at its next turn: nothing is to be done
    but to wait for it.

    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    """
    if letter.kind in (LetterKind.MAIL, LetterKind.OUTGOING):
        dead_letters.put_back(letter)
        return Outcome.PUT_BACK
    if letter.kind is LetterKind.CHANGES and now < letter.sent_at + UPKEEP_WITHIN:
        return Outcome.WAITS
    if letter.kind is LetterKind.FEEDBACK:
        _take_feedback(letter, now)
    dead_letters.remove(letter)
    return Outcome.DONE


def _take_feedback(letter: Letter, now: datetime) -> None:
    """SES may be faster than our own note of a mail, but not by hours: then it is about a mail that is not ours."""
    told = ses_events.feedback(letter.body["detail"])
    try:
        if told:
            feedback.take(told, now)
    except NotFound:
        if now < letter.sent_at + UPKEEP_WITHIN:
            raise


def _let_go(letters: list[Letter]) -> None:
    """Whatever fails here is seen again after a minute by itself."""
    for letter in letters:
        try:
            dead_letters.let_go(letter)
        except Exception as error:
            logger.warning("letter still hidden", letter=letter.id, error=type(error).__name__)
