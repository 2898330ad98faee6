"""Plain text in `format=flowed` (RFC 3676), whose lines are to be joined into paragraphs."""

_SIGNATURE = "-- "
_MOST_LINES = 100_000


def is_too_long(text: str) -> bool:
    """Whether `unflow` will leave the end of the text as it is."""
    return text.count("\n") >= _MOST_LINES


def unflow(text: str, *, delete_space: bool = False) -> str:
    """Joins the lines that end with a space to the next one of the same quote depth; `delete_space` is `delsp=yes`."""
    pieces: list[str] = []
    open_depth = -1
    lines = text.split("\n", _MOST_LINES)
    rest = lines[_MOST_LINES:]
    for line in lines[:_MOST_LINES]:
        depth, words = _without_quotes(line)
        if depth == open_depth and words != _SIGNATURE:
            pieces[-1] = pieces[-1].removesuffix(" ") if delete_space else pieces[-1]
            pieces.append(words)
        else:
            pieces += ["\n", ">" * depth, " " if depth and words else "", words]
        open_depth = depth if words.endswith(" ") and words != _SIGNATURE else -1
    return "\n".join(["".join(pieces[1:]), *rest])


def _without_quotes(line: str) -> tuple[int, str]:
    """Quote depth and the words, without the space that stuffing (RFC 3676 4.4) has added."""
    words = line.lstrip(">")
    return len(line) - len(words), words.removeprefix(" ")
