"""Where a link really leads when its words say otherwise: what phishing mail lives on."""

import re
import unicodedata
from urllib.parse import parse_qsl, unquote

# The grammar of browsers (WHATWG URL), without what they read as a host only after a repair.
_URL = re.compile(r"(?:https?:)?//(?:[^/?#\\]*@)?([^/?#\\@]+?)(:\d{0,5})?(?=[/?#]|$)(.*)", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]{2,45}\]")
_LONGEST_LABEL = 63
_MOST_WORDS = 20_000
_DROPPED_IN_URLS = str.maketrans("", "", "\t\n\r")
_OTHER_STOPS = str.maketrans("\u3002\uff0e\uff61", "...")
# What takes no room, or hardly any, though its category says that it does.
_THIN = {"\u115f", "\u1160", "\u3164", "\uffa0", *map(chr, range(0x2004, 0x200B)), "\u202f", "\u205f"}
_INVISIBLE_CATEGORIES = {"Cf", "Mn", "Me", "Cc", "Cn"}
_BLANKS = "\t\n\r\f"
_NAME = re.compile(r"(?<![\w-])[\w-]+(?:[.\u3002][\w-]+)+|\[[0-9a-f:]{2,39}\]")
_NUMBERS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_LAST_LABEL = re.compile(r"[a-z]{2,24}|xn--[a-z0-9-]+")
# Hangul names of two syllables alone, as there are: three make the end of a sentence, with the next one glued to it.
_FOREIGN_LAST_LABEL = re.compile(r"(?![\uac00-\ud7a3]{3})[^\W\d_]{2,12}")
_FILE_SUFFIXES = {
    *("csv", "doc", "docx", "eml", "gif", "hwp", "hwpx", "htm", "html", "ics", "jpeg", "jpg", "js", "json"),
    *("pdf", "png", "ppt", "pptx", "txt", "webp", "xls", "xlsx", "xml"),
}


def true_address(words: str, href: str) -> str:
    """The host, or for `mailto:` the addresses, behind words that name another one; "" when they don't. Behind more
    words than anybody reads it is told in any case.

    A host outside ASCII is written as it is looked up (RFC 5891): its letters may only look like others.
    """
    addresses = _addresses(href)
    if len(words) > _MOST_WORDS:
        return ", ".join(addresses)
    hosts = [address.rpartition("@")[2] for address in addresses]
    named = _names(words)
    return "" if all(_is_same(name, host) for name in named for host in hosts) else ", ".join(addresses)


def web_address(url: str) -> str:
    """The URL with its host spelled as `host_of` does and nothing before it, so that it leads where we say it does.

    "" for what is none of the web, or has a host that we can't read as browsers do.
    """
    plain = url.translate(_DROPPED_IN_URLS).strip()
    found, host = _URL.match(plain), host_of(plain)
    if not (found and host):
        return ""
    scheme = "http" if plain[:5].lower() == "http:" else "https"
    return f"{scheme}://{host}{found[2] or ''}{found[3]}"


def host_of(url: str) -> str:
    """In lower case and ASCII, without a port; "" where it can't be read."""
    found = _URL.match(url)
    host = ".".join(map(_looked_up, unquote(found[1]).translate(_OTHER_STOPS).split("."))) if found else ""
    return host if _HOST.fullmatch(host) else ""


def _looked_up(label: str) -> str:
    """As browsers look it up: UTS 46, non-transitional, for which Python's own codec is too old."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", label).lower())
    visible = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    if visible.isascii() or len(visible) > _LONGEST_LABEL:
        return visible
    try:
        return f"xn--{visible.encode('punycode').decode()}"
    except UnicodeError:
        return ""


def _addresses(href: str) -> list[str]:
    """Of `mailto:` every receiver, hidden copies among them (RFC 6068)."""
    scheme, _, rest = href.partition(":")
    if scheme.lower() != "mailto":
        return [host] if (host := host_of(href)) else []
    to, _, fields = rest.partition("?")
    copies = (value for name, value in parse_qsl(fields.replace("+", "%2b")) if name.lower() in {"to", "cc", "bcc"})
    named = (address.strip().lower() for each in (unquote(to), *copies) for address in each.split(","))
    return list(dict.fromkeys(address for address in named if address))


def _names(words: str) -> list[str]:
    """What looks like a host's name, with the tricks undone that make one look like it in spite of its characters."""
    plain = unicodedata.normalize("NFKC", "".join(filter(_is_visible, words))).lower()
    return [name for name in _NAME.findall("".join(filter(_is_visible, plain))) if _is_host(name)]


def _is_visible(character: str) -> bool:
    if character in _BLANKS:
        return True
    return character not in _THIN and unicodedata.category(character) not in _INVISIBLE_CATEGORIES


def _is_host(name: str) -> bool:
    """A stop of East Asian sentences divides a host's name as well: it does where that ends like a Western one."""
    if name.startswith("[") or _NUMBERS.fullmatch(name):
        return True
    first, last = re.split(r"[.\u3002](?=[^.\u3002]*$)", name)
    if _LAST_LABEL.fullmatch(last):
        return last not in _FILE_SUFFIXES
    return name[len(first)] == "." and not last.isascii() and bool(_FOREIGN_LAST_LABEL.fullmatch(last))


def _is_same(name: str, host: str) -> bool:
    """A name without its first label is taken for the same: what belongs to a name's owner lies below it."""
    name, host = name.replace("\u3002", ".").removeprefix("www."), host.rstrip(".")
    return host == name or host.endswith(f".{name}")
