"""An explained mail as people read it in a terminal."""

import re
from collections.abc import Iterable, Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from chalicelib import i18n
from chalicelib.mail.message import Address, Attachment, InboundMail
from infra import explanation
from infra.explanation import Step

WIDTH = 100
"""Longer lines are hard to read, however wide the terminal is."""

_MOST_TEXT = 20_000
_BLANKS = "\n\t"
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def show(name: str, mail: InboundMail, found: Iterable[Step], console: Console) -> None:
    """Prints the page; `found` is what a desk knows of the mail."""
    console.print(_page(name, mail, tuple(found)), width=min(console.width, WIDTH), soft_wrap=False)


def harmless(text: str) -> str:
    """Text of a mail without power over the terminal: what it would obey is shown as a sign instead (␛, \\u202e)."""
    return _UNSAFE.sub(lambda match: _sign(match[0]), text.replace("\r\n", "\n"))


def _sign(character: str) -> str:
    code = ord(character)
    if character in _BLANKS:
        return character
    if code == 0x7F:
        return "␡"
    return chr(0x2400 + code) if code < 0x20 else f"\\u{code:04x}"


def _page(name: str, mail: InboundMail, found: tuple[Step, ...]) -> Group:
    return Group(*_parts(name, mail, found), "")


def _parts(name: str, mail: InboundMail, found: tuple[Step, ...]) -> Iterator[RenderableType]:
    yield Rule(Text(harmless(name), "bold"), align="left")
    yield _two_columns(_facts(mail))
    yield from _section("Text" if mail.quoted_text else "Text (nothing quoted)", _shortened(mail.reply_text))
    if mail.quoted_text:
        yield from _section("Quoted", _shortened(mail.quoted_text), "dim")
    yield Text("\nWhere it would go", "bold")
    steps = (*explanation.route(mail), *found)
    yield _two_columns((f"  {number}.", step.says) for number, step in enumerate(steps, 1))


def _facts(mail: InboundMail) -> Iterator[tuple[str, str]]:
    yield "Subject", mail.subject or "(none)"
    yield "From", _mailbox(mail.from_) if mail.from_ else "(none)"
    for name, addresses in (("To", mail.to), ("Cc", mail.cc), ("Reply to", mail.reply_to)):
        if addresses:
            yield name, ", ".join(map(_mailbox, addresses))
    yield "Date", f"{mail.date:%F %T} UTC" if mail.date else "(none that can be understood)"
    yield "Message-ID", mail.message_id or "(none)"
    if mail.charset:
        yield "Charset", mail.charset
    if kinds := ", ".join(_kinds(mail)):
        yield "Kind", kinds
    for attachment in mail.attachments:
        yield "Attachment", _file(attachment)
    if mail.defects:
        yield "Defects", " ".join(i18n.text("en", f"defect.{defect}") for defect in mail.defects)


def _kinds(mail: InboundMail) -> Iterator[str]:
    automatic = mail.automatic
    if automatic.auto_reply:
        yield "automatic reply"
    if automatic.out_of_office:
        yield "out of office"
    if automatic.list_mail:
        yield "mailing list"
    if automatic.bounce:
        lasting = {True: "temporary", False: "permanent", None: "for how long it does not say"}
        receivers = ", ".join(automatic.bounce_recipients) or "a receiver that it does not name"
        yield f"bounce of {receivers}, {lasting[automatic.bounce_temporary]}"


def _mailbox(address: Address) -> str:
    return f"{address.name} <{address.email}>" if address.name else address.email


def _file(attachment: Attachment) -> str:
    inline = ", shown in the text" if attachment.inline else ""
    return f"{attachment.filename or '(no name)'}, {attachment.content_type}, {attachment.size:,} bytes{inline}"


def _two_columns(rows: Iterable[tuple[str, str]]) -> Table:
    columns = Table.grid(padding=(0, 2, 0, 0))
    columns.add_column(style="dim", no_wrap=True)
    columns.add_column(overflow="fold")
    for name, value in rows:
        columns.add_row(Text(name), Text(harmless(value)))
    return columns


def _section(title: str, text: str, style: str = "") -> Iterator[RenderableType]:
    yield Text(f"\n{title}", "bold")
    yield Padding(Text(harmless(text), style, overflow="fold"), (0, 0, 0, 2))


def _shortened(text: str) -> str:
    """A page is for reading; the whole stands in the JSON."""
    if len(text) <= _MOST_TEXT:
        return text or "(empty)"
    return f"{text[:_MOST_TEXT]}\n… {len(text) - _MOST_TEXT:,} more characters: --json shows them"
