"""What a part is and holds: transfer encodings (RFC 2045 6) undone, also where they are misnamed, cut, or followed by
somebody's words."""

import base64
import binascii
import quopri
import re
import string
from copy import copy
from email.errors import MessageError
from email.message import Message
from email.policy import compat32
from itertools import islice

from chalicelib.mail import headers, uuencode
from chalicelib.mail.structure import inner

_AS_IT_CAME = compat32.clone(mangle_from_=False, max_line_length=0)
_TYPE = re.compile(r"\s*\"?([\w.+-]{1,60})/([\w.+-]{1,100})")

_NO_LETTERS = bytes(set(range(256)).difference(string.ascii_letters.encode() + string.digits.encode() + b"+/"))
_END_OF_BASE64 = re.compile(rb"=[=\s]*(?=[^=\s])|\n(?=[^\r\n]*[^A-Za-z0-9+/=\r\n])")
_FIRST_LINE = re.compile(rb"\s*(?:[A-Za-z0-9+/]{4}){6,}+={0,2}\s")
_LONGEST_TYPE = 161
_MOST_ENDS = 100
_WORD = re.compile(r"[a-z0-9]+")
_BYTES_TO_JUDGE_BY = 4_000


def content_type(part: Message) -> str:
    """Like "text/plain", also where a semicolon is missing after it; what the parser takes it for otherwise."""
    found = _TYPE.match(headers.first_value(part, "Content-Type"))
    return f"{found[1]}/{found[2]}".lower() if found else part.get_content_type()[:_LONGEST_TYPE]


def disposition(part: Message) -> str:
    """The first word of Content-Disposition in lower case, "" without one."""
    words = re.findall(r"[A-Za-z-]+", headers.first_value(part, "Content-Disposition")[:100])
    return words[0].lower() if words else ""


def content(part: Message) -> bytes:
    """The bytes of a part with its transfer encoding undone, a mail within the mail written out again. Never raises."""
    label = headers.first_value(part, "Content-Transfer-Encoding")[:100]
    if not part.is_multipart():
        return decoded(_as_sent(part), label)
    written = b"\n".join(map(_written_out, inner(part)))
    return decoded(written.lstrip(b"\r\n"), label) if label.strip().lower() == "base64" else written


def encoded_text(part: Message) -> str:
    """The content of a part without parts as it stands in the mail, bytes beyond ASCII as surrogates."""
    return _as_sent(part).decode("ascii", "surrogateescape")


def _as_sent(part: Message) -> bytes:
    """`get_payload` gives bytes for certain only when it is told to undo an encoding: then there must be none."""
    unlabelled = copy(part)
    del unlabelled["Content-Transfer-Encoding"]
    raw = unlabelled.get_payload(decode=True)
    return raw if isinstance(raw, bytes) else b""


def _written_out(message: Message) -> bytes:
    try:
        return message.as_bytes(policy=_AS_IT_CAME)
    except (MessageError, ValueError, LookupError, TypeError, AttributeError):  # it is stricter than the parser
        return b"\n".join(map(_written_out, inner(message))) or _as_sent(message)


def decoded(raw: bytes, label: str) -> bytes:
    """The content; as it stands where the label names nothing that could be undone. Never raises."""
    match "".join(_WORD.findall(label.partition("(")[0].lower())):
        case "base64" | "b64" | "b" | "xbase64" | "mime64":
            return _from_base64(raw)
        case "quotedprintable" | "qp" | "quoteprintable" | "quotedprintible" | "q" | "printable":
            return quopri.decodestring(raw)
        case "xuuencode" | "uuencode" | "xuue" | "uue" | "xuu":
            _, files = uuencode.extract(raw.decode("latin-1").replace("\r\n", "\n"))
            return b"".join(file.content for file in files) or raw
    return raw


def _from_base64(raw: bytes) -> bytes:
    """What was added after the end, as mailing lists do, follows as it stands; what was never encoded stays."""
    if not (_FIRST_LINE.match(raw) or _looks_like_base64(raw, 0)):
        return raw
    pieces: list[bytes] = []
    start = 0
    for end in islice(_END_OF_BASE64.finditer(raw), _MOST_ENDS):
        if not _looks_like_base64(raw, end.end()):
            return b"".join([*pieces, _whole(raw[start : end.start()]), b"\n", raw[end.end() :]])
        if end[0].startswith(b"="):
            pieces.append(_whole(raw[start : end.start()]))
            start = end.end()
    return b"".join([*pieces, _whole(raw[start:])])


def _looks_like_base64(raw: bytes, start: int) -> bool:
    """By what comes first: damage hits a letter here and there, words have their spaces and marks."""
    head = raw[start : start + _BYTES_TO_JUDGE_BY].translate(None, delete=b"\r\n=")
    letters = head.translate(None, delete=_NO_LETTERS)
    return (len(head) - len(letters)) * 8 <= len(head)


def _whole(raw: bytes) -> bytes:
    """Junk left out, padding added, a letter too many dropped."""
    letters = raw.translate(None, delete=_NO_LETTERS)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        return base64.b64decode(letters + b"=" * (-len(letters) % 4))
    except binascii.Error:
        return raw
