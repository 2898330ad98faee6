"""The verbs of ./deskbell mail about what waits for a person: quarantined, held, and what no function could do.

The desk's own code is imported where it is used: it reads at import which desk it works on.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chalicelib import i18n
from chalicelib.domain.agent import Agent
from chalicelib.domain.dead_letter import Letter, Outcome
from chalicelib.domain.errors import DeskError
from chalicelib.domain.inbound_mail import IN_HAND, SETTLED, Fate, FateState
from chalicelib.domain.words import Role
from infra import screen
from infra.trouble import Trouble
from infra.which_desk import enter, stack_option

if TYPE_CHECKING:
    from chalicelib.desk.quarantine import Replayed

_WHO = Agent(0, "", "./deskbell", Role.ADMIN, "en")
_LOOK = "./deskbell mail quarantine shows the causes and what to do about them."
_LOOK_ASIDE = "./deskbell mail quarantine --dismissed shows their causes; the originals stay."
_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@click.command()
@click.option("--dismissed", is_flag=True, help="Show what was dismissed instead.")
@_json_option
@stack_option
def quarantine(dismissed: bool, as_json: bool, stack: str | None, region: str | None) -> None:
    """Show what waits: quarantined, held, not processed.

    Each with its cause and what to do about it.
    """
    enter(stack, region)
    from chalicelib.desk import dead_letters, inbound

    states = (FateState.DISMISSED,) if dismissed else (FateState.QUARANTINED, FateState.HELD)
    listed = {state: inbound.list_in_hand(state) for state in states}
    letters = () if dismissed else dead_letters.list_all()
    if as_json:
        _as_lines([*(_fate_facts(fate) for fates in listed.values() for fate in fates), *map(_letter_facts, letters)])
        return
    for state, fates in listed.items():
        _show_fates(_word("quarantine_view", state), fates)
    if not dismissed:
        _show_letters(letters)


@click.command()
@click.argument("keys", nargs=-1, metavar="KEY…")
@click.option("--all", "every", is_flag=True, help="All that are in quarantine.")
@click.option("--held", is_flag=True, help="All that are held.")
@click.option("--from", "sender", metavar="ADDRESS", help="Whom the mail is from, where it does not say so itself.")
@stack_option
def replay(
    keys: tuple[str, ...], every: bool, held: bool, sender: str | None, stack: str | None, region: str | None
) -> None:
    """Read quarantined mails again, take held ones.

    Harmless when repeated: a mail that is on a ticket stays there.
    """
    if bool(keys) == (every or held):
        raise click.UsageError("Name the mails' keys, or say --all or --held.")
    if sender and len(keys) != 1:
        raise click.UsageError("--from goes with the key of one mail.")
    enter(stack, region)
    from chalicelib.desk import quarantine as desk

    now = datetime.now(UTC)
    if keys:
        _tell_fates([_replayed(_full_key(key), sender or "", now) for key in keys])
    else:
        _tell_replayed(desk.replay_all(FateState.HELD if held else FateState.QUARANTINED, _WHO, now))


@click.command()
@click.argument("keys", nargs=-1, required=True, metavar="KEY…")
@stack_option
def dismiss(keys: tuple[str, ...], stack: str | None, region: str | None) -> None:
    """Put quarantined or held mails aside.

    Their originals stay, and `mail replay KEY` still takes them.
    """
    enter(stack, region)
    from chalicelib.desk import inbound

    now = datetime.now(UTC)
    for key in map(_full_key, keys):
        fate = inbound.dismiss(key, _WHO, now)
        is_new = bool(fate.acts) and fate.acts[-1].at == now
        screen.out.print(f"Dismissed {key}" if is_new else f"{key} is dismissed already, by {fate.dismissed_by}.")


@click.command(name="dead-letters")
@click.option("--replay", "again", is_flag=True, help="Do them again.")
@_json_option
@stack_option
def dead_letters(again: bool, as_json: bool, stack: str | None, region: str | None) -> None:
    """Show, or do again, what no function could do."""
    if again and as_json:
        raise click.UsageError("--json shows, --replay does again: say one of them.")
    enter(stack, region)
    from chalicelib.desk import dead_letters as desk

    if again:
        _tell_ended(desk.replay_all(datetime.now(UTC)))
    elif as_json:
        _as_lines(map(_letter_facts, desk.list_all()))
    else:
        _show_letters(desk.list_all())


@click.command()
@click.argument("key")
@click.option("--to", "target", metavar="FILE", help="Write it there instead of to standard output.")
@stack_option
def raw(key: str, target: str | None, stack: str | None, region: str | None) -> None:
    """Print a mail as it came in."""
    if target and (Path(target).is_dir() or not Path(target).parent.is_dir()):
        raise click.BadParameter(f"No file can be written at {target}.", param_hint="--to")
    enter(stack, region)
    from chalicelib.adapters import inbound_mail

    content = inbound_mail.read_raw(_full_key(key))
    if target is None:
        sys.stdout.buffer.write(content)
    else:
        Path(target).write_bytes(content)
        screen.out.print(f"{len(content):,} bytes in {target}")


@click.command()
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="Only mails that came from this day on (UTC); otherwise all."
)
@stack_option
def check(since: datetime | None, stack: str | None, region: str | None) -> None:
    """Check that every mail was dealt with.

    What nothing became of within an hour goes to quarantine, as by the daily check of the last three days.
    """
    enter(stack, region)
    from chalicelib.desk import reconciliation

    beginning = since.replace(tzinfo=UTC) if since else datetime.min.replace(tzinfo=UTC)
    found = reconciliation.check(beginning, datetime.now(UTC))
    screen.out.print(f"Mails looked at: {found.seen:,}.")
    if found.too_young:
        screen.out.print(f"Too young to be judged, as they came within the last hour: {found.too_young:,}.")
    if found.waiting:
        raise Trouble(f"Never handled and in quarantine now: {found.waiting:,}.", _LOOK)


VERBS = (quarantine, replay, dismiss, dead_letters, raw, check)


def _replayed(key: str, sender: str, now: datetime) -> Fate:
    """By key everything is read here, where nothing limits the time; one that fails holds up none of the others."""
    from chalicelib.adapters import inbound_mail
    from chalicelib.desk import inbound

    try:
        return inbound.replay(key, _WHO, now, sender)
    except DeskError:
        raise
    except Exception as error:
        screen.complain(Trouble(f"{key}: {type(error).__name__}: {error}"))
        return inbound_mail.get_fate(key)


def _full_key(name: str) -> str:
    """Also the last part of a key alone names its mail."""
    from chalicelib.adapters import inbound_mail

    return name if "/" in name else f"{inbound_mail.PREFIX}{name}"


def _tell_fates(fates: Sequence[Fate]) -> None:
    kept = [fate for fate in fates if fate.state not in SETTLED]
    for fate in kept:
        screen.out.print(f"{fate.key}: {fate.state}. {_cause(fate.cause)}.")
    screen.out.print(f"On a ticket now: {len(fates) - len(kept)} of {len(fates)}.")
    aside = sum(fate.state is FateState.DISMISSED for fate in kept)
    if waiting := len(kept) - aside:
        raise Trouble(f"Still waiting: {waiting}.", _LOOK)
    if aside:
        raise Trouble(f"No ticket could be made of them, and they stay dismissed: {aside}.", _LOOK_ASIDE)


def _tell_replayed(done: "Replayed") -> None:
    screen.out.print(f"On a ticket now: {done.taken} of {done.taken + done.enqueued + done.kept}.")
    if done.enqueued:
        screen.out.print(f"Being read in the background, since that never came to an end before: {done.enqueued}.")
    if done.kept:
        raise Trouble(f"Still waiting: {done.kept}.", _LOOK)


def _tell_ended(ended: Mapping[Outcome, int]) -> None:
    done = ended.get(Outcome.PUT_BACK, 0) + ended.get(Outcome.DONE, 0)
    screen.out.print(f"Dealt with: {done} of {sum(ended.values())}.")
    if waits := ended.get(Outcome.WAITS, 0):
        screen.out.print(f"Left to the hourly upkeep, which needs three hours at most: {waits}.")
    if failed := ended.get(Outcome.FAILED, 0):
        raise Trouble(f"Failed again: {failed}.", "./deskbell mail dead-letters shows them with what to do.")


def _show_fates(title: str, fates: tuple[Fate, ...]) -> None:
    rows = [(_minute(each.received_at), each.sender, each.subject, _cause(each.cause), each.key) for each in fates]
    cures = {_cause(each.cause): _cure(each.cause) for each in fates if each.state in IN_HAND}
    _show(f"{title}: {len(fates)}", ("Came in (UTC)", "From", "Subject", "Cause", "Key"), rows, cures)


def _show_letters(letters: tuple[Letter, ...]) -> None:
    rows = [(_minute(each.sent_at), _word("letter", each.kind), _about(each), each.error) for each in letters]
    cures = {_word("letter", each.kind): _word("letter", each.kind, "cure") for each in letters}
    _show(f"Could not be processed: {len(letters)}", ("Since (UTC)", "What", "Which", "Error"), rows, cures)


def _show(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], cures: Mapping[str, str]) -> None:
    """What to do stands below the table, once for each cause."""
    screen.out.print(title)
    if rows:
        screen.table(columns, rows)
    for cause, cure in cures.items():
        screen.out.print(f"  {cause}: {cure}")


def _about(letter: Letter) -> str:
    return ", ".join(letter.mail_keys) or (f"#{letter.ticket}" if letter.ticket else letter.rule or letter.id)


def _cause(cause: str) -> str:
    return _word("quarantine", cause) if i18n.has(f"quarantine.{cause}") else cause


def _cure(cause: str) -> str:
    return _word("quarantine", cause if i18n.has(f"quarantine.{cause}.cure") else "failed", "cure")


def _word(*parts: str) -> str:
    return i18n.text("en", ".".join(parts))


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _fate_facts(fate: Fate) -> dict[str, Any]:
    facts = {"state": fate.state, "key": fate.key, "received_at": fate.received_at.isoformat(), "sender": fate.sender}
    return facts | {"subject": fate.subject, "cause": fate.cause, "detail": fate.detail, "cure": _cure(fate.cause)}


def _letter_facts(letter: Letter) -> dict[str, Any]:
    facts = {"state": "dead_letter", "id": letter.id, "queue": letter.queue, "kind": letter.kind}
    facts |= {"sent_at": letter.sent_at.isoformat(), "error": letter.error, "about": _about(letter)}
    return facts | {"body": letter.text}


def _as_lines(rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        click.echo(json.dumps(row, ensure_ascii=False))
