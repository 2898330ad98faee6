"""text/enriched (RFC 1896) and its forerunner text/richtext (RFC 1341) to plain text."""

import re

_COMMAND = re.compile(r"<(/?)([A-Za-z0-9-]{1,60})>")
_LINE_ENDS = re.compile(r"\n+")
_UNSEEN = {"param", "comment"}
_SPELLED = {"nl": "\n", "np": "\n", "paragraph": "\n", "lt": "<"}


def to_text(source: str) -> str:
    """The words: one line end is a space and two are one, `<<` is `<`. Lines of `source` end with \\n."""
    pieces: list[str] = []
    hidden = 0
    done = 0
    guarded = source.replace("<<", "\0")
    for found in _COMMAND.finditer(guarded):
        if not hidden:
            pieces.append(guarded[done : found.start()])
        done = found.end()
        closes, command = bool(found[1]), found[2].lower()
        if command in _UNSEEN:
            hidden = max(0, hidden - 1 if closes else hidden + 1)
        elif not closes and not hidden:
            pieces.append(_SPELLED.get(command, ""))
    pieces.append(guarded[done:])
    return _LINE_ENDS.sub(_folded, "".join(pieces)).replace("\0", "<")


def _folded(ends: re.Match[str]) -> str:
    return "\n" * (len(ends[0]) - 1) or " "
