"""Attachments: a link of ours leads to a short-lived one of the store, so that it can be kept safely."""

from collections.abc import Iterable

from chalice.app import Response

from chalicelib.adapters import files, tickets
from chalicelib.desk import links
from chalicelib.domain.entry import Entry
from chalicelib.domain.errors import NotFound
from chalicelib.web import pages
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.paths import identifier
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)


@routes.public("/files/{token}")
def show(visit: Visit, token: str) -> Response:
    """A file of a reply that was too large for its mail."""
    number, entry_id, place = links.read_file(visit.settings, token)
    public = (entry for entry in tickets.get_page(number).entries if entry.is_public)
    return send_to(public, str(entry_id), str(place))


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
