"""What a refusal of the desk says to a person at the command line: the words of its pages."""

from chalicelib import i18n
from chalicelib.domain.errors import DeskError


def of_refusal(refusal: DeskError) -> str:
    key = f"error.{refusal.code}"
    return i18n.text("en", key, **refusal.params) if i18n.has(key) else f"The desk refuses: {refusal.code}."
