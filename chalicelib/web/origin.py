"""Whether a change comes from a page of ours: no other site may make a visitor's browser act here.

Browsers tell in Sec-Fetch-Site (W3C Fetch Metadata), older ones in Origin; programs tell neither and carry no session.
"""

from urllib.parse import urlsplit

from chalicelib.domain.errors import NotAllowed
from chalicelib.web.visit import Visit

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OUR_SITES = frozenset({"same-origin", "none"})


def check(visit: Visit) -> None:
    """Raises NotAllowed("other_origin") for a state change that another site asks for."""
    if visit.request.method not in _SAFE_METHODS and not _is_ours(visit):
        raise NotAllowed("other_origin")


def _is_ours(visit: Visit) -> bool:
    site, origin = visit.header("sec-fetch-site"), visit.header("origin")
    if site:
        return site in _OUR_SITES
    if origin:
        address = urlsplit(visit.settings.address)
        return origin == f"{address.scheme}://{address.netloc}"
    return not visit.session
