"""What the elements of an HTML mail tell of the text in them: programs mark their quotations there in any language."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where in the HTML a text stands. `INDENTED` is a quotation too, but people make those as well as programs."""

    OWN = "own"
    INDENTED = "indented"
    QUOTED = "quoted"
    BELOW_MARK = "below mark"
    FOOTER = "footer"


# What stands in such an element is quoted: Deskbell, Gmail, Thunderbird, Yahoo, Proton, Tuta, Zoho, Missive, Front,
# Airmail, NetEase; Outlook (Mac, new, mobile), Roundcube, Mail.ru; GMX, Spark; Apple Mail. Outlook copies names behind
# an `x_`.
_QUOTATION = re.compile(
    r"class=(?:.*\s)?(?:x_)*(?:deskbell_quote|gmail_quote(?:_container)?|gmail_attr|moz-cite-prefix"
    r"|moz-forward-container|yahoo_quoted|protonmail_quote|tutanota_quote|zmail_extra|missive_quote|front-blockquote"
    r"|bloop_original_html|ntes-mailmaster-quote)(?:\s.*)?"
    r"|id=(?:x_)*(?:OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|reply-intro|mail-app-auto-quote"
    r"|isReplyContent|isForwardContent|yahoo_quoted_\d+|blockquote_zmail)"
    r"|name=(?:quote|messageReplySection)|type=cite",
    re.IGNORECASE | re.DOTALL,
)
# All that follows such an element is quoted: Outlook (web, mobile), Hotmail, Zimbra; Outlook for Windows, Windows Mail.
_MARK = re.compile(
    r"id=(?:x_)*(?:divRplyFwdMsg|appendonsend|stopSpelling|zwchr)|tabindex=-1"
    r"|style=(?:mso-element:\s?para-border-div;)?\s?border:\s?none;\s?border-top:\s?solid [#\w]+ 1\.0pt;\s?"
    r"padding:\s?3\.0pt.*"
    r"|style=.*border-top-color:\s?rgb\(229, ?229, ?229\);.*border-top-style:\s?solid.*",
    re.IGNORECASE | re.DOTALL,
)
_FOOTER = re.compile(r"id=(?:x_)*(?:ms-outlook-mobile-signature|composer_signature|AppleMailSignature)", re.IGNORECASE)
_INDENTATION = re.compile(r"style=(?!.*border-left).*border:\s?(?:none|0).*", re.IGNORECASE | re.DOTALL)
_LONGEST_ATTRIBUTE = 500
_VOID = {"br", "hr", "img"}


@dataclass
class _Element:
    place: Place
    is_blockquote: bool
    is_marked: bool


class Nesting:
    """Follows the tags of tidy HTML and knows in which place, and in how many quotations, the next text stands."""

    def __init__(self) -> None:
        self._open: list[_Element] = []
        self._is_below_mark = False
        self.quote_depth = 0

    @property
    def place(self) -> Place:
        place = self._open[-1].place if self._open else Place.OWN
        return Place.BELOW_MARK if place == Place.OWN and self._is_below_mark else place

    def start(self, tag: str, attributes: Iterable[tuple[str, str | None]]) -> None:
        written = [f"{name}={value}"[:_LONGEST_ATTRIBUTE] for name, value in attributes]
        if self.place == Place.OWN and tag in {"div", "hr"} and any(map(_MARK.fullmatch, written)):
            self._is_below_mark = True
        if tag not in _VOID:
            element = self._element(tag, written)
            self._open.append(element)
            self.quote_depth += element.is_blockquote

    def _element(self, tag: str, written: list[str]) -> _Element:
        place = self._open[-1].place if self._open else Place.OWN
        is_marked = any(map(_QUOTATION.fullmatch, written))
        # Without its line at the left it is mere indentation.
        is_blockquote = tag == "blockquote" and (is_marked or not any(map(_INDENTATION.fullmatch, written)))
        if is_marked:
            place = Place.QUOTED
        elif place == Place.OWN and is_blockquote:
            place = Place.INDENTED
        elif place == Place.OWN and any(map(_FOOTER.fullmatch, written)):
            place = Place.FOOTER
        return _Element(place, is_blockquote, is_marked)

    def end(self, tag: str) -> None:
        if tag in _VOID or not self._open:
            return
        closed = self._open.pop()
        self.quote_depth -= closed.is_blockquote
        if closed.is_blockquote and not self.quote_depth and self._open and self._open[-1].is_marked:
            # Gmail splits a quotation where somebody answers inside of it, and keeps all of it in one element.
            self._open[-1].place = Place.OWN
