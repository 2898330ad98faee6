"""Timers on the local cloud: real executions, an hour lasts 3.6 seconds, open day and night."""

from datetime import datetime, timedelta
from typing import Any

from tests.e2e.console import Console
from tests.e2e.customer import answer_to, send_form
from tests.e2e.desk import Desk

HOUR = timedelta(hours=1)


def test_silence_climbs_the_ladder_each_step_once(desk: Desk, agent: Console) -> None:
    """Half, 80 %, the breach, and two steps after it, of an urgent ticket's first response."""
    _, number = send_form(desk, email="silent@example.com", subject="Nobody answers me")
    agent.assign(number, "agent")
    agent.set_priority(number, "urgent")
    assignee, supervisor = desk.people["agent"].address, desk.people["supervisor"].address
    late = [(step, to) for step in ("breach", "late", "very_late") for to in (assignee, supervisor)]
    expected = sorted([("half", assignee), ("warning", assignee), *late])
    desk.wait_for(lambda: len(told(desk, number)) >= len(expected), timeout=90)
    assert told(desk, number) == expected
    assert "Nobody answers me" in desk.wait_for_mail(to=supervisor, subject=f"[#{number}]", purpose="sla_breach").text
    states = desk.states_of_ticket(number)
    assert states[0] == "WaitUntilDue"
    assert states.count("Escalate") >= 5
    assert f"/agent/tickets/{number}" in agent.queue("overdue")


def test_answered_and_resolved_in_time_rings_nobody_and_takes_ten_states_at_most(desk: Desk, agent: Console) -> None:
    _, number = send_form(desk, email="quick@example.com", subject="Quickly solved")
    agent.reply(number, "Done.", then="resolved")
    desk.wait_for(lambda: has_ended(desk, number), timeout=60)
    assert desk.notices_of(number) == []
    assert desk.transitions_of_ticket(number) <= 10


def test_three_exchanges_take_sixteen_states_at_most(desk: Desk, agent: Console) -> None:
    """Each answer comes late enough for the timer to have moved on to the next clock."""
    _, number = send_form(desk, email="chatty@example.com", subject="Many questions")
    agent.set_priority(number, "high")
    for exchange in range(3):
        agent.reply(number, f"Answer {exchange}.", then="pending" if exchange < 2 else "resolved")
        reply = desk.wait_for_mail(to="chatty@example.com", text=f"Answer {exchange}.")
        if exchange < 2:
            desk.drop_mail(answer_to(reply, "chatty@example.com", f"Question {exchange}?"), "chatty@example.com")
            desk.wait_for(lambda sent=exchange: f"Question {sent}?" in agent.ticket(number))  # type: ignore[misc]
    desk.wait_for(lambda: has_ended(desk, number), timeout=240)
    assert desk.notices_of(number) == []
    assert desk.transitions_of_ticket(number) <= 16


def test_a_customers_reply_while_pending_resumes_with_the_exact_working_time(desk: Desk, agent: Console) -> None:
    _, number = send_form(desk, email="absent@example.com", subject="I come back")
    before = desk.clock(number, "resolution")
    agent.reply(number, "Which pump?", then="pending")
    paused_at = instant(desk.clock(number, "resolution"), "paused_at")
    reply = desk.wait_for_mail(to="absent@example.com", text="Which pump?")
    desk.drop_mail(answer_to(reply, "absent@example.com", "The red one."), "absent@example.com")
    desk.wait_for(lambda: desk.stored_ticket(number)["status"] == "open")
    after, asked = desk.clock(number, "resolution"), desk.clock(number, "next_response")
    resumed_at = instant(asked, "started_at")
    assert instant(after, "due_at") - instant(before, "due_at") == resumed_at - paused_at
    (pause,) = after["pauses"]
    assert (instant(pause, "start"), instant(pause, "end")) == (paused_at, resumed_at)


def test_a_priority_raised_to_urgent_moves_the_deadline_without_restarting(desk: Desk, agent: Console) -> None:
    _, number = send_form(desk, email="urgent@example.com", subject="It burns")
    before = desk.clock(number, "first_response")
    agent.set_priority(number, "urgent")
    after = desk.clock(number, "first_response")
    assert after["started_at"] == before["started_at"]
    assert instant(after, "due_at") == instant(before, "started_at") + HOUR
    desk.wait_for(lambda: len(desk.running_executions_of_ticket(number)) == 1)
    assert desk.stored_ticket(number)["timer"]["number"] == 2


def test_reopened_after_three_days_is_not_breached_at_once(desk: Desk, agent: Console) -> None:
    _, number = send_form(desk, email="again@example.com", subject="It broke again")
    agent.reply(number, "Fixed.", then="resolved")
    reply = desk.wait_for_mail(to="again@example.com", text="Fixed.")
    desk.age(number, days=3)
    desk.drop_mail(answer_to(reply, "again@example.com", "No."), "again@example.com")
    ticket = desk.wait_for(lambda: (t := desk.stored_ticket(number))["status"] == "open" and t)
    assert ticket["reopened"] == 1
    assert all(clock["breached_at"] is None for clock in ticket["clocks"])
    assert instant(desk.clock(number, "resolution"), "due_at") > instant(
        desk.clock(number, "next_response"), "started_at"
    )
    assert f"/agent/tickets/{number}" not in agent.queue("overdue")


def test_other_promises_move_the_deadlines_of_open_tickets(desk: Desk, agent: Console) -> None:
    """From the settings by the table's stream to every open ticket, with the permissions that the functions have."""
    _, number = send_form(desk, email="patient@example.com", subject="No hurry")
    agent.set_priority(number, "low")
    started_at = instant(desk.clock(number, "first_response"), "started_at")
    desk.promise(hours=90)
    desk.wait_for(lambda: instant(desk.clock(number, "first_response"), "due_at") == started_at + 90 * HOUR)


def told(desk: Desk, number: int) -> list[tuple[str, str]]:
    """Of the first response: step and receiver of each notice that left."""
    return sorted((one.step, one.to) for one in desk.notices_of(number) if one.clock == "first_response")


def has_ended(desk: Desk, number: int) -> bool:
    return bool(desk.executions_of_ticket(number)) and not desk.running_executions_of_ticket(number)


def instant(clock: dict[str, Any], moment: str) -> datetime:
    return datetime.fromisoformat(clock[moment])
