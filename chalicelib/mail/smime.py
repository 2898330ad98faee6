"""S/MIME whose content lies inside its signature (RFC 8551 3.5.2): the mail that was signed. Nothing is verified."""

from collections.abc import Iterator

_SIGNED = bytes.fromhex("2a864886f70d010702")
_ENCRYPTED = (bytes.fromhex("2a864886f70d010703"), bytes.fromhex("2a864886f70d010910010117"))
_OBJECT_ID, _BYTES, _PARTED_BYTES = 0x06, 0x04, 0x24
_SEQUENCE, _FIRST_FIELD = 0x30, 0xA0
_MOST_VALUES = 100_000
_DEEPEST = 20


def signed_content(message: bytes) -> bytes | None:
    """The bytes that a CMS SignedData (RFC 5652 5) holds in DER or BER; None where it is something else or damaged."""
    try:
        kind, content = _content_info(message)
        if kind != _SIGNED:
            return None
        enclosed = _first(_only(content), _SEQUENCE)
        return _joined(_first(enclosed, _FIRST_FIELD)) or None
    except ValueError:
        return None


def is_encrypted(message: bytes) -> bool:
    """Whether it is CMS EnvelopedData or AuthEnvelopedData: nobody reads it without the receiver's key."""
    try:
        return _content_info(message)[0] in _ENCRYPTED
    except ValueError:
        return False


def _content_info(message: bytes) -> tuple[bytes, bytes]:
    """The object id of the kind and the content."""
    fields = _only(message)
    return _first(fields, _OBJECT_ID), _first(fields, _FIRST_FIELD)


def _first(fields: bytes, tag: int) -> bytes:
    for found, value in _values(fields):
        if found == tag:
            return value
    raise ValueError("a field is missing")


def _only(content: bytes) -> bytes:
    """What the sequence holds with which the content starts."""
    tag, value = next(_values(content), (0, b""))
    if tag != _SEQUENCE:
        raise ValueError("not what stands there in CMS")
    return value


def _joined(content: bytes, depth: int = 0) -> bytes:
    """An octet string, in BER perhaps in parts."""
    if depth > _DEEPEST:
        raise ValueError("too deep")
    pieces = []
    for tag, value in _values(content):
        if tag == _BYTES:
            pieces.append(value)
        elif tag == _PARTED_BYTES:
            pieces.append(_joined(value, depth + 1))
    return b"".join(pieces)


def _values(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each value one after another (X.690 8.1). ValueError where the bytes end too early."""
    place = 0
    for _ in range(_MOST_VALUES):
        if place >= len(content) or content[place : place + 2] == b"\0\0":
            return
        tag, start, end, after = _extent(content, place)
        yield tag, content[start:end]
        place = after


def _extent(content: bytes, place: int, depth: int = 0) -> tuple[int, int, int, int]:
    """Tag, where the value starts and ends, and where the next one starts: after two zeros for an open length."""
    if place + 2 > len(content) or depth > _DEEPEST:
        raise ValueError("cut off")
    tag, size, start = content[place], content[place + 1], place + 2
    if size == 0x80:
        end = start
        for _ in range(_MOST_VALUES):
            if content[end : end + 2] == b"\0\0":
                return tag, start, end, end + 2
            end = _extent(content, end, depth + 1)[3]
        raise ValueError("too many values")
    if size > 0x80:
        digits = size & 0x7F
        size, start = int.from_bytes(content[start : start + digits], "big"), start + digits
    if start + size > len(content):
        raise ValueError("cut off")
    return tag, start, start + size, start + size
