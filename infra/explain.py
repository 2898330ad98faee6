"""`mail explain`: each named mail by itself, so that one that can't be read keeps nobody from the others."""

import sys
from collections.abc import Callable, Iterable, Iterator

import click

from chalicelib.mail.message import InboundMail
from chalicelib.mail.read import read
from infra import explained_page, explanation, mailbox, screen
from infra.explanation import Step
from infra.trouble import Trouble


def _nobody(_: InboundMail) -> tuple[Step, ...]:
    return ()


def explain(files: Iterable[str], *, as_json: bool, ask: Callable[[InboundMail], tuple[Step, ...]] = _nobody) -> None:
    """Prints a page or a line for every mail; complains of files that can't be read, and then ends with 1.

    `ask` adds what a desk knows of a mail.
    """
    unread: list[Trouble] = []
    for name, mail in _mails(files, unread):
        if as_json:
            click.echo(explanation.as_line(mail, ask(mail)))
        else:
            explained_page.show(name, mail, ask(mail), screen.out)
    for trouble in unread:
        screen.complain(trouble)
    if unread:
        sys.exit(1)


def _mails(files: Iterable[str], unread: list[Trouble]) -> Iterator[tuple[str, InboundMail]]:
    for name in files:
        try:
            (raw,) = mailbox.read_files([name], sys.stdin.buffer)
        except Trouble as trouble:
            unread.append(trouble)
        else:
            yield ("standard input" if name == "-" else name), read(raw)
