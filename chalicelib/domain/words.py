"""The closed lists of words that several parts of the domain share. The values are what is stored and sent."""

from enum import StrEnum
from typing import TypeVar

from chalicelib.domain.errors import InvalidInput

_Word = TypeVar("_Word", bound=StrEnum)


class Status(StrEnum):
    OPEN = "open"
    PENDING = "pending"  # waiting on the customer
    ON_HOLD = "on_hold"  # waiting on someone else
    RESOLVED = "resolved"
    CLOSED = "closed"


class Priority(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class Kind(StrEnum):
    """What a customer wants of us; a ticket has none until somebody says it."""

    QUESTION = "question"
    REQUEST = "request"
    PROBLEM = "problem"  # something does not work
    COMPLAINT = "complaint"  # about what we did
    CLAIM = "claim"  # money or goods back
    PRAISE = "praise"


class Source(StrEnum):
    """The way on which a ticket came in."""

    FORM = "form"
    EMAIL = "email"
    PHONE = "phone"
    CHAT = "chat"
    API = "api"


class Role(StrEnum):
    """What a person of the desk may do (rule 25)."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    CONTRIBUTOR = "contributor"


def word_of(words: type[_Word], written: str) -> _Word:
    """What our own pages send is in the list. Raises InvalidInput("form_unreadable")."""
    if written not in tuple(words):
        raise InvalidInput("form_unreadable")
    return words(written)
