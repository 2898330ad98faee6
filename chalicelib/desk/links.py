"""Signed links and reply addresses: each is bound to one purpose and one ticket, and proves that we made it.

Links expire; every mail about a ticket carries a fresh one, dated to when the mail was promised, so that it has the
same words at each try. Reply addresses don't: people answer old mails.
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from chalicelib.domain.errors import InvalidInput, NotFound
from chalicelib.domain.settings import Settings

FORM_LIFE = timedelta(days=2)
LINK_LIFE = timedelta(days=180)
_REPLY_MARK_LENGTH = 24
_LOOKS_SIGNED = re.compile(r"\d{1,15}-[0-9a-f]{8,}")


def status_url(settings: Settings, number: int, at: datetime | None = None) -> str:
    """The customer's page of a ticket; the link's life begins now or `at`."""
    return settings.url(f"/status/{_signer(settings, 'status', at).dumps(number)}")


def read_status(settings: Settings, token: str) -> int:
    """The ticket's number. Raises NotFound("link_invalid")."""
    return int(_read(settings, "status", token))


def survey_url(
    settings: Settings, number: int, resolution: int, score: int | None = None, at: datetime | None = None
) -> str:
    """The survey page, with a score chosen in the mail preselected; the link's life begins now or `at`."""
    token = _signer(settings, "survey", at).dumps([number, resolution])
    return settings.url(f"/survey/{token}" + (f"?score={score}" if score else ""))


def read_survey(settings: Settings, token: str) -> tuple[int, int]:
    """Ticket number and resolution. Raises NotFound("link_invalid")."""
    number, resolution = _read(settings, "survey", token)
    return int(number), int(resolution)


def file_url(settings: Settings, number: int, entry_id: int, place: int, at: datetime | None = None) -> str:
    """An attachment that was too large for a mail, by its place among those of its entry; dated as `status_url`."""
    return settings.url(f"/files/{_signer(settings, 'file', at).dumps([number, entry_id, place])}")


def read_file(settings: Settings, token: str) -> tuple[int, int, int]:
    """Ticket number, entry id and place. Raises NotFound("link_invalid")."""
    number, entry_id, place = _read(settings, "file", token)
    return int(number), int(entry_id), int(place)


def sign_form(settings: Settings, submission_id: str) -> str:
    """Goes with an empty form, so that what comes back has an id of ours and a time at which it was fetched."""
    return str(_signer(settings, "form").dumps(submission_id))


def read_form(settings: Settings, token: str) -> tuple[str, datetime]:
    """Submission id and when the form was fetched (UTC). Raises InvalidInput("form_expired")."""
    signer = _signer(settings, "form")
    try:
        submission_id, signed_at = signer.loads(token, max_age=int(FORM_LIFE.total_seconds()), return_timestamp=True)
    except BadData:
        raise InvalidInput("form_expired") from None
    return str(submission_id), signed_at.astimezone(UTC)


def reply_token(settings: Settings, number: int) -> str:
    """What stands behind the plus of a reply address. Lower case only: some mail servers fold the local part."""
    return f"{number}-{_reply_mark(settings, number)}"


def read_reply_token(settings: Settings, token: str) -> int | None:
    """The ticket's number, None when the signature is not ours (rule 8)."""
    number, _, mark = token.lower().partition("-")
    if not number.isascii() or not number.isdigit() or len(number) > 15:
        return None
    is_ours = hmac.compare_digest(mark.encode(), _reply_mark(settings, int(number)).encode())
    return int(number) if is_ours else None


def looks_signed(token: str) -> bool:
    """Whether somebody meant it for a reply address of ours; other tags behind a plus are nobody's forgery."""
    return bool(_LOOKS_SIGNED.fullmatch(token.lower()))


def _reply_mark(settings: Settings, number: int) -> str:
    message = f"reply:{number}".encode()
    return hmac.new(settings.secret.encode(), message, hashlib.sha256).hexdigest()[:_REPLY_MARK_LENGTH]


class _DatedSigner(TimestampSigner):
    """Dates what it signs to a given instant; itsdangerous knows the present only."""

    def __init__(self, *args: Any, at: datetime | None = None, **others: Any) -> None:
        super().__init__(*args, **others)
        self._at = at

    def get_timestamp(self) -> int:
        return int(self._at.timestamp()) if self._at else super().get_timestamp()


def _signer(settings: Settings, purpose: str, at: datetime | None = None) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret, salt=purpose, signer=_DatedSigner, signer_kwargs={"at": at})


def _read(settings: Settings, purpose: str, token: str) -> Any:
    try:
        return _signer(settings, purpose).loads(token, max_age=int(LINK_LIFE.total_seconds()))
    except BadData:
        raise NotFound("link_invalid") from None
