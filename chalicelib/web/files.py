"""Attachments: a link of ours leads to a short-lived one of the store, so that it can be kept safely."""

from collections.abc import Iterable

from chalice.app import Response

from chalicelib.adapters import files
from chalicelib.domain.entry import Entry
from chalicelib.domain.errors import NotFound
from chalicelib.web import pages
from chalicelib.web.paths import identifier


def send_mail(raw_key: str, filename: str) -> Response:
    """303 to a mail as it came."""
    return pages.redirect_out(files.original_url(raw_key, filename))


def send_to(entries: Iterable[Entry], entry_id: str, index: str) -> Response:
    """303 to the file at a place among an entry's attachments. Raises NotFound when these entries have none there."""
    wanted, place = identifier(entry_id), identifier(index)
    entry = next((entry for entry in entries if entry.id == wanted), None)
    if entry is None or place >= len(entry.attachments):
        raise NotFound("file_not_found")
    return pages.redirect_out(files.download_url(entry.attachments[place]))
