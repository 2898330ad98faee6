"""The mails that the desk writes: a folder per purpose, in it a folder per language with subject, text and HTML.

What to say and to whom is decided in `desk`, which hands over words and times already made for the reader.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from chalicelib.mail import answers, markdown, threading

LANGUAGES = ("ko", "en")
PURPOSES = (
    *("acknowledgement", "assigned", "auto_resolved", "close_last_reminder", "close_reminder", "item_due"),
    *("mail_failed", "mail_flood", "reply", "sla_breach", "sla_warning", "survey"),
)
_ANSWERED_BY_AGENTS = frozenset({"assigned", "item_due", "sla_breach", "sla_warning"})
"""Notices that agents answer; what they write goes to the customer, and nothing of the notice may. An answer to one
about mail that goes wrong stays inside."""

# Mail programs show these without any line or space of their own, and know no style sheet.
_STYLES = {
    "table": "border-collapse: collapse; margin: 16px 0;",
    "th": "padding: 4px 12px; border: 1px solid #8a8f98; text-align: left;",
    "td": "padding: 4px 12px; border: 1px solid #8a8f98;",
    "blockquote": "margin: 16px 0; padding: 0 0 0 12px; border-left: 3px solid #8a8f98;",
    "pre": "padding: 8px 12px; border: 1px solid #8a8f98; white-space: pre-wrap;",
}
_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Notice:
    """What a mail says: a subject of one line, the text part, and the HTML part (a whole document)."""

    subject: str
    text: str
    html: str


def render(purpose: str, language: str, **values: object) -> Notice:
    """The notice in the reader's language, English where we don't speak it.

    Raises `jinja2.UndefinedError` when a value is missing and `jinja2.TemplateNotFound` for an unknown purpose.
    """
    folder = f"{purpose}/{language if language in LANGUAGES else 'en'}"
    mark = answers.mark(language) if purpose in _ANSWERED_BY_AGENTS else ""
    text = environment().get_template(f"{folder}/body.txt").render(values)
    subject = environment().get_template(f"{folder}/subject.txt").render(values)
    html = environment().get_template(f"{folder}/body.html").render(values, reply_mark=mark)
    return Notice(" ".join(subject.split()), f"{mark}\n\n{text}".strip() + "\n", html)


@cache
def environment() -> Environment:
    """How the templates are read: strict about missing values, HTML escaped, text not."""
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(numbered=threading.with_number, lines=_lines, markdown=_markdown, quoted=_quoted)
    return made


def _lines(text: str) -> Markup:
    """Plain text in HTML with its line breaks; Outlook ignores `white-space`."""
    return Markup("<br>\n").join(escape(line) for line in text.splitlines())


def _markdown(text: str) -> Markup:
    html = markdown.to_html(text)
    for tag, style in _STYLES.items():
        html = html.replace(f"<{tag}>", f'<{tag} style="{style}">')
    return Markup(html)  # noqa: S704 # sanitised there


def _quoted(text: str) -> str:
    """As mail quotes what somebody wrote, so that our own trimming and every mail program know it."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
