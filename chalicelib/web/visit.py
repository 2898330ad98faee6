"""One request and what every page needs to know about it: settings, instant, language, who is signed in."""

from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlencode, urlsplit

from chalice.app import Request

from chalicelib.adapters import settings as settings_store
from chalicelib.desk import sessions
from chalicelib.domain.agent import Agent
from chalicelib.domain.errors import NotSignedIn
from chalicelib.domain.settings import Settings
from chalicelib.i18n import LANGUAGES
from chalicelib.web import cookies

_UNKNOWN = "unknown"
_LONGEST_ADDRESS = 45  # an IPv6 address that holds one of IPv4 in dots


@dataclass(frozen=True)
class Visit:
    """`now` is when the request came in (aware UTC), `signed_in` the agent on pages of the console."""

    request: Request
    settings: Settings
    now: datetime
    language: str
    signed_in: Agent | None = None

    @property
    def agent(self) -> Agent:
        """Raises NotSignedIn."""
        if self.signed_in is None:
            raise NotSignedIn("session_ended")
        return self.signed_in

    @property
    def is_secure(self) -> bool:
        return urlsplit(self.settings.address).scheme == "https"

    @property
    def path(self) -> str:
        """The path as the visitor asked for it, without prefix and query."""
        path = self.request.path
        for name, value in (self.request.uri_params or {}).items():
            path = path.replace(f"{{{name}}}", value)
        return path

    def url(self, path: str) -> str:
        """The link to a path of ours; every link of a page is made here, since the desk may live under a prefix."""
        return self.settings.link_prefix + path

    def in_language(self, language: str) -> str:
        """This same page in another language."""
        query = {str(name): self.query(name) for name in self.request.query_params or {}}
        return self.url(f"{self.path}?{urlencode(query | {'lang': language})}")

    def query(self, name: str) -> str:
        """A value of the query string, "" when it is not there."""
        query = self.request.query_params
        return str(query.get(name, "")) if query else ""

    def header(self, name: str) -> str:
        return str(self.request.headers.get(name, "") or "")

    def cookie(self, name: str) -> str:
        return cookies.read(self.header("cookie")).get(name, "")

    @property
    def session(self) -> str:
        return self.cookie(cookies.session_name(self.is_secure))

    @property
    def remote_address(self) -> str:
        """The visitor's address as CloudFront saw it; behind it stands CloudFront's own, which the gateway adds.

        Without CloudFront it is the one that the gateway saw; "unknown" for what is no address.
        """
        seen = [part.strip() for part in self.header("x-forwarded-for").split(",") if part.strip()]
        gateway_saw = str(self.request.context.get("identity", {}).get("sourceIp", ""))
        return _address(seen[-2] if len(seen) > 1 else gateway_saw)


def arrive(request: Request, now: datetime) -> Visit:
    """A visit of somebody unknown, in the language that they chose or that their browser asks for."""
    visit = Visit(request, settings_store.get(), now, "")
    return replace(visit, language=_chosen(visit) or _accepted(visit))


def sign_in(visit: Visit) -> Visit:
    """The visit with its agent, in the agent's own language unless another was chosen in this browser.

    Raises NotSignedIn.
    """
    agent = sessions.agent_of(visit.session or None, visit.now)
    return replace(visit, signed_in=agent, language=_chosen(visit) or agent.language)


def _address(written: str) -> str:
    """In the one spelling of an address, so that its limits can't be met twice."""
    try:
        return str(ip_address(written)) if len(written) <= _LONGEST_ADDRESS else _UNKNOWN
    except ValueError:
        return _UNKNOWN


def _chosen(visit: Visit) -> str:
    wishes = (visit.query("lang"), visit.cookie(cookies.LANGUAGE))
    return next((wish for wish in wishes if wish in LANGUAGES), "")


def _accepted(visit: Visit) -> str:
    """The first language of Accept-Language by weight that we speak (RFC 9110, 12.5.4), else the desk's."""
    ranges = [part.strip().partition(";") for part in visit.header("accept-language").lower().split(",")]
    ranked = sorted(ranges, key=lambda part: -_weight(part[2]))
    primary = (name.strip().split("-")[0] for name, _, weight in ranked if _weight(weight) > 0)
    return next((name for name in primary if name in LANGUAGES), visit.settings.language)


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
