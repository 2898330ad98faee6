"""What goes along with an agent's words in a mail: values of variables, the signature, what was said before, files."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib import i18n
from chalicelib.adapters import files
from chalicelib.adapters.tickets import TicketPage
from chalicelib.desk import links
from chalicelib.domain import variables
from chalicelib.domain.agent import Agent
from chalicelib.domain.entry import Attachment, AuthorKind, Entry
from chalicelib.domain.outgoing import Purpose
from chalicelib.domain.settings import QuotedHistory, Settings
from chalicelib.domain.sla import ClockName
from chalicelib.domain.team import DEFAULT_SIGNATURE, Team, sign
from chalicelib.domain.ticket import Ticket
from chalicelib.mail import message, notices
from chalicelib.mail.notices import Notice

MOST_ATTACHED = 7_000_000
"""Bytes of files inside one mail: Base64 makes nearly ten million of them, and SES takes 40, but many mailboxes refuse
more than ten. What does not fit goes as a link."""
MOST_QUOTED = 20_000
"""Characters of earlier messages under a reply."""


@dataclass(frozen=True)
class Quotation:
    """`attribution` is a line such as "On 23 Nov 2026, 10:00, Kim wrote:" in the receiver's language."""

    attribution: str
    text: str


@dataclass(frozen=True)
class FileLink:
    name: str
    size: str
    url: str


def preview(team: Team | None, by: Agent, settings: Settings, language: str, now: datetime) -> Notice:
    """How a reply of a team, or of nobody's, would look by the settings given."""
    asked = Quotation(
        _attribution(now, i18n.text(language, "preview.customer"), settings, language),
        i18n.text(language, "preview.question"),
    )
    return notices.render(
        Purpose.REPLY,
        language,
        number=1,
        subject=i18n.text(language, "preview.subject"),
        desk_name=settings.desk_name,
        text=i18n.text(language, "preview.answer"),
        signature=signature(team, by, by.name, settings),
        history=() if settings.quoted_history is QuotedHistory.NONE else (asked,),
        files=(),
        files_until="",
        status_url=settings.url("/status/"),
    )


def signature(team: Team | None, by: Agent | None, author_name: str, settings: Settings) -> str:
    """Markdown: the team's signature, or the agent's own and the desk's name. `by` is None for who is no agent now."""
    values = variables.of_writer(author_name, team, settings)
    values |= {"agent.signature": variables.fill_all(by.signature, values) if by and by.signature else author_name}
    return sign(team.signature if team and team.signature else DEFAULT_SIGNATURE, values)


def values_of(ticket: Ticket, by: Agent, settings: Settings, now: datetime) -> dict[str, str]:
    """What the variables of a reply stand for, in the customer's language. The deadline, while it runs, is that of the
    resolution, which a reply does not meet."""
    clock = ticket.find_clock(ClockName.RESOLUTION)
    due = i18n.day_and_time(ticket.language, clock.due_at, settings.time_zone) if clock and clock.is_running else ""
    return variables.of_ticket(ticket, by.name, settings, due, links.status_url(settings, ticket.number, now))


def history(page: TicketPage, entry: Entry, settings: Settings, language: str) -> tuple[Quotation, ...]:
    """What is quoted under `entry`, newest first: what people said in public before it, as much as is set."""
    said = [earlier for earlier in page.entries if earlier.id < entry.id and earlier.is_shown_to_customer]
    match settings.quoted_history:
        case QuotedHistory.NONE:
            chosen = []
        case QuotedHistory.LAST:
            chosen = [earlier for earlier in said if earlier.author.kind is AuthorKind.CUSTOMER][-1:]
        case QuotedHistory.ALL:
            chosen = said
    return tuple(_quotations(reversed(chosen), settings, language))


def file_links(page: TicketPage, entry: Entry, settings: Settings, at: datetime) -> tuple[FileLink, ...]:
    """To the files of `entry` that are too large to be attached; the links' life begins `at`."""
    attached = _fitting(entry.attachments)
    return tuple(
        FileLink(
            kept.filename, i18n.file_size(kept.size), links.file_url(settings, page.ticket.number, entry.id, place, at)
        )
        for place, kept in enumerate(entry.attachments)
        if kept not in attached
    )


def read_files(entry: Entry) -> tuple[message.Attachment, ...]:
    """The files that go inside the mail; one request each."""
    return tuple(
        message.Attachment(kept.filename, kept.content_type, files.read(kept.key))
        for kept in _fitting(entry.attachments)
    )


def _fitting(attachments: Iterable[Attachment]) -> list[Attachment]:
    """In their order, each that there is still room for."""
    fitting: list[Attachment] = []
    room = MOST_ATTACHED
    for attachment in attachments:
        if attachment.size <= room:
            fitting.append(attachment)
            room -= attachment.size
    return fitting


def _quotations(entries: Iterable[Entry], settings: Settings, language: str) -> Iterator[Quotation]:
    room = MOST_QUOTED
    for entry in entries:
        if room <= 0:
            return
        name = entry.author.name or settings.desk_name
        text = entry.text if len(entry.text) <= room else f"{entry.text[:room]}…"
        yield Quotation(_attribution(entry.at, name, settings, language), text)
        room -= len(text)


def _attribution(at: datetime, name: str, settings: Settings, language: str) -> str:
    when = i18n.day_and_time(language, at, settings.time_zone)
    return i18n.text(language, "mail.wrote", when=when, name=name)
