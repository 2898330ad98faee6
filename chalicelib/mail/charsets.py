"""Bytes to text when the label is wrong, vague or missing, as in a good part of the world's mail."""

import codecs
import re
from dataclasses import dataclass

# Labels that say less than the bytes: the larger set that mailers really mean by them (after the WHATWG encoding
# standard), so that CP949 bytes labelled EUC-KR, or curly quotes labelled Latin-1, come out right.
_MEANT_BY = {
    **dict.fromkeys(
        ("euc_kr", "ks_c_5601-1987", "ks_c_5601", "ksc5601", "ksc_5601", "korean", "uhc", "ms949"), "cp949"
    ),
    **dict.fromkeys(("windows-949", "x-windows-949", "x-euc-kr"), "cp949"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk", "gb_2312-80", "chinese"), "gb18030"),
    **dict.fromkeys(("shift_jis", "x-sjis", "sjis", "shift-jis", "ms_kanji", "windows-31j"), "cp932"),
    **dict.fromkeys(("iso2022_jp", "csiso2022jp"), "iso2022_jp_ext"),
    **dict.fromkeys(("big5", "x-big5", "big5-hkscs"), "big5hkscs"),
    **dict.fromkeys(("iso8859-1", "latin1", "latin-1", "ansi", "x-ansi", "cp819"), "cp1252"),
    **dict.fromkeys(("iso8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("iso-8859-8-i", "iso-8859-8-e"), "iso8859-8"),
    **dict.fromkeys(("iso8859-11", "tis-620"), "cp874"),
    **dict.fromkeys(("unicode-1-1-utf-7", "x-unicode-2-0-utf-7"), "utf-7"),
    **dict.fromkeys(("utf8mb4", "unicode-1-1-utf-8", "x-utf-8", "unicode"), "utf-8"),
}
_SAYS_NOTHING = {"", "ascii", "unknown-8bit", "x-unknown", "unknown", "default", "8bit", "7bit", "binary", "none"}
_NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"}
_EAST_ASIAN = {"cp949", "gb18030", "cp932", "big5hkscs", "euc_jp", "johab"}
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SAMPLE_SIZE = 20_000
_KOREAN_DESIGNATOR = b"\x1b$)C"

_SURROGATE = re.compile("[\ud800-\udfff]")  # UTF-7 can spell them; nothing that stores text takes them
_HANGUL = re.compile("[\uac00-\ud7a3]")
_KANA = re.compile("[\u3040-\u30ff\uff66-\uff9f]")
_WIDE = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3131-\u318e\u3400-\u9fff\uac00-\ud7a3\uff01-\uff60]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")


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
    text = _strictly(raw, codec) if codec and not _is_really_utf_8(raw, codec) else None
    if text is not None and not (codec == "cp1252" and _looks_korean(raw)):
        return Decoded(text, codec)
    return _guess(raw, codec, _codec(hint))


def _codec(label: str) -> str:
    """The Python codec to read a label's bytes with; "" for a label that says nothing."""
    name = label.strip(" \t\r\n'\"").lower().partition(";")[0].partition("*")[0]
    try:
        python_name = codecs.lookup(name.encode("ascii", "replace").decode()).name
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
    if codec == "iso2022_kr" and not raw.lstrip().startswith(_KOREAN_DESIGNATOR):
        raw = _KOREAN_DESIGNATOR + raw.replace(_KOREAN_DESIGNATOR, b"")
    try:
        return _SURROGATE.sub("\ufffd", raw.decode(codec))
    except (UnicodeError, ValueError):
        return None


def _is_really_utf_8(raw: bytes, codec: str) -> bool:
    """UTF-8 under another label. Legacy bytes are hardly ever valid UTF-8, and never Korean or Chinese in it."""
    if codec.startswith("utf") or raw.isascii():
        return False
    text = _strictly(raw, "utf-8")
    return text is not None and (codec not in _EAST_ASIAN or bool(_WIDE.search(text)))


def _guess(raw: bytes, codec: str, hint: str) -> Decoded:
    if raw.isascii() and b"\x1b$" not in raw and b"\x0e" not in raw:
        return Decoded(raw.decode("ascii"), "ascii", is_guess=bool(codec))
    for candidate in _candidates(raw, hint):
        text = _strictly(raw, candidate)
        if text is not None:
            return Decoded(text, candidate, is_guess=True)
    return _with_replacements(raw, codec or hint or "utf-8")


def _candidates(raw: bytes, hint: str) -> list[str]:
    marked = [codec for mark, codec in _BYTE_ORDER_MARKS if raw.startswith(mark)]
    shifted = ["iso2022_kr"] if b"\x0e" in raw or _KOREAN_DESIGNATOR in raw else []
    shifted += ["iso2022_jp_ext"] if b"\x1b$" in raw else []
    korean = ["cp949"] if _looks_korean(raw) else []
    japanese = [codec for codec in ("cp932", "euc_jp") if _share(_sample(raw), codec, _KANA) > 0.3]
    return [*marked, *shifted, "utf-8", *([hint] if hint else []), *korean, *japanese, *_by_statistics(raw)]


def _looks_korean(raw: bytes) -> bool:
    raw = _sample(raw)
    return len(_BEYOND_ASCII.findall(_strictly(raw, "cp949") or "")) >= 2 and _share(raw, "cp949", _HANGUL) > 0.8


def _share(raw: bytes, codec: str, script: re.Pattern[str]) -> float:
    """How much of what is not ASCII is of this script, 0 when the bytes are not of this codec at all."""
    text = _strictly(raw, codec) or ""
    return len(script.findall(text)) / max(1, len(_BEYOND_ASCII.findall(text)))


def _by_statistics(raw: bytes) -> list[str]:
    from charset_normalizer import from_bytes  # slow to import, and few mails come here

    best = from_bytes(_sample(raw)).best()
    return [best.encoding] if best else []


def _sample(raw: bytes) -> bytes:
    """Enough to judge by, cut at a space or line end so that no character is cut."""
    if len(raw) <= _SAMPLE_SIZE:
        return raw
    head = raw[:_SAMPLE_SIZE]
    return head[: max(head.rfind(b" "), head.rfind(b"\n")) + 1] or head


def _with_replacements(raw: bytes, codec: str) -> Decoded:
    """The reading that loses least: a single damaged character must not turn a Korean mail into Latin letters."""
    readings = [
        (_SURROGATE.sub("\ufffd", raw.decode(name, "replace")), name)
        for name in dict.fromkeys([codec, "utf-8", "cp949"])
    ]
    text, name = min(readings, key=lambda reading: reading[0].count("\ufffd"))
    return Decoded(text, name, is_guess=name != codec, is_damaged=True)
