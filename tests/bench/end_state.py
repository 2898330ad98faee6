"""Everything that a desk holds and has sent, without what time and chance decide: two runs can be compared."""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from chalicelib.adapters import aws
from chalicelib.adapters.codec import decode
from chalicelib.adapters.items import CounterItem, DayItem, Item, OutgoingItem
from chalicelib.domain.outgoing import Outgoing
from tests.conftest import FILES_BUCKET, MAIL_BUCKET
from tests.desk import journey

State = Mapping[str, Counter[str]]
_NOT_COMPARED = frozenset({"settings", "agent", "counter", "day"})
_TRIES = frozenset({"attempts", "maybe_left"})
"""How often a mail was tried differs by nature, and that it may have left before is looked at by itself."""

_MINUTE = timedelta(minutes=1)

_ID = re.compile(r"\b0?\d{15}\b")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?(?:Z|\+00:00)")
"""As items and as history write them."""
_IN_WORDS = re.compile(r"(\d{4})년 (\d+)월 (\d+)일 \(.\) (\d\d):(\d\d) KST")
"""As notices to the supervisor write them."""
_DAY = re.compile(r"^(\d{4}-\d\d-\d\d)")
_TOKEN = re.compile(r"(?<=/status/)[\w.~-]+")
_SES_ID = re.compile(r"[\w-]+(?=@[\w-]+\.amazonses\.com)")


def end_state(since: datetime) -> State:
    """By area, how often each thing is there. What happened since then is told apart by its order alone."""
    items = list(Item.scan())
    state = {
        **_things(item for item in items if _kind(item) not in _NOT_COMPARED),
        "counts": _sums(items),
        "files": Counter(_files()),
        "mails": Counter(_mails(items)),
        "executions": Counter(f"{one['name']} {one['input']}" for one in journey.executions()),
    }
    return _without_chance(state, items, since)


def differences(expected: State, found: State) -> list[str]:
    """One line for each thing that is missing or too much."""
    lines = []
    for area in sorted({*expected, *found}):
        wanted, there = expected.get(area, Counter()), found.get(area, Counter())
        lines += [f"{area}, missing: {thing}" for thing in sorted((wanted - there).elements())]
        lines += [f"{area}, too much: {thing}" for thing in sorted((there - wanted).elements())]
    return lines


def highest_number() -> int:
    """Of the tickets there are; 0 without any."""
    return max(journey.numbers(), default=0)


def _things(items: Iterable[Item]) -> dict[str, Counter[str]]:
    things: dict[str, Counter[str]] = defaultdict(Counter)
    for item in items:
        values = {name: value for name, value in item.attribute_values.items() if name != "kind"}
        if isinstance(item, OutgoingItem):
            values["body"] = {name: value for name, value in item.body.items() if name not in _TRIES}
        things[_kind(item)][json.dumps(values, sort_keys=True, ensure_ascii=False)] += 1
    return things


def _sums(items: Iterable[Item]) -> Counter[str]:
    """Counts without their shards. The counter of ticket numbers is not among them: a number may be skipped."""
    sums: Counter[str] = Counter()
    for item in items:
        if isinstance(item, CounterItem) and item.pk == "COUNTS":
            sums[item.sk.rpartition("#")[0]] += int(item.total)
        if isinstance(item, DayItem):
            for name in ("opened", "resolved", "scores", "score_sum"):
                sums[f"{item.sk.rpartition('#')[0]} {name}"] += int(getattr(item, name) or 0)
    return Counter(f"{name} = {total}" for name, total in sums.items() if total)


def _files() -> Iterator[str]:
    s3 = aws.client("s3")
    for bucket in (FILES_BUCKET, MAIL_BUCKET):
        for found in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            content = s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
            digest = hashlib.sha256(content).hexdigest()[:12] if bucket == FILES_BUCKET else "as it came"
            yield f"{bucket} {found['Key']} {digest}"


def _mails(items: Iterable[Item]) -> Iterator[str]:
    """Each once, also where it left twice, provided that both are one to the byte and that the ticket says so."""
    doubtful = {
        f"<{entry.id}.{entry.ticket}@desk.example>"
        for entry in (decode(Outgoing, item.body) for item in items if isinstance(item, OutgoingItem))
        if entry.maybe_left
    }
    copies: dict[str, list[EmailMessage]] = defaultdict(list)
    for mail in journey.sent():
        copies[str(mail["Message-ID"])].append(mail)
    for message_id, same in copies.items():
        yield f"{message_id} to {same[0]['To']}: {same[0]['Subject']} {journey.text_of(same[0])}"
        if len(same) > 1 and message_id not in doubtful:
            yield f"{message_id} left {len(same)} times, and the ticket does not say so"
        if len({mail.as_bytes() for mail in same}) > 1:
            yield f"{message_id} left with different words"


def _without_chance(state: State, items: Iterable[Item], since: datetime) -> State:
    texts = [thing for things in state.values() for thing in things]
    order = sorted({int(found) for text in texts for found in _ID.findall(text)})
    outgoing = sorted((item for item in items if isinstance(item, OutgoingItem)), key=lambda item: item.sk)
    ses_ids = [str(item.body.get("wire_id", "")).partition("@")[0] for item in outgoing]
    replacements: list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = [
        (_TOKEN, lambda _: "token"),
        (_SES_ID, lambda match: f"ses-{ses_ids.index(match[0])}" if match[0] in ses_ids else "ses-unknown"),
        (_ID, lambda match: f"id-{order.index(int(match[0]))}"),
        (_INSTANT, lambda match: "later" if datetime.fromisoformat(match[0]) >= since else match[0]),
        (_IN_WORDS, lambda match: "later" if _in_words(match) >= since - _MINUTE else match[0]),
        (_DAY, lambda match: "later" if match[0] >= since.date().isoformat() else match[0]),
    ]

    def replaced(text: str) -> str:
        for pattern, name in replacements:
            text = pattern.sub(name, text)
        return text

    return {area: Counter(map(replaced, things.elements())) for area, things in state.items()}


def _in_words(match: re.Match[str]) -> datetime:
    year, month, day, hour, minute = map(int, match.groups())
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Seoul"))


def _kind(item: Item) -> str:
    """The word under which the table keeps it."""
    return str(Item.get_attributes()["kind"].get_discriminator(type(item)))
