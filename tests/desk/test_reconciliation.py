"""Every mail that was stored has its fate, or somebody hears of it."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.adapters import aws, inbound_mail
from chalicelib.desk import inbound, reconciliation
from chalicelib.desk.reconciliation import Checked
from chalicelib.domain.inbound_mail import Fate, FateState
from tests.conftest import ADMIN, MAIL_BUCKET
from tests.desk import journey
from tests.desk.journey import raw_mail, store
from tests.wire import on_the_wire

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

pytestmark = pytest.mark.usefixtures("cloud")


def check() -> Checked:
    """As the schedule does two hours after the test's mails came; the store's clock is the real one."""
    return reconciliation.check(datetime.now(UTC) - DAY, datetime.now(UTC) + 2 * HOUR)


def quarantined() -> dict[str, str]:
    return {mail.key: mail.cause for mail in inbound.list_in_hand(FateState.QUARANTINED)}


def test_a_mail_that_nothing_became_of_is_quarantined_and_can_be_taken() -> None:
    lost = store(raw_mail("Is anybody there?"))
    assert check() == Checked(seen=1, missing=1, waiting=1)
    assert quarantined() == {lost: "never_handled"}
    inbound.replay(lost, ADMIN, datetime.now(UTC))
    assert (journey.texts(), check()) == (["Is anybody there?"], Checked(seen=1))


def test_it_is_told_again_as_long_as_it_waits() -> None:
    """AWS tries a failed function again, and what succeeds then rings no alarm."""
    lost = store(raw_mail())
    check()
    assert check() == Checked(seen=1, missing=0, waiting=1)
    inbound.dismiss(lost, ADMIN, datetime.now(UTC))
    assert check() == Checked(seen=1)


def test_what_has_any_fate_keeps_it() -> None:
    journey.receive_mail()
    journey.receive(raw_mail(message_id="<one@x>"))
    journey.receive(raw_mail(message_id="<one@x>"))
    broken, held = journey.receive(b""), store(raw_mail("Again."))
    inbound_mail.keep_fate(Fate(held, FateState.HELD, datetime.now(UTC), "possible_loop"))
    dismissed = journey.receive(b"")
    inbound.dismiss(dismissed, ADMIN, datetime.now(UTC))
    assert check() == Checked(seen=6)
    assert quarantined() == {broken: "no_content"}


def test_a_ticket_that_is_made_meanwhile_wins() -> None:
    late = store(raw_mail())
    now = datetime.now(UTC)
    with on_the_wire() as wire:
        wire.meanwhile("dynamodb.PutItem", lambda: inbound.receive(late, now, now))
        assert check() == Checked(seen=1)
    assert (journey.numbers(), quarantined()) == ([1], {})


def test_what_a_person_is_asked_about_meanwhile_stays_so() -> None:
    late, now = store(raw_mail()), datetime.now(UTC)
    held = Fate(late, FateState.HELD, now, "possible_loop")
    with on_the_wire() as wire:
        wire.meanwhile("dynamodb.PutItem", lambda: inbound_mail.keep_fate(held))
        assert check() == Checked(seen=1)
    assert (inbound.list_in_hand(FateState.HELD), quarantined()) == ((held,), {})


def test_a_mail_of_this_hour_may_still_be_on_its_way() -> None:
    store(raw_mail())
    assert reconciliation.check(datetime.now(UTC) - DAY, datetime.now(UTC)) == Checked(too_young=1)


def test_older_mail_and_what_is_no_mail_are_left_alone() -> None:
    store(raw_mail())
    store(b"Hello from SES.", inbound_mail.NO_MAIL)
    assert reconciliation.check(datetime.now(UTC) + HOUR, datetime.now(UTC) + DAY) == Checked()
    assert check().seen == 1


def test_any_number_of_mails_is_looked_at_a_page_at_a_time() -> None:
    for number in range(1_050):
        aws.client("s3").put_object(Bucket=MAIL_BUCKET, Key=f"inbound/{number:04}", Body=b"")
    with on_the_wire() as wire:
        assert reconciliation.check(datetime.now(UTC) + HOUR, datetime.now(UTC) + DAY) == Checked()
    assert wire.requests == ["s3.ListObjectsV2"] * 2


def test_it_says_when_it_did_not_come_to_the_end() -> None:
    store(raw_mail())
    with pytest.raises(TimeoutError, match="only 0 mails could be checked"):
        reconciliation.check(datetime.now(UTC) - DAY, datetime.now(UTC) + 2 * HOUR, lambda: False)
