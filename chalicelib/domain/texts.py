"""What people write: how long it may be, and what stands in for a subject that nobody wrote."""

from chalicelib.domain.errors import InvalidInput

LONGEST_SUBJECT = 250
LONGEST_TEXT = 50_000


def checked_text(text: str) -> str:
    """What a person wrote, without blanks around it. Raises InvalidInput("text_missing" | "text_too_long")."""
    stripped = text.strip()
    if not stripped:
        raise InvalidInput("text_missing", field="text")
    if len(stripped) > LONGEST_TEXT:
        raise InvalidInput("text_too_long", field="text", limit=LONGEST_TEXT)
    return stripped


def subject_of(subject: str, text: str) -> str:
    """The subject in one line, or the first line of the text; cut where it is too long."""
    line = subject.strip() or next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1] + "…"
