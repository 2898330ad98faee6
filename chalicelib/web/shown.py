"""How values look to a reader: times in their zone and relative to now, sizes, text with links, Markdown."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from chalicelib import i18n
from chalicelib.mail import markdown as mail_markdown

_SOON = timedelta(hours=1)
_URL = re.compile(r"https?://[^\s<>\"'\u3000]+[^\s<>\"'\u3000.,;:!?)\]}\u3002]")
_EXTRACTED, _EXTRACT = 600, 160
_LONGEST_TEXT = 20_000
_MANY = 1_000
_KNOWN_DONE = re.compile(r"[a-z_]+(:[\w-]*)?")
_UNDOABLE = frozenset(
    {
        *("assigned", "status_set", "priority_set", "kind_set", "team_set"),
        *("item_done", "item_undone", "item_deleted", "macro_deleted"),
    }
)


@dataclass(frozen=True)
class Shown:
    """Formats for one reader at one instant."""

    language: str
    zone: str
    now: datetime

    def full(self, at: datetime) -> str:
        return i18n.day_and_time(self.language, at, self.zone)

    def day(self, at: datetime) -> str:
        return i18n.day(self.language, at, self.zone)

    def calendar_day(self, on: date) -> str:
        """A day that has no time: "3 Dec", with its year where that is another one."""
        noon = datetime.combine(on, time(12), ZoneInfo(self.zone))
        is_this_year = on.year == self.now.astimezone(ZoneInfo(self.zone)).year
        write = i18n.short_day if is_this_year else i18n.day
        return write(self.language, noon, self.zone)

    def short(self, at: datetime) -> str:
        """As short as it can be told: the time today, the day this year, else the whole date."""
        local, today = at.astimezone(ZoneInfo(self.zone)), self.now.astimezone(ZoneInfo(self.zone))
        if local.date() == today.date():
            return f"{local:%H:%M}"
        if local.year == today.year:
            return i18n.short_day(self.language, at, self.zone)
        return f"{local:%Y-%m-%d}"

    def moment(self, at: datetime) -> Markup:
        return self._time(at, self.full(at))

    def brief(self, at: datetime) -> Markup:
        return self._time(at, self.short(at), is_titled=True)

    def due(self, at: datetime) -> Markup:
        """How long is left, or how long it is overdue: "in 3 h", "2 d overdue"."""
        key = "time.left" if at > self.now else "time.overdue"
        words = i18n.text(self.language, key, span=self.span(abs(at - self.now)))
        return self._time(at, words, is_titled=True)

    def instant(self, written: str) -> Markup | str:
        """A time of the history, which is kept in RFC 3339."""
        try:
            return self.moment(datetime.fromisoformat(written))
        except ValueError:
            return written

    def cause(self, cause: str) -> str:
        """Why something changed: a word of the domain, a step of the ladder ("timer:first_response:80%"), or a macro by
        its name ("macro:Send it back")."""
        kind, _, rest = cause.partition(":")
        if kind == "timer" and rest:
            clock, _, step = rest.partition(":")
            return i18n.text(
                self.language, "cause.timer", clock=self.word("clock", clock), step=self.word("step", step)
            )
        if kind == "macro":
            return i18n.text(self.language, "cause.macro", name=rest)
        return self.word("cause", cause)

    def quarantine_cause(self, cause: str) -> str:
        return self.word("quarantine", cause)

    def quarantine_cure(self, cause: str) -> str:
        """What to do about it; a cause that is newer than the catalogues has the advice that always holds."""
        key = f"quarantine.{cause}.cure"
        return i18n.text(self.language, key if i18n.has(key) else "quarantine.failed.cure")

    def defects(self, codes: Iterable[str]) -> str:
        """A sentence for each."""
        return " ".join(self.word("defect", code) for code in codes)

    def mail_detail(self, detail: str) -> str:
        """The defects that the fate of a mail names; an error's text as it is."""
        codes = detail.split("; ")
        return self.defects(codes) if all(i18n.has(f"defect.{code}") for code in codes) else detail

    def typed(self, at: datetime | None) -> str:
        """As a `datetime-local` field takes it, to the minute; "" for none."""
        return f"{at.astimezone(ZoneInfo(self.zone)):%Y-%m-%dT%H:%M}" if at else ""

    def count(self, number: int) -> str:
        """Nobody counts further than a thousand."""
        return f"{number}" if number < _MANY else f"{_MANY}+"

    def word(self, family: str, word: str) -> str:
        """A word of a closed list; one that is newer than the catalogues is shown as it is."""
        key = f"{family}.{word}"
        return i18n.text(self.language, key) if i18n.has(key) else word

    def urgency(self, at: datetime | None) -> str:
        """The class by which a deadline is coloured."""
        if at is None:
            return "none"
        return "late" if at <= self.now else "soon" if at - self.now <= _SOON else "calm"

    def span(self, span: timedelta) -> str:
        return i18n.span(self.language, span)

    def _time(self, at: datetime, words: str, *, is_titled: bool = False) -> Markup:
        title = Markup(' title="{}"').format(self.full(at)) if is_titled else ""
        return Markup('<time datetime="{}"{}>{}</time>').format(f"{at:%Y-%m-%dT%H:%M:%SZ}", title, words)


@dataclass(frozen=True)
class Done:
    """What was just done, told once; `undo` is the value that was there before, "" where there is no way back."""

    code: str = ""
    undo: str = ""

    @classmethod
    def of(cls, cookie: str) -> "Done":
        """A cookie that is not one of ours tells nothing."""
        code, _, undo = cookie.partition(":")
        is_known = bool(_KNOWN_DONE.fullmatch(cookie)) and i18n.has(f"done.{code}")
        return cls(code, undo if code in _UNDOABLE else "") if is_known else cls()


def markdown(text: str) -> Markup:
    return Markup(mail_markdown.to_html(text))  # noqa: S704 - sanitised there


def prose(text: str) -> Markup:
    """Plain text as it was written: line breaks are kept by the style sheet, addresses of the web become links."""
    parts: list[Markup] = []
    end = 0
    for match in _URL.finditer(text):
        parts += [escape(text[end : match.start()]), _link(match.group())]
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def opening(text: str) -> str:
    """As much of a text as is shown on a page with others."""
    return f"{text[:_LONGEST_TEXT]}…" if is_cut(text) else text


def is_cut(text: str) -> bool:
    return len(text) > _LONGEST_TEXT


def extract(text: str) -> str:
    """How a Markdown text begins, without its marks."""
    plain = markdown(text[:_EXTRACTED]).striptags()
    return plain if len(plain) <= _EXTRACT else f"{plain[:_EXTRACT].rstrip()}…"


def halves(remark: str) -> tuple[str, str]:
    """A remark's code and its value, which may be "" ("follow_up_of:7")."""
    code, _, value = remark.partition(":")
    return code, value


def initial(name: str) -> str:
    """What stands in the circle of a person without a picture."""
    return name.strip()[:1].upper() or "?"


def file_size(size: int) -> str:
    return i18n.file_size(size)


def _link(address: str) -> Markup:
    return Markup('<a href="{0}" rel="noopener noreferrer nofollow ugc">{0}</a>').format(address)
