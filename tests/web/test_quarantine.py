from chalicelib.adapters import tickets
from chalicelib.desk import inbound
from tests.desk.journey import raw_mail, store
from tests.web.visitor import Visitor, now
from tests.wire import on_the_wire


def test_a_mail_that_nobody_could_read_is_shown_with_its_cause_and_read_again(supervisor: Visitor) -> None:
    inbound.receive("inbound/late", now(), now())
    page = supervisor.get("/agent/quarantine?lang=en").text
    assert "The mail itself is missing" in page
    assert "inbound/late" in page
    store(raw_mail("Here I am."), "inbound/late")
    shown = supervisor.follow(supervisor.post("/agent/quarantine/replay", {"key": "inbound/late"}))
    assert "The mail was read again" in shown.text
    assert "No mail in quarantine" in shown.text
    assert tickets.get(1).subject == "Pump"


def test_a_mail_that_still_can_not_be_read_stays(supervisor: Visitor) -> None:
    supervisor.get("/agent/quarantine?lang=en")
    inbound.receive("inbound/lost", now(), now())
    shown = supervisor.follow(supervisor.post("/agent/quarantine/replay", {"key": "inbound/lost"}))
    assert "stays in quarantine" in shown.text
    assert "inbound/lost" in shown.text


def test_a_mail_that_is_not_in_quarantine_can_not_be_replayed(supervisor: Visitor) -> None:
    assert supervisor.post("/agent/quarantine/replay", {"key": "inbound/none"}).status == 404


def test_a_key_that_no_store_could_hold_is_not_asked_for(supervisor: Visitor) -> None:
    supervisor.get("/agent/quarantine")
    with on_the_wire() as wire:
        assert supervisor.post("/agent/quarantine/replay", {"key": "가" * 342}).status == 404
    assert wire.requests == []


def test_the_quarantine_is_for_supervisors(agent: Visitor) -> None:
    assert agent.get("/agent/quarantine").status == 403
    assert "/agent/quarantine" not in agent.get("/agent").text
