"""What agents write: Markdown, shown as HTML in mail and on pages."""

from functools import cache

import nh3
from markdown_it import MarkdownIt

_TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "a", "ul", "ol", "li"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}


def to_html(text: str) -> str:
    """Safe HTML of a Markdown text. A line break is kept as one, HTML is shown as written, images are left out."""
    return nh3.clean(_parser().render(text), tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["strikethrough", "table"]).disable("image")
