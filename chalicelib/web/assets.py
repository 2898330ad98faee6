"""Files that every visitor gets alike, under names that carry a hash of their content: cached for ever, never stale.

The style sheets, one a part of the desk, leave as one file.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

STYLE_SHEETS = (
    "tokens.css",
    "base.css",
    "controls.css",
    "public.css",
    "console.css",
    "queue.css",
    "items.css",
    "quarantine.css",
    "promises.css",
    "ticket.css",
    "macros.css",
    "reports.css",
    "people.css",
)
_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Asset:
    """`name` is the one with the hash."""

    name: str
    content: str
    content_type: str


def find(hashed_name: str) -> Asset | None:
    return _BY_HASHED_NAME.get(hashed_name)


def path_of(name: str) -> str:
    """The path of a file by its plain name, such as "desk.css". Raises KeyError."""
    return f"/static/{_BY_NAME[name].name}"


def _assets() -> Iterator[tuple[str, Asset]]:
    yield "desk.css", _asset("desk.css", "\n".join((_FOLDER / name).read_text("utf-8") for name in STYLE_SHEETS))
    for path in sorted(_FOLDER.iterdir()):
        if path.suffix in _TYPES and path.suffix != ".css":
            yield path.name, _asset(path.name, path.read_text("utf-8"))


def _asset(name: str, content: str) -> Asset:
    stem, _, suffix = name.rpartition(".")
    digest = hashlib.sha256(content.encode()).hexdigest()[:12]
    return Asset(f"{stem}.{digest}.{suffix}", content, _TYPES[f".{suffix}"])


_BY_NAME = dict(_assets())
_BY_HASHED_NAME = {asset.name: asset for asset in _BY_NAME.values()}
