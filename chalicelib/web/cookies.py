"""The three cookies of the desk: who is signed in, the chosen language, and what was just done."""

from datetime import timedelta

LANGUAGE = "lang"
DONE = "done"


def session_name(is_secure: bool) -> str:
    """Over https the prefix makes browsers insist on Secure and Path=/ (RFC 6265bis, 4.1.3.2)."""
    return "__Host-session" if is_secure else "session"


def read(header: str) -> dict[str, str]:
    """Of two cookies of one name the first counts: browsers send the one with the longer path first."""
    pairs = [part.strip().partition("=") for part in header.split(";")]
    return {name: value for name, _, value in reversed(pairs)}


def header(name: str, value: str, path: str, *, is_secure: bool, lasts: timedelta | None = None) -> str:
    """A Set-Cookie value; without `lasts` the cookie ends with the browser, with zero it is removed."""
    parts = [f"{name}={value}", f"Path={path}", "HttpOnly", "SameSite=Lax"]
    if lasts is not None:
        parts.append(f"Max-Age={int(lasts.total_seconds())}")
    if is_secure:
        parts.append("Secure")
    return "; ".join(parts)
