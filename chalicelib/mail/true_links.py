"""Where a link really leads when its words say otherwise: what phishing mail lives on."""

import re
import unicodedata
from urllib.parse import urlsplit

_LONGEST_WORDS = 1_000
_LONGEST_HOST = 253
_NAME = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_LAST_LABEL = re.compile(r"[a-z]{2,24}|xn--[a-z0-9-]+")
_FILE_SUFFIXES = {
    *("csv", "doc", "docx", "eml", "gif", "hwp", "hwpx", "htm", "html", "ics", "jpeg", "jpg", "js", "json"),
    *("pdf", "png", "ppt", "pptx", "txt", "webp", "xls", "xlsx", "xml"),
}


def true_address(words: str, href: str) -> str:
    """The host, or for `mailto:` the address, behind words that name another one; "" when they don't.

    A host outside ASCII is written as it is looked up (RFC 5891): its letters may only look like others.
    """
    address = _address(href)
    host = address.rpartition("@")[2]
    named = _names(words)
    return "" if all(_is_same(name, host) for name in named) else address


def host_of(url: str) -> str:
    """In lower case and ASCII, without a port; what is no host of the web as Python spells its letters."""
    try:
        host = (urlsplit(url).hostname or "")[:_LONGEST_HOST]
    except ValueError:
        return ""
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host.encode("ascii", "backslashreplace").decode()


def _address(href: str) -> str:
    scheme, _, rest = href.partition(":")
    return rest.partition("?")[0].lower() if scheme.lower() == "mailto" else host_of(href)


def _names(words: str) -> list[str]:
    """What looks like a host's name, with the tricks undone that make one look like it in spite of its characters."""
    plain = unicodedata.normalize("NFKC", words[:_LONGEST_WORDS]).lower().replace("\u3002", ".")
    seen = "".join(character for character in plain if unicodedata.category(character) != "Cf")
    return [name for name in _NAME.findall(seen) if _is_host(name)]


def _is_host(name: str) -> bool:
    last = name.rpartition(".")[2]
    return bool(_LAST_LABEL.fullmatch(last)) and last not in _FILE_SUFFIXES


def _is_same(name: str, host: str) -> bool:
    """A name without its first label is taken for the same: what belongs to a name's owner lies below it."""
    name = name.removeprefix("www.")
    return host == name or host.endswith(f".{name}")
