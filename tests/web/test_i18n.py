import json
import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest

from chalicelib import i18n
from chalicelib.domain.agent import Absence, Agent
from chalicelib.domain.audit import Subject
from chalicelib.domain.auto_close import CloseAfter, CloseStep
from chalicelib.domain.business_hours import WEEKDAYS
from chalicelib.domain.checklist import Checklist
from chalicelib.domain.dead_letter import LetterKind, Outcome
from chalicelib.domain.entry import AuthorKind
from chalicelib.domain.escalation import DEFAULT_LADDER, Receiver, StepAction
from chalicelib.domain.inbound_mail import NEVER_ENDS, NEVER_HANDLED, ActKind
from chalicelib.domain.macro import Visibility
from chalicelib.domain.mail_trouble import FailureKind, Flood
from chalicelib.domain.outgoing import Delivery, Purpose
from chalicelib.domain.policy import Condition
from chalicelib.domain.promises import MOMENTS
from chalicelib.domain.queue import Queue
from chalicelib.domain.settings import General, QuotedHistory
from chalicelib.domain.sla import ClockName
from chalicelib.domain.solution import SolutionStatus
from chalicelib.domain.survey import SCORES
from chalicelib.domain.team import Team
from chalicelib.domain.view import Due, Sort
from chalicelib.domain.words import Kind, Priority, Role, Source, Status
from chalicelib.mail.message import Defect
from chalicelib.web import calendar_form, person_form
from chalicelib.web.quarantine import View
from chalicelib.web.year import DayKind

ROOT = Path(__file__).parents[2]
CATALOGUES = {
    language: json.loads((ROOT / f"chalicelib/locales/{language}.json").read_text("utf-8"))
    for language in i18n.LANGUAGES
}
KEYS = sorted(CATALOGUES["en"])

_SET = (Agent, Absence, Team, General, CloseAfter, Condition, Checklist)
SETTINGS = {part.name for kind in _SET for part in fields(kind)} | {"close_after"}
PROMISES = {"policies", "calendars", "order", "calendar", "targets", "ladder", "pauses_in", "condition", "awake"}
HOURS = {"time_zone", "hours", "country", "holidays", "dates", "breaks", *WEEKDAYS}

# Words whose last part is a value: families and what their values may be.
FAMILIES: dict[str, tuple[object, ...]] = {
    "status": tuple(Status),
    "customer_status": tuple(Status),
    "priority": tuple(Priority),
    "sort": tuple(Sort),
    "ticket": ("status", "priority", "kind", "assignee", "team", "source", "language"),
    "view": ("me",),
    "due_in": tuple(Due),
    "kind": (*Kind, "none"),
    "source": tuple(Source),
    "role": tuple(Role),
    "queue": tuple(Queue),
    "clock": (*ClockName, "auto_close", "action_item"),
    "auto_close": tuple(CloseStep),
    "receiver": tuple(Receiver),
    "calendar": calendar_form.FIELDS,
    "day_kind": tuple(DayKind),
    "day_mark": tuple(DayKind),
    "span": ("hours", "minutes"),
    "step_action": tuple(StepAction),
    "condition": ("priority", "team", "kind", "source", "customer"),
    "to_do": tuple(ClockName),
    "policy": ("copy_of", "first_after_resolution", "raise_too_late"),
    "notice": ("share", "deadline", "after"),
    "next": (*CloseStep, "told", "held", "share", "deadline", "after"),
    "step": (*(step.key for step in DEFAULT_LADDER), *CloseStep, "deadline", "due"),
    "purpose": tuple(purpose for purpose in Purpose if purpose is not Purpose.TIMER),
    "delivery": tuple(Delivery),
    "solution_status": tuple(SolutionStatus),
    "score": SCORES,
    "language": i18n.LANGUAGES,
    "quoted_history": tuple(QuotedHistory),
    "weekday": tuple(range(7)),
    "time": ("days", "hours", "minutes"),
    "month": tuple(range(1, 13)),
    "end_despite_items": (Status.RESOLVED, Status.CLOSED),
    "field": (
        *(
            "status",
            "priority",
            "kind",
            "tags",
            "assignee",
            "told",
            "score",
            "delivery",
            "participant",
            "requester",
            "subject",
            "sent_again",
            "team",
            "cc",
            "reminded",
            "timer",
            "reason",
            "mail",
            "policy",
        ),
        *(f"item_{change}" for change in ("added", "done", "undone", "deleted", "restored", "changed")),
        *("item_owner", "item_due", "item_overdue", "items_left_open", "checklist"),
        *(f"{clock}_{moment}" for clock in ClockName for moment in MOMENTS),
    ),
    "cause": (
        *(*Source, *FailureKind, "agent", "reply", "customer_message", "follow_up", "survey", "timer"),
        *("closed_after_resolved", "accepted", "forwarded", "timer_lost", "timer_failed", "promises_changed"),
        *("macro", "checklist", "handed_over"),
    ),
    "visibility": tuple(Visibility),
    "audit_subject": tuple(Subject),
    "audit_field": tuple({*SETTINGS, *PROMISES, *HOURS, *person_form.OWN_FIELDS} - {"id", "version"}),
    "audit_value": ("nothing", "yes", "no"),
    "failure": tuple(FailureKind),
    "delivery_event": (*FailureKind, "agent"),
    "flag": tuple(FailureKind),
    "flood": tuple(Flood),
    "remark": (
        *("acknowledgement_limit", "desk_limit", "follow_up_of", "reply_address_forged", "sender_not_proven"),
        *("silent_spam", "silent_list", "silent_asked", "silent_automatic", "silent_blind_copy", "silent_not_proven"),
        *("machine_not_sent", "forward_not_sent", "answer_not_sent", "notice_not_sent", "address_not_sendable"),
        "taken_by",
    ),
    "quarantine": (
        *("no_content", "no_sender", "virus", "own_mail", "mail_missing", "failed"),
        *("address_invalid", "address_missing", "text_missing", "text_too_long", "ticket_closed"),
        *("possible_loop", NEVER_ENDS, NEVER_HANDLED),
    ),
    "defect": tuple(Defect),
    "quarantine_view": tuple(View),
    "quarantine_act": tuple(ActKind),
    "mail_state": ("quarantined", "taken"),
    "letter": tuple(LetterKind),
    "done": (
        *(f"letter_{outcome}" for outcome in Outcome),
        *("item_done", "item_undone", "item_deleted"),
        *("assigned", "team_set", "priority_set", "kind_set"),
    ),
}


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_language_has_the_same_keys_with_words(language: str) -> None:
    assert sorted(CATALOGUES[language]) == KEYS
    assert all(words.strip() for words in CATALOGUES[language].values())


