"""Bytes to text when the label is wrong, vague or missing, as in a good part of the world's mail."""

import codecs
import re
from dataclasses import dataclass

from chalicelib.mail import charset_guess

# Labels that say less than the bytes: the larger set that mailers really mean by them (after the WHATWG encoding
# standard), so that CP949 bytes labelled EUC-KR, or curly quotes labelled Latin-1, come out right.
_MEANT_BY = {
    **dict.fromkeys(
        ("euc_kr", "ks_c_5601-1987", "ks_c_5601", "ksc5601", "ksc_5601", "korean", "uhc", "ms949"), "cp949"
    ),
    **dict.fromkeys(("windows-949", "x-windows-949", "x-euc-kr", "ksc5601-1987", "ks_c_5601-1989"), "cp949"),
    **dict.fromkeys(("iso-ir-149", "ksc-5601", "ks-c-5601-1987", "euckr", "ks_c-5601-1987", "cp51949"), "cp949"),
    **dict.fromkeys(("iso2022-kr", "csiso2022kr", "cp50225"), "iso2022_kr"),
    **dict.fromkeys(("x-johab", "ms1361", "ksc5601-1992"), "johab"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk", "gb_2312-80", "chinese"), "gb18030"),
    **dict.fromkeys(("shift_jis", "x-sjis", "sjis", "shift-jis", "ms_kanji", "windows-31j"), "cp932"),
    **dict.fromkeys(("iso2022_jp", "csiso2022jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_3"), "iso2022_jp_ext"),
    **dict.fromkeys(("cp50220", "cp50221", "cp50222", "iso-2022-jp-ms", "jis"), "iso2022_jp_ext"),
    **dict.fromkeys(("eucjp", "x-euc-jp", "x-euc", "cp51932", "eucjp-ms"), "euc_jp"),
    **dict.fromkeys(("hz-gb-2312", "hzgb"), "hz"),
    **dict.fromkeys(("koi8", "koi", "cskoi8r"), "koi8_r"),
    **dict.fromkeys(("big5", "x-big5", "big5-hkscs"), "big5hkscs"),
    **dict.fromkeys(("iso8859-1", "latin1", "latin-1", "ansi", "x-ansi", "cp819"), "cp1252"),
    **dict.fromkeys(("iso8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("iso-8859-8-i", "iso-8859-8-e"), "iso8859-8"),
    **dict.fromkeys(("iso8859-11", "tis-620"), "cp874"),
    **dict.fromkeys(("unicode-1-1-utf-7", "x-unicode-2-0-utf-7"), "utf-7"),
    **dict.fromkeys(("iso-10646-ucs-2", "ucs-2", "ucs2", "csunicode"), "utf-16"),
    **dict.fromkeys(("x-mac-roman", "mac"), "mac_roman"),
    **dict.fromkeys(("utf8mb4", "unicode-1-1-utf-8", "x-utf-8", "unicode"), "utf-8"),
}
_SAYS_NOTHING = {"", "ascii", "unknown-8bit", "x-unknown", "unknown", "default", "8bit", "7bit", "binary", "none"}
_NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"}
_EAST_ASIAN = {"cp949", "gb18030", "cp932", "big5hkscs", "euc_jp", "johab"}
# What else bytes of a label may be: larger sets that hold the characters which vendors added.
_LARGER = {
    "cp949": ("johab",),
    "cp932": ("shift_jis_2004",),
    "euc_jp": ("euc_jis_2004",),
    "gb18030": ("hz",),
    "iso2022_jp_ext": ("iso2022_jp_3", "iso2022_jp_2004", "iso2022_jp_2"),
    "big5hkscs": ("cp950",),
}
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SAMPLE_SIZE = 20_000
_MOST_TO_CONVERT = 1_000_000
_READS_WELL, _READS_BETTER = 0.8, 0.5
_DOUBTED = {"cp1252": 4, "cp1250": 4, "iso8859-2": 4}
_KNOWN_BY_SIGNS = ("utf", "iso2022", "hz")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_KOREAN_DESIGNATOR = b"\x1b$)C"
_HZ = re.compile(rb"~\{(?:[!-w][!-~])+~\}")
_SEVEN_BIT_SIGN = re.compile(rb"\x1b[$(]|\x0e|\0|~\{(?:[!-w][!-~])+~\}")
_DESIGNATORS = re.compile(rb"\x1b\$(?:[@B]|\)C)")
_ESCAPE = re.compile(rb"\x1b(\$[@B]|\([BJI])")
_ESCAPE_SEQUENCE = re.compile(rb"\$[@B]|\([BJI]")

_SURROGATE = re.compile("[\ud800-\udfff]")  # UTF-7 can spell them; nothing that stores text takes them
_WIDE = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3131-\u318e\u3400-\u9fff\uac00-\ud7a3\uff01-\uff60]")


@dataclass(frozen=True)
class Decoded:
    """`is_guess`: the label was missing or wrong. `is_damaged`: some bytes had to be replaced by U+FFFD."""

    text: str
    charset: str
    is_guess: bool = False
    is_damaged: bool = False


def decode(raw: bytes, label: str = "", hint: str = "") -> Decoded:
    """Text of `raw`, labelled `label`; `hint` is tried where the label is of no use. Never raises."""
    codec = _codec(label)
    text = _strictly(raw, codec) if codec and not _is_really_utf(raw, codec) else None
    if text is not None and not (_is_shifted(raw, codec) or _reads_otherwise(raw, codec)):
        return Decoded(text, codec)
    return _guess(raw, codec, _codec(hint))


def says_something(label: str) -> bool:
    """Whether it names a charset that we know and that is more than ASCII."""
    return bool(_codec(label))


def _codec(label: str) -> str:
    """The Python codec to read a label's bytes with; "" for a label that says nothing."""
    written = label.strip(" \t\r\n'\"").lower().partition(";")[0].partition("*")[0]
    name = written.encode("ascii", "replace").decode()
    try:
        python_name = codecs.lookup(name).name
    except (LookupError, ValueError):
        python_name = name
    meant = _MEANT_BY.get(name) or _MEANT_BY.get(python_name) or python_name
    return "" if meant in _SAYS_NOTHING or not _is_text_codec(meant) else meant


def _is_text_codec(name: str) -> bool:
    """Python also has codecs such as `zip`, which turn bytes into bytes, and may know no codec of this name."""
    try:
        b"a".decode(name)
    except (LookupError, ValueError) as error:
        return isinstance(error, UnicodeError)
    return name.replace("-", "_") not in _NO_CHARSETS


def _strictly(raw: bytes, codec: str) -> str | None:
    """None where the bytes are not of this charset, nor of the larger ones that go by its name."""
    if codec == "iso2022_kr" and not raw.lstrip().startswith(_KOREAN_DESIGNATOR):
        raw = _KOREAN_DESIGNATOR + raw.replace(_KOREAN_DESIGNATOR, b"")
    if codec == "utf-16" and not raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = _utf_16_without_mark(raw) or "utf-16-be"
    for name in (codec, *_LARGER.get(codec, ())):
        try:
            return _SURROGATE.sub("\ufffd", raw.decode(name)).removeprefix("\ufeff")
        except (UnicodeError, ValueError):
            continue
    is_japanese = codec == "iso2022_jp_ext" and len(raw) <= _MOST_TO_CONVERT
    return _with_vendor_characters(raw) if is_japanese else None


def _with_vendor_characters(raw: bytes) -> str | None:
    """ISO-2022-JP as Windows writes it, with circled numbers and the like, which only Shift JIS tables hold."""
    pieces: list[str] = []
    charset = b"(B"
    for piece in _ESCAPE.split(raw):
        if _ESCAPE_SEQUENCE.fullmatch(piece):
            charset = piece
            continue
        try:
            pieces.append(_from_jis(piece, charset))
        except (UnicodeError, ValueError):
            return None
    return "".join(pieces)


def _from_jis(piece: bytes, charset: bytes) -> str:
    if charset in {b"$B", b"$@"}:
        pairs = zip(piece[::2], piece[1::2], strict=True)
        return b"".join(bytes(_shift_jis(row, cell)) for row, cell in pairs).decode("cp932")
    return bytes(byte | 0x80 for byte in piece).decode("cp932") if charset == b"(I" else piece.decode("ascii")


def _shift_jis(row: int, cell: int) -> tuple[int, int]:
    """JIS X 0208's 7-bit pair as Shift JIS packs it: two rows under one leading byte."""
    lead = (row + 1) // 2 + (0x70 if row <= 0x5E else 0xB0)
    return lead, cell + 0x7E if row % 2 == 0 else cell + (0x1F if cell < 0x60 else 0x20)


def _utf_16_without_mark(raw: bytes) -> str:
    """By where the zeros of Latin letters, spaces and line ends stand; "" where there are hardly any."""
    head = raw[:_SAMPLE_SIZE]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < 2 or max(even, odd) * 20 < len(head) // 2:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_really_utf(raw: bytes, codec: str) -> bool:
    """Unicode under another label. Legacy bytes are hardly ever valid UTF-8, and never Korean or Chinese in it."""
    if codec.startswith("utf") and codec != "utf-8":
        return False
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and b"\0" in raw:
        return True
    if codec == "utf-8" or raw.isascii():
        return b"\0" in raw[:100] and bool(_utf_16_without_mark(raw))
    text = _strictly(raw, "utf-8")
    return text is not None and (codec not in _EAST_ASIAN or bool(_WIDE.search(text)))


def _is_shifted(raw: bytes, codec: str) -> bool:
    """Whether escape sequences tell of ISO 2022 under a label that knows none."""
    return bool(_DESIGNATORS.search(raw)) and not codec.startswith(("iso2022", "utf-16", "utf-32"))


def _guess(raw: bytes, codec: str, hint: str) -> Decoded:
    if raw.isascii() and not _SEVEN_BIT_SIGN.search(raw):
        return Decoded(raw.decode("ascii"), "ascii", is_guess=bool(codec))
    for candidate in _marked(raw):
        if (text := _strictly(raw, candidate)) is not None:
            return Decoded(text, candidate, is_guess=True)
    if codec == "utf-8" and (text := _cut_off_utf_8(raw)):
        return Decoded(text, codec, is_damaged=True)
    likely = charset_guess.ranked(raw, codec or hint)
    if likely and (text := _strictly(raw, likely[0])) is not None:
        return Decoded(text, likely[0], is_guess=True)
    return _with_replacements(raw, likely[:1] or [codec or hint or "utf-8", "utf-8"], codec)


def _cut_off_utf_8(raw: bytes) -> str:
    """What is UTF-8 but for its last character, which somebody cut in two; "" for anything else."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(raw)
    except UnicodeError:
        return ""
    return "" if text.isascii() else f"{text}\ufffd"


def _marked(raw: bytes) -> list[str]:
    """Charsets that show themselves: by a mark in front, by zeros, by escape sequences, by being valid UTF-8."""
    marked = [codec for mark, codec in _BYTE_ORDER_MARKS if raw.startswith(mark)]
    marked += [codec] if b"\0" in raw and (codec := _utf_16_without_mark(raw)) else []
    marked += ["iso2022_kr"] if b"\x0e" in raw or _KOREAN_DESIGNATOR in raw else []
    marked += ["iso2022_jp_ext"] if b"\x1b$" in raw or b"\x1b(I" in raw else []
    marked += ["hz"] if _HZ.search(raw) else []
    return [*marked, "utf-8"]


def _reads_otherwise(raw: bytes, codec: str) -> bool:
    """Whether bytes read badly under their label, which fits them by chance, and well in another charset. It takes a
    sentence to doubt a label of the Far East; Western ones are on everything."""
    if codec.startswith(_KNOWN_BY_SIGNS) or len(_BEYOND_ASCII.findall(raw[:_SAMPLE_SIZE])) < _DOUBTED.get(codec, 24):
        return False
    likely = charset_guess.ranked(raw)[:1]
    return bool(likely) and charset_guess.score(raw, likely[0]) > max(
        _READS_WELL, charset_guess.score(raw, codec) + _READS_BETTER
    )


def _with_replacements(raw: bytes, codecs_to_try: list[str], labelled: str) -> Decoded:
    """The reading that loses least: a single damaged character must not turn a Korean mail into Latin letters."""
    readings = [(_SURROGATE.sub("\ufffd", raw.decode(name, "replace")), name) for name in dict.fromkeys(codecs_to_try)]
    text, name = min(readings, key=lambda reading: reading[0].count("\ufffd"))
    return Decoded(text, name, is_guess=name != labelled, is_damaged=True)
