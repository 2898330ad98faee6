"""HTML mail to plain text that reads well.

It goes through nh3 (ammonia, html5ever) first, which reads tag soup as browsers do; what would keep it busy is shown as
its words alone. HTML that is safe to show is made by `safe_html`.
"""

import re
from html import unescape
from html.parser import HTMLParser
from itertools import accumulate
from urllib.parse import unquote

import nh3

from chalicelib.mail.quote_markup import Nesting, Place

_BLOCKS = {
    *("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "dt", "dd", "table", "tr", "pre", "hr"),
    *("blockquote", "section", "article", "header", "footer", "main", "address", "figure", "figcaption", "center"),
    *("li", "form", "fieldset", "details", "summary", "caption", "nav", "aside"),
}
_SPACED = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre"}
_READ_TAGS = _BLOCKS | {"a", "br", "img", "span", "td", "th"}
_SILENT = {"script", "style", "title", "template", "noscript", "object", "iframe", "svg"}
_RULE = "-" * 30
_BLANK_LINES = re.compile(r"\n{3,}")
MOST_MARKUP = 30_000
_MOST_REFERENCES = 1_000
_MOST_INDENTED = 20
_MARKS_OF_ATTRIBUTES = " \t\n\f\r/\"'"
_ATTRIBUTES_PER_TAG = 15
_MOST_NESTED = 500
_MOST_TO_LAY_OUT = 2_000_000
# A tag of a hundred attributes or with a name beyond reason, found wherever `<` stands, in a comment or not: then no
# tag that html5ever sees has more. The grammar is that of the HTML standard, 13.2.5.
_OVERLOADED_TAG = re.compile(
    r"</?[a-zA-Z](?:[^\t\n\f\r />]{100}|[^\t\n\f\r />]*+[\t\n\f\r /]++(?>[^\t\n\f\r />][^\t\n\f\r />=]*+"
    r"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^\t\n\f\r >\"'][^\t\n\f\r >]*+|(?=>)))?+"
    r"[\t\n\f\r /]*+){100})"
)
_SILENT_ELEMENT = re.compile(r"<(style|script|title)\b[^<>]*>[^<]*</\1\s*>", re.IGNORECASE)
_LINE_TAG = re.compile(r"<(?:br|p|div|tr|li|h\d|hr|blockquote|pre)\b[^<>]*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_NESTING_TAG = re.compile(
    r"<(/?)(?!(?:br|img|hr|input|meta|link|p|li|td|tr|th|col|dd|dt|option|area|wbr)\b)[a-z]", re.IGNORECASE
)
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def to_text(html: str) -> str:
    """Plain text with paragraphs, lists and rows as a reader would type them; quotations get `> ` as in plain mail,
    and a link's address follows its words in angle brackets."""
    if not is_bearable(html):
        return words(html)
    tidy = _tidy(html)
    return _written(tidy).text() if len(tidy) <= _MOST_TO_LAY_OUT else words(tidy)


def placed_lines(html: str) -> list[tuple[str, Place]]:
    """The lines of `to_text` with the place in which each begins, without empty ones; none where it can't be told."""
    tidy = _tidy(html) if is_bearable(html) else ""
    return _written(tidy).placed_lines() if len(tidy) <= _MOST_TO_LAY_OUT else []


def _written(tidy: str) -> "_TextWriter":
    writer = _TextWriter()
    writer.feed(tidy)
    writer.close()
    return writer


def _tidy(html: str) -> str:
    return nh3.clean(
        html,
        tags=_READ_TAGS,
        clean_content_tags=_SILENT,
        attributes={
            "*": {"class", "id", "name", "style", "tabindex"},
            "a": {"href"},
            "img": {"alt"},
            "blockquote": {"type"},
        },
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )


def words(html: str) -> str:
    """The text of HTML that is not bearable: each tag that begins a line does, and nothing else is known of it."""
    text = _ANY_TAG.sub(" ", _LINE_TAG.sub("\n", _SILENT_ELEMENT.sub(" ", html)))
    if text.count("&") > _MOST_REFERENCES:
        return text.replace("&nbsp;", "\xa0").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return unescape(text)


def markup(html: str) -> int:
    """How much there is to parse: tags and character references, and as a fraction of one what may be attributes."""
    attributes = sum(map(html.count, _MARKS_OF_ATTRIBUTES))
    return html.count("<") + html.count("&") + attributes // _ATTRIBUTES_PER_TAG


def is_bearable(html: str) -> bool:
    """Whether it can be parsed in a moment. The time of html5ever grows with the square of the elements that lie in one
    another, of the attributes of a tag and of the `&` in one text; its memory by a quarter of a kilobyte a tag."""
    if markup(html) > MOST_MARKUP or _OVERLOADED_TAG.search(html):
        return False
    depths = accumulate((-1 if tag[1] else 1 for tag in _NESTING_TAG.finditer(html)), initial=0)
    return max(depths) <= _MOST_NESTED


class _TextWriter(HTMLParser):
    """Collects lines from tidy HTML. `_owed` is how many line ends stand between the last word and the next one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._nesting = Nesting()
        self._lines: list[str] = []
        self._places: list[Place] = []
        self._place = Place.OWN
        self._line: list[str] = []
        self._line_depth = 0
        self._owed = 0
        self._verbatim_depth = 0
        self._lists: list[int | None] = []
        self._links: list[tuple[str, int, int]] = []

    def text(self) -> str:
        self._finish_line()
        return _BLANK_LINES.sub("\n\n", "\n".join(self._lines))

    def placed_lines(self) -> list[tuple[str, Place]]:
        self._finish_line()
        return [placed for placed in zip(self._lines, self._places, strict=True) if placed[0]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._nesting.start(tag, attrs)
        self._separate_block(tag)
        match tag:
            case "br":
                self._owed += 1
            case "hr":
                self._write(_RULE)
                self._owed = 1
            case "td" | "th":
                self._space()
            case "img":
                self._write(dict(attrs).get("alt") or "")
            case "a":
                self._links.append((dict(attrs).get("href") or "", len(self._lines), len(self._line)))
            case "li":
                self._write(self._bullet())
            case _:
                self._nest(tag)

    def _nest(self, tag: str) -> None:
        match tag:
            case "pre":
                self._verbatim_depth += 1
            case "ul" | "ol":
                self._lists.append(1 if tag == "ol" else None)

    def handle_endtag(self, tag: str) -> None:
        self._nesting.end(tag)
        match tag:
            case "a" if self._links:
                self._close_link(*self._links.pop())
            case "pre":
                self._verbatim_depth -= 1
            case "ul" | "ol" if self._lists:
                self._lists.pop()
        self._separate_block(tag)

    def handle_data(self, data: str) -> None:
        if self._verbatim_depth:
            first, *others = data.split("\n")
            self._write(first)
            for line in others:
                self._owed += 1
                self._write(line)
            return
        words = _BLANKS.sub(" ", data)
        self._write(words.lstrip(" ") if self._owed or not self._line else words)

    def _separate_block(self, tag: str) -> None:
        if tag in _BLOCKS and self._line:
            self._owed = max(self._owed, 2 if tag in _SPACED and not self._lists else 1)

    def _write(self, words: str) -> None:
        if not words:
            return
        if self._owed or not self._line:
            self._start_line()
        self._line.append(words)

    def _start_line(self) -> None:
        self._finish_line()
        shared_depth = min(self._line_depth, self._nesting.quote_depth)
        if self._owed > 1:
            self._add_line("", shared_depth)
        self._owed, self._line_depth, self._place = 0, self._nesting.quote_depth, self._nesting.place

    def _finish_line(self) -> None:
        if self._line:
            self._add_line("".join(self._line), self._line_depth)
        self._line = []

    def _add_line(self, words: str, depth: int) -> None:
        self._lines.append(_quoted(words, depth))
        self._places.append(self._place)

    def _space(self) -> None:
        if self._line and not self._owed and not self._line[-1].endswith(" "):
            self._line.append(" ")

    def _bullet(self) -> str:
        indent = "  " * min(len(self._lists) - 1, _MOST_INDENTED)
        number = self._lists[-1] if self._lists else None
        if number is None:
            return f"{indent}- "
        self._lists[-1] = number + 1
        return f"{indent}{number}. "

    def _close_link(self, href: str, line: int, start: int) -> None:
        """The address after the words, unless they are the address; the link of a mere image says nothing."""
        start = start if line == len(self._lines) else 0
        words = "".join(self._line[start:])
        is_mail = href.lower().startswith("mailto:")
        address = "".join(unquote(href[len("mailto:") :].partition("?")[0]).split()) if is_mail else href
        bare = re.sub(r"^https?://(www\.)?|/$", "", address)
        if address and words.strip() and bare.lower() not in words.lower():
            self._line[start:] = [words.rstrip(" "), f" <{address}>"]


def _quoted(line: str, depth: int) -> str:
    return ("> " * min(depth, _MOST_INDENTED) + line.replace("\xa0", " ")).rstrip(" ")
