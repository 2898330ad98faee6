"""A mail as it came, shown so that it can do nothing: as designed, and its source.

Its HTML stands in a document of its own that may run nothing and fetch nothing, in a frame without an origin. What we
say about it stands outside, on a page of ours that holds the frame.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from urllib.parse import urlencode

from chalice.app import Response

from chalicelib import i18n
from chalicelib.mail.charsets import decode
from chalicelib.mail.pictures import Pictures
from chalicelib.mail.read import read
from chalicelib.mail.safe_html import SafeHtml, sanitise
from chalicelib.web import pages
from chalicelib.web.shown import file_size
from chalicelib.web.visit import Visit

_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
_KEPT_BY_THE_BROWSER = "private, max-age=300"
_LARGEST_DOCUMENT = 5_500_000  # characters as JSON; Lambda hands over 6 MB
_LARGEST_SOURCE = 200_000
_LARGEST_TEXT = 500_000
_MOST_HOSTS_NAMED = 4
_FRAMED_BY_US = {"X-Frame-Options": "SAMEORIGIN", "Referrer-Policy": "no-referrer"}


@dataclass(frozen=True)
class _Designed:
    """`others` are the mail's pictures that its HTML doesn't show: name and source, "" for one that is too large."""

    safe: SafeHtml
    others: tuple[tuple[str, str], ...]


def page(visit: Visit, raw: bytes, document_path: str, **query: str) -> Response:
    """What there is to know about a mail, around the frame with its document. `?images=1` loads remote pictures;
    `query` is what else the two addresses need."""
    safe = _designed(raw, shows_remote=False).safe
    hosts = safe.remote_hosts[:_MOST_HOSTS_NAMED]
    shows_remote = _shows_remote(visit)
    loading = query | {"images": "1"}
    values = {
        "safe": safe,
        "hosts": ", ".join(hosts) + ("…" if len(safe.remote_hosts) > len(hosts) else ""),
        "shows_remote": shows_remote,
        "sandbox": _SANDBOX,
        "document": _address(visit, document_path, loading if shows_remote else query),
        "other_way": _address(visit, visit.path, query if shows_remote else loading),
    }
    response = pages.render(visit, "agent/mail.html", values)
    policy = pages.SECURITY_HEADERS["Content-Security-Policy"]
    policy = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    response.headers.update(_FRAMED_BY_US | {"Content-Security-Policy": policy})
    return response


def document(visit: Visit, raw: bytes) -> Response:
    """The mail's own HTML made safe; without any, its text."""
    shows_remote = _shows_remote(visit)
    values = {"mail": _designed(raw, shows_remote=shows_remote)}
    response = pages.render(visit, "agent/mail_document.html", values, cache=_KEPT_BY_THE_BROWSER)
    images = "data: https:" if shows_remote else "data:"
    policy = (
        f"sandbox {_SANDBOX}; default-src 'none'; img-src {images}; style-src 'unsafe-inline'; "
        "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    )
    response.headers.update(_FRAMED_BY_US | {"Content-Security-Policy": policy})
    return response


def source(visit: Visit, raw: bytes) -> Response:
    """How the mail begins, header and all, as plain text."""
    text = decode(raw[:_LARGEST_SOURCE]).text
    if len(raw) > _LARGEST_SOURCE:
        t = partial(i18n.text, visit.language)
        text = f"{text}\n\n[… {t('mail.source_cut', size=file_size(len(raw)))}]\n"
    headers: dict[str, str | list[str]] = {
        "Content-Type": "text/plain; charset=utf-8",
        "Cache-Control": pages.NOT_STORED,
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
    }
    return Response(text, headers)


def _address(visit: Visit, path: str, query: Mapping[str, str]) -> str:
    return visit.url(path) + (f"?{urlencode(query)}" if query else "")


def _designed(raw: bytes, *, shows_remote: bool) -> _Designed:
    """Pictures get the room that the HTML leaves. HTML that leaves none is shown as its text, as far as that fits."""
    mail = read(raw)
    room = _LARGEST_DOCUMENT - _length(mail.html)
    pictures = Pictures(mail.attachments, max(room, 0))
    safe = sanitise(mail.html, pictures, remote_images=shows_remote)
    if safe.is_too_complex or not mail.html.strip() or _length(safe.html) > _LARGEST_DOCUMENT:
        safe = SafeHtml(_as_text(mail.text), is_too_complex=bool(mail.html.strip()))
        pictures = Pictures(mail.attachments, max(_LARGEST_DOCUMENT - _length(safe.html), 0))
    return _Designed(safe, tuple(pictures.others()))


def _as_text(text: str) -> str:
    shown = text[:_LARGEST_TEXT]
    return f"<pre>{escape(shown)}{'…' if len(text) > len(shown) else ''}</pre>"


def _length(html: str) -> int:
    return len(json.dumps(html))


def _shows_remote(visit: Visit) -> bool:
    return visit.query("images") == "1"
