"""HTML mail to HTML that is safe to show."""

import re
from html import escape

import nh3

from chalicelib.mail.html import is_bearable, words

_TAGS = {
    *("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "dt", "dd", "table", "tr", "pre", "hr"),
    *("blockquote", "section", "article", "header", "footer", "main", "address", "figure", "figcaption", "center"),
    *("li", "form", "fieldset", "details", "summary", "caption", "nav", "aside"),
    *("a", "abbr", "b", "big", "br", "cite", "code", "del", "em", "font", "i", "img", "ins", "kbd", "mark", "q", "s"),
    *("samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr", "col", "colgroup"),
    *("tbody", "td", "tfoot", "th", "thead", "time"),
}
_SILENT = {"script", "style", "title", "template", "noscript", "object", "iframe", "svg"}
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
_OUTSIDE_REFERENCE = re.compile(r"url\s*\(|image-set|expression|@import|\\", re.IGNORECASE)
_OWN_IMAGE = re.compile(r"\s*(cid:|data:image/(png|jpe?g|gif|webp|bmp);)", re.IGNORECASE)
_REMOTE_IMAGE = re.compile(r"\s*https?://", re.IGNORECASE)


def sanitise(html: str, *, remote_images: bool = False) -> str:
    """HTML that can be shown in a sandboxed frame: no script, form, frame or style sheet, and no request to anywhere
    unless `remote_images` were asked for. Images of the mail itself (`cid:`, `data:`) stay."""

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "style":
            return None if _OUTSIDE_REFERENCE.search(value) else value
        if attribute == "src":
            is_allowed = _OWN_IMAGE.match(value) or (remote_images and _REMOTE_IMAGE.match(value))
            return value if tag == "img" and is_allowed else None
        return None if attribute == "href" and value.strip().lower().startswith(("data:", "cid:")) else value

    if not is_bearable(html):
        return f"<pre>{escape(words(html))}</pre>"
    return nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_SILENT,
        attributes=_ATTRIBUTES,
        attribute_filter=keep,
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        filter_style_properties=_STYLES,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
