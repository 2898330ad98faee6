"""The mails that the desk writes: a folder per purpose, in it a folder per language with subject, text and HTML.

What to say and to whom is decided in `desk`, which hands over words and times already made for the reader.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from chalicelib.mail import markdown, threading

LANGUAGES = ("ko", "en")
PURPOSES = ("acknowledgement", "assigned", "mail_failed", "mail_flood", "reply", "sla_breach", "sla_warning", "survey")

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
    text = environment().get_template(f"{folder}/body.txt").render(values)
    subject = environment().get_template(f"{folder}/subject.txt").render(values)
    html = environment().get_template(f"{folder}/body.html").render(values)
    return Notice(" ".join(subject.split()), text.strip() + "\n", html)


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
    return Markup(markdown.to_html(text))  # noqa: S704 # sanitised there


def _quoted(text: str) -> str:
    """As mail quotes what somebody wrote, so that our own trimming and every mail program know it."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
