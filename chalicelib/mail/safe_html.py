"""HTML mail to HTML that is safe to show.

nh3 (ammonia, html5ever) reads the tag soup as browsers do and keeps what is harmless; the tidy result is then written
once more, with the mail's own pictures put in, remote ones taken out, and a word beside links that mislead.
"""

import re
from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser

import nh3

from chalicelib.mail.html import is_bearable, words
from chalicelib.mail.pictures import Pictures
from chalicelib.mail.true_links import host_of, true_address, web_address

_TAGS = {
    *("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "dt", "dd", "table", "tr", "pre", "hr"),
    *("blockquote", "section", "article", "header", "footer", "main", "address", "figure", "figcaption", "center"),
    *("li", "details", "summary", "caption", "nav", "aside"),
    *("a", "abbr", "b", "big", "br", "cite", "code", "del", "em", "font", "i", "img", "ins", "kbd", "mark", "q", "s"),
    *("samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr", "col", "colgroup"),
    *("tbody", "td", "tfoot", "th", "thead", "time"),
}
_SILENT = {"script", "style", "title", "template", "noscript", "object", "iframe", "svg", "math"}
_ATTRIBUTES = {
    "*": {"align", "valign", "dir", "lang", "title", "style", "width", "height", "bgcolor", "color"},
    "a": {"href", "name"},
    "img": {"src", "alt", "border"},
    "font": {"face", "size"},
    "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan", "nowrap"},
    "th": {"colspan", "rowspan", "nowrap"},
    "blockquote": {"type"},
}
_STYLES = {
    *("color", "background-color", "text-align", "text-decoration", "text-indent", "vertical-align", "white-space"),
    *("font", "font-family", "font-size", "font-style", "font-weight", "line-height", "letter-spacing", "direction"),
    *("margin", "margin-top", "margin-right", "margin-bottom", "margin-left", "width", "max-width", "height"),
    *("padding", "padding-top", "padding-right", "padding-bottom", "padding-left", "list-style-type", "display"),
    *("border", "border-top", "border-right", "border-bottom", "border-left", "border-collapse", "border-radius"),
}
_COLOURING_STYLES = {"color", "background-color", "font-weight", "font-style", "font-family", "text-decoration"}
# What may fetch something (a function that we don't know), hides it behind an escape, or draws a part over another.
_UNSAFE_STYLE = re.compile(
    r"(?<!\brgb)(?<!\brgba)(?<!\bhsl)(?<!\bhsla)(?<!\bcalc)\(|[@\\]|/\*"
    r"|^\s*(?:margin[\w-]*|letter-spacing|text-indent)\s*:.*-\s*[\d.]",
    re.IGNORECASE,
)
_OWN_IMAGE = re.compile(r"\s*(cid:|data:image/(png|jpe?g|gif|webp|bmp);)", re.IGNORECASE)
_OTHER_LINK = re.compile(r"(?:mailto|tel):", re.IGNORECASE)
_SHRINKING_TAGS = {"small", "sub", "sup"}
_BIDI_CONTROLS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_INVISIBLE_SIZES = {"0", "1", "2", "0px", "1px", "2px"}


@dataclass(frozen=True)
class SafeHtml:
    """`remote_images` tells how many pictures would be fetched, shown or not, `remote_hosts` from where, each once.

    `is_too_complex`: nothing but its words are left, since parsing it would take too long.
    """

    html: str
    remote_images: int = 0
    remote_hosts: tuple[str, ...] = ()
    is_too_complex: bool = False


def sanitise(html: str, pictures: Pictures | None = None, *, remote_images: bool = False) -> SafeHtml:
    """HTML that can be shown in a sandboxed frame: no script, form, frame or style sheet, and no request to anywhere
    unless `remote_images` were asked for, which then come encrypted. A picture that is not shown leaves its words."""
    if not is_bearable(html):
        return SafeHtml(f"<pre>{escape(words(html))}</pre>", is_too_complex=True)
    writer = _Writer(pictures or Pictures(), remote_images=remote_images)
    writer.feed(_clean(html))
    writer.close()
    return SafeHtml("".join(writer.written), writer.remote_images, tuple(writer.remote_hosts))


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_SILENT,
        attributes=_ATTRIBUTES,
        attribute_filter=_safe_value,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        filter_style_properties=_STYLES,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def _safe_value(tag: str, attribute: str, value: str) -> str | None:
    match attribute:
        case "style":
            return ";".join(part for part in value.split(";") if not _UNSAFE_STYLE.search(part))
        case "src":
            return _image_source(value) if tag == "img" else None
        case "href":
            return _link(value)
    return value


