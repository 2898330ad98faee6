"""What a refusal of the desk says to a person at the command line: the words of its pages."""

from reprlib import Repr

from chalicelib import i18n
from chalicelib.domain.errors import DeskError

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxlong = _SHORT.maxother = 80


def of_refusal(refusal: DeskError) -> str:
    key = f"error.{refusal.code}"
    safe = {name: shown(value)[1:-1] if isinstance(value, str) else value for name, value in refusal.params.items()}
    return i18n.text("en", key, **safe) if i18n.has(key) else f"The desk refuses: {refusal.code}."


def shown(value: object) -> str:
    """What somebody gave, cut, and with escapes for all that a terminal would not print; a text in quotes."""
    return _SHORT.repr(value)
