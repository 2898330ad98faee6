"""What a browser calls itself, in the words of its user: good enough to tell one's own devices apart.

https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/User-Agent
"""

# The first that is found counts: most browsers claim to be those below them as well.
_BROWSERS = {
    "SamsungBrowser/": "Samsung Internet",
    "Whale/": "Whale",
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def name_of(user_agent: str) -> str:
    """Such as "Firefox · Windows"; the beginning of what it says where nothing of it is known, "" for nothing."""
    found = (_first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent))
    return " · ".join(filter(None, found)) or user_agent[:60]


def _first(names: dict[str, str], user_agent: str) -> str:
    return next((name for mark, name in names.items() if mark in user_agent), "")
