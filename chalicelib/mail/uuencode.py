"""Files that stand in the text of a mail, uuencoded, as programs older than MIME and some scripts send them."""

import binascii
import re
from dataclasses import dataclass
from itertools import islice

_MOST_FILES = 100
_FILE = re.compile(
    r"^begin [0-7]{3,4} (?P<name>[^\n]{1,200})\n(?P<lines>(?:[ -`]{1,90}\n++)++)end[ \t]*$", re.MULTILINE
)


@dataclass(frozen=True)
class File:
    name: str
    content: bytes


def extract(text: str) -> tuple[str, list[File]]:
    """The text without the files that are whole, and those. What is damaged or has no end stays text. Lines end
    with \\n."""
    pieces: list[str] = []
    files: list[File] = []
    done = 0
    for found in islice(_FILE.finditer(text), _MOST_FILES):
        if content := _decoded(found["lines"]):
            pieces.append(text[done : found.start()])
            files.append(File(found["name"].strip(), content))
            done = found.end()
    return "".join([*pieces, text[done:]]), files


def _decoded(lines: str) -> bytes:
    """Empty where a line holds less than it says."""
    try:
        return b"".join(_line(line) for line in lines.split("\n") if line)
    except binascii.Error:
        return b""


def _line(line: str) -> bytes:
    """Trailing spaces, which stand for zeros, get lost on the way, and some writers add a checksum character."""
    size = (ord(line[0]) - 32) & 63
    length = (size + 2) // 3 * 4 + 1
    if len(line) < length // 2:
        raise binascii.Error
    return binascii.a2b_uu(line[:length].ljust(length))
