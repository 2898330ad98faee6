"""`mail explain`: each named mail by itself, so that one that can't be read keeps nobody from the others."""

import sys
from collections.abc import Callable, Iterable, Iterator

import click

from chalicelib.mail.message import InboundMail
from chalicelib.mail.read import read
from infra import explained_page, explanation, mailbox, screen
from infra.explanation import Step
from infra.trouble import Trouble

_AS_SENT = Step(
    "taken_as_passed",
    "It carries no verdicts of SES: it is explained as ./deskbell mail send would hand it over, as one that passed.",
    {},
)


def _nobody(_: InboundMail) -> tuple[Step, ...]:
    return ()


def _as_it_is(raw: bytes) -> bytes:
    return raw


def explain(
    files: Iterable[str],
    *,
    as_json: bool,
    ask: Callable[[InboundMail], tuple[Step, ...]] = _nobody,
    receive: Callable[[bytes], bytes] = _as_it_is,
) -> None:
    """Prints a page or a line for every mail; complains of files that can't be read, and then ends with 1.

    `ask` adds what a desk knows of a mail; `receive` makes of it what that desk would get, where that is known.
    """
    unread: list[Trouble] = []
    for name, raw in _raw_mails(files, unread):
        received = receive(raw)
        mail = read(received)
        steps = (*([_AS_SENT] if received != raw else []), *ask(mail))
        if as_json:
            click.echo(explanation.as_line(mail, steps))
        else:
            explained_page.show(name, mail, steps, screen.out)
    for trouble in unread:
        screen.complain(trouble)
    if unread:
        sys.exit(1)


def _raw_mails(files: Iterable[str], unread: list[Trouble]) -> Iterator[tuple[str, bytes]]:
    for name in files:
        try:
            (raw,) = mailbox.read_files([name], sys.stdin.buffer)
        except Trouble as trouble:
            unread.append(trouble)
        else:
            yield ("standard input" if name == "-" else name), raw
