"""Plain text in `format=flowed` (RFC 3676), whose lines are to be joined into paragraphs."""

_SIGNATURE = "-- "


def unflow(text: str, *, delete_space: bool = False) -> str:
    """Joins the lines that end with a space to the next one of the same quote depth; `delete_space` is `delsp=yes`."""
    joined: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        depth, words = _without_quotes(line)
        if depth == open_depth and words != _SIGNATURE:
            joined[-1] = (joined[-1].removesuffix(" ") if delete_space else joined[-1]) + words
        else:
            joined.append(">" * depth + (" " if depth and words else "") + words)
        open_depth = depth if words.endswith(" ") and words != _SIGNATURE else -1
    return "\n".join(joined)


def _without_quotes(line: str) -> tuple[int, str]:
    """Quote depth and the words, without the space that stuffing (RFC 3676 4.4) has added."""
    words = line.lstrip(">")
    return len(line) - len(words), words.removeprefix(" ")