def _image_source(value: str) -> str | None:
    return value if _OWN_IMAGE.match(value) else _encrypted(value)


def _encrypted(value: str) -> str | None:
    """The address of a remote picture, by HTTPS; None for what is no address of the web."""
    url = web_address(value)
    return f"https:{url.partition(':')[2]}" if url else None


def _link(value: str) -> str | None:
    """A link that leads out; one that would stay within the desk's own address is none of the mail's."""
    return web_address(value) or (value.strip() if _OTHER_LINK.match(value.strip()) else None)


class _Writer(HTMLParser):
    """Writes tidy HTML as it is, but for pictures and what follows a link."""

    def __init__(self, pictures: Pictures, *, remote_images: bool) -> None:
        super().__init__(convert_charrefs=False)
        self.written: list[str] = []
        self.remote_images = 0
        self.remote_hosts: dict[str, None] = {}
        self._pictures = pictures
        self._shows_remote = remote_images
        self._href = ""
        self._link_words: list[str] = []
        self._link_text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self._write_picture({name: value or "" for name, value in attrs})
            return
        if tag == "a":
            self._href, self._link_words, self._link_text = dict(attrs).get("href") or "", [], []
            self.written.append(self.get_starttag_text() or "")
        elif self._href:
            self._write_within_link(tag, attrs)
        else:
            self.written.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if not (self._href and tag in _SHRINKING_TAGS):
            self.written.append(f"</{tag}>")
        if tag == "a" and self._href:
            readings = ("".join(self._link_words), "".join(self._link_text))
            if address := next(filter(None, (true_address(words, self._href) for words in readings)), ""):
                self.written.append(f' <span class="leads-to">→ {escape(address)}</span>')
            self._href = ""

    def handle_data(self, data: str) -> None:
        self.written.append(data.translate(_BIDI_CONTROLS) if self._href else data)
        self._link_words.append(data)
        self._link_text.append(data)

    def handle_entityref(self, name: str) -> None:
        self.written.append(f"&{name};")
        self._link_words.append(unescape(f"&{name};"))
        self._link_text.append(unescape(f"&{name};"))

    def _write_within_link(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """With nothing that makes letters vanish or change their order: what we read must be what is seen."""
        if tag in _SHRINKING_TAGS:
            return
        kept = {name: value or "" for name, value in attributes if name not in {"style", "size", "dir"}}
        styles = (part for part in (dict(attributes).get("style") or "").split(";"))
        if style := ";".join(part for part in styles if part.partition(":")[0].strip() in _COLOURING_STYLES):
            kept["style"] = style
        self._write_tag(kept, tag)

    def _write_picture(self, attributes: dict[str, str]) -> None:
        self._link_words.append(attributes.get("alt", ""))
        source = attributes.get("src", "")
        if source.lower().lstrip().startswith("cid:"):
            self._write_own(source, attributes)
        elif source.startswith("https:"):
            self._write_remote(source, attributes)
        elif source:
            self._write_tag(attributes)
        else:
            self._write_placeholder(attributes)

    def _write_own(self, cid: str, attributes: dict[str, str]) -> None:
        picture = self._pictures.of(cid)
        if picture and (source := self._pictures.source(picture)):
            self._write_tag({**attributes, "src": source})
        else:
            name = picture.filename if picture else ""
            self._write_placeholder({**attributes, "alt": name or attributes.get("alt", "")}, name)

    def _write_remote(self, url: str, attributes: dict[str, str]) -> None:
        host = host_of(url)
        self.remote_images += 1
        self.remote_hosts[host] = None
        if self._shows_remote:
            self._write_tag(attributes)
        elif attributes.get("width") not in _INVISIBLE_SIZES and attributes.get("height") not in _INVISIBLE_SIZES:
            self._write_placeholder(attributes, host)

    def _write_tag(self, attributes: dict[str, str], tag: str = "img") -> None:
        written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        self.written.append(f"<{tag}{written}>")

    def _write_placeholder(self, attributes: dict[str, str], title: str = "") -> None:
        """None for a picture whose author says that it shows nothing (`alt=""`)."""
        if attributes.get("alt") != "":
            words = escape(attributes.get("alt", ""))
            self.written.append(f'<span class="picture" title="{escape(title)}">{words}</span>')
