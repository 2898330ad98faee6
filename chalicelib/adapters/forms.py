"""Which ticket a form submission made, so that one that comes twice makes one ticket."""

from datetime import datetime, timedelta

from chalicelib.adapters.items import FormItem

REMEMBERED_FOR = timedelta(days=30)


def find_number(submission_id: str) -> int | None:
    """The ticket of a submission, None when there is none yet."""
    try:
        return int(FormItem.get(_key(submission_id), "FORM", consistent_read=True).body["ticket"])
    except FormItem.DoesNotExist:
        return None


def item_of(submission_id: str, number: int, now: datetime) -> FormItem:
    expires_at = int((now + REMEMBERED_FOR).timestamp())
    return FormItem(_key(submission_id), "FORM", body={"ticket": number}, expires_at=expires_at)


def _key(submission_id: str) -> str:
    return f"FORM#{submission_id}"
