"""The pictures that a mail brings along, as `data:` URIs (RFC 2397) for HTML that may fetch nothing."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from chalicelib.mail.message import Attachment

_BEGINNINGS = {
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff",
    "gif": b"GIF8",
    "bmp": b"BM",
}


class Pictures:
    """Each asked for takes of the `room`, in characters, as often as it is asked for: what no longer fits has no
    source. What a picture is its bytes tell, never its label; SVG is none, since it can hold script and addresses."""

    def __init__(self, attachments: Iterable[Attachment] = (), room: int = 0) -> None:
        self._all = [attachment for attachment in attachments if _kind(attachment.content)]
        self._by_id = {picture.content_id: picture for picture in self._all if picture.content_id}
        self._named: set[str] = set()
        self._room = room

    def of(self, cid: str) -> Attachment | None:
        """The one that a `cid:` URL names (RFC 2392)."""
        content_id = unquote(cid.strip()[len("cid:") :])
        self._named.add(content_id)
        return self._by_id.get(content_id)

    def source(self, picture: Attachment) -> str:
        """ "" when there is no room for it."""
        needed = len(picture.content) * 4 // 3 + 30
        if needed > self._room:
            return ""
        self._room -= needed
        return f"data:image/{_kind(picture.content)};base64,{b64encode(picture.content).decode()}"

    def others(self) -> Iterator[tuple[str, str]]:
        """Name and source of those that no `cid:` URL has named, as far as there is room."""
        for picture in self._all:
            if picture.content_id not in self._named:
                yield picture.filename, self.source(picture)


def _kind(content: bytes) -> str:
    """As HTML names it, "" for what is no picture that browsers show."""
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    return next((kind for kind, beginning in _BEGINNINGS.items() if content.startswith(beginning)), "")