def test_placeholders_are_the_same_in_every_language() -> None:
    differing = [key for key in KEYS if len({placeholders(words[key]) for words in CATALOGUES.values()}) > 1]
    assert differing == []


@pytest.mark.parametrize("family", FAMILIES)
def test_every_value_that_is_shown_has_words(family: str) -> None:
    assert [value for value in FAMILIES[family] if f"{family}.{value}" not in KEYS] == []


def test_every_cause_says_what_to_do_about_it() -> None:
    for family in ("quarantine", "letter", "flood"):
        assert [cause for cause in FAMILIES[family] if f"{family}.{cause}.cure" not in KEYS] == []


def test_every_key_that_pages_use_has_words() -> None:
    assert sorted(set(used_keys()) - set(KEYS)) == []


def test_every_key_is_used() -> None:
    families = {f"{family}.{value}" for family, values in FAMILIES.items() for value in values}
    unused = set(KEYS) - set(used_keys()) - families
    assert sorted(key for key in unused if not is_more_of(key, families) and not is_code(key)) == []


def test_every_error_that_a_person_may_see_has_words() -> None:
    assert sorted(f"error.{code}" for code in error_codes() if f"error.{code}" not in KEYS) == []


def test_no_korean_particle_follows_a_value() -> None:
    """은/는, 이/가, 을/를, 와/과 and (으)로 depend on the sound before them, which a value does not tell."""
    particle = re.compile(r"\}(은|는|이|가|을|를|와|과|로|으로)(\s|$|[.,])")
    assert [key for key, words in CATALOGUES["ko"].items() if particle.search(words)] == []


def test_an_unknown_key_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        i18n.text("en", "no.such.key")
    with pytest.raises(KeyError):
        i18n.text("xx", "nav.help")


@pytest.mark.parametrize(
    ("language", "zone", "words"),
    [
        ("en", "Asia/Seoul", "Tue 1 Dec 2026, 00:30 KST"),
        ("ko", "Asia/Seoul", "2026년 12월 1일 (화) 00:30 KST"),
        ("en", "UTC", "Mon 30 Nov 2026, 15:30 UTC"),
    ],
)
def test_times_are_written_in_the_reader_s_zone_and_language(language: str, zone: str, words: str) -> None:
    assert i18n.day_and_time(language, datetime(2026, 11, 30, 15, 30, tzinfo=UTC), zone) == words


def test_people_of_every_kind_can_be_named() -> None:
    assert set(AuthorKind) == {"customer", "agent", "desk"}, "a new kind needs a look of its own on pages"


def placeholders(words: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(words) if name is not None)


def used_keys() -> Iterator[str]:
    for path in sources():
        text = path.read_text("utf-8")
        yield from re.findall(r"""\bt\('([a-z_.]+)'\s*[,)]""", text)
        yield from re.findall(r"""\bt\('([a-z_.]+)' if .*? else '[a-z_.]+'\)""", text)
        yield from re.findall(r"""\bt\('[a-z_.]+' if .*? else '([a-z_.]+)'\)""", text)
        yield from re.findall(r"""["']((?:time|error|mail|preview)\.(?!html)[a-z_]+)["']""", text)
        yield from (f"done.{code}" for code in re.findall(r"""redirect\([^\n]*?f?"([a-z_]+)(?::\{[^\n]*)?"\)""", text))
        yield from (f"done.{code}" for code in re.findall(r'"(\w+)" if \w+ else "\w+"\)', text))


def sources() -> Iterator[Path]:
    yield from (ROOT / "chalicelib").rglob("*.py")
    yield from (ROOT / "chalicelib/web").rglob("*.html")


def error_codes() -> set[str]:
    """Codes of errors that people cause; the others say that something went wrong on our side."""
    classes = "InvalidInput|InvalidSetting|Conflict|NotAllowed|NotSignedIn|TooMany|NotFound"
    raised = re.compile(rf"""(?:{classes})\(\s*"([a-z_]+)"[,)]""")
    ours = {"desk_not_prepared", "customer_not_found"}
    return {code for path in sources() for code in raised.findall(path.read_text("utf-8"))} - ours


def is_more_of(key: str, families: set[str]) -> bool:
    """Words that go with a value, such as `queue.mine.empty`."""
    return key.rpartition(".")[0] in families


def is_code(key: str) -> bool:
    return key.startswith("error.") and key.removeprefix("error.") in error_codes() | {"failed", "stale_version"}
