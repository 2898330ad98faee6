"""The reply without what it answers: trims quotations, copied headers, forwarded originals and mobile footers.

Nothing is lost: what is not in the reply is in the quotation, and where trimming would leave nothing, all is shown
(rule 11). In doubt a line is kept, for a quotation too many annoys and an answer too few costs a customer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.mail import quote_marks as marks

_MOST_ATTRIBUTION_LINES = 6
_LONGEST_ATTRIBUTION = 400
_LONGEST_LINE = 500
_MOST_SIGNATURE_LINES = 15
_MOST_FOOTER_LINES = 12
_LONGEST_SALUTATION = 30


class _Kind(StrEnum):
    """One letter each, so that the shape of a mail can be read as a word."""

    EMPTY = "e"
    TEXT = "t"
    QUOTE = "q"
    DELIMITER = "d"
    FOOTER = "f"
    ATTRIBUTION = "a"
    ORIGINAL = "o"
    COPIED_HEADER = "h"


_INTRODUCTIONS = {_Kind.ATTRIBUTION, _Kind.ORIGINAL, _Kind.COPIED_HEADER}
_ENDINGS = {_Kind.EMPTY, _Kind.DELIMITER, _Kind.FOOTER, _Kind.QUOTE}


def split(text: str, html: str = "") -> tuple[str, str]:
    """The reply and the quotation, each without blank lines around it."""
    lines = text.split("\n")
    kinds = _kinds(lines)
    kept = _kept(kinds, lines)
    reply = _joined(lines, kept)
    if not reply:
        return text.strip(), ""
    return reply, _joined(lines, [index for index in range(len(lines)) if index not in set(kept)])


def _joined(lines: Sequence[str], indexes: Sequence[int]) -> str:
    return "\n".join(lines[index] for index in indexes).strip("\n").rstrip()
