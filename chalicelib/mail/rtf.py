"""Rich Text, as Outlook packs it into TNEF, to plain text. The libraries for it take minutes on text made to hurt."""

import re
import struct

from chalicelib.mail.charsets import decode

_MOST_BYTES = 1_000_000
_DEEPEST = 500
_COMPRESSED, _PLAIN = b"LZFu", b"MELA"
_RING = 4_096
# MS-OXRTFCP 2.1.3.1.5: what the dictionary holds before the first byte.
_DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_TOKEN = re.compile(
    r"\\'([0-9a-fA-F]{2})|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+", re.DOTALL
)
_FONT = re.compile(r"\\f(\d{1,5})(?:\\[a-z]{1,20}\d{0,9}){0,20}?\\fcharset(\d{1,3})")
_CODE_PAGE = re.compile(r"\\ansicpg(\d{1,5})")
_CHARSETS = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gb18030",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}
_SPELLED = {
    **dict.fromkeys(("par", "line", "sect", "page", "row"), "\n"),
    **dict.fromkeys(("tab", "cell", "nestcell"), "\t"),
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "emspace": " ",
    "enspace": " ",
    "~": "\xa0",
    "_": "-",
    "\\": "\\",
    "{": "{",
    "}": "}",
    "\n": "\n",
    "\r": "\n",
}
_UNSEEN = {
    *("fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "themedata", "listtable", "listoverridetable"),
    *("header", "footer", "footnote", "fldinst", "generator", "datastore", "xmlnstbl", "rsidtbl", "htmltag"),
}


def decompress(packed: bytes) -> bytes:
    """Compressed RTF (MS-OXRTFCP) to RTF, no more than a megabyte of it. ValueError for anything else."""
    if len(packed) < 16:
        raise ValueError("too short for compressed RTF")
    size, kind = struct.unpack_from("<I4s", packed, 4)
    if kind == _PLAIN:
        return packed[16 : 16 + min(size, _MOST_BYTES)]
    if kind != _COMPRESSED:
        raise ValueError("neither compressed nor plain RTF")
    return _inflated(packed[16:])[: min(size, _MOST_BYTES)]


def _inflated(packed: bytes) -> bytes:
    """Each bit of a control byte tells whether a byte follows or a place in what is already written."""
    written = bytearray(_DICTIONARY)
    place = 0
    while place < len(packed) and len(written) < _MOST_BYTES:
        control, place = packed[place], place + 1
        for bit in range(8):
            if not control >> bit & 1:
                written += packed[place : place + 1]
                place += 1
                continue
            reference = int.from_bytes(packed[place : place + 2], "big")
            place += 2
            distance = (len(written) - (reference >> 4)) % _RING
            if place > len(packed) or not distance:
                return bytes(written[len(_DICTIONARY) :])
            _repeat(written, distance, (reference & 15) + 2)
    return bytes(written[len(_DICTIONARY) :])


def _repeat(written: bytearray, distance: int, length: int) -> None:
    """What lies before the beginning reads as spaces; a copy may reach into what it writes itself."""
    for _ in range(length):
        written.append(written[-distance] if distance <= len(written) else 0x20)


def to_text(rtf: bytes) -> str:
    """The words of RTF, paragraphs and cells apart; "" for what is no RTF. Never raises."""
    source = rtf[:_MOST_BYTES].decode("latin-1")
    return _Reader(source).text() if source.lstrip().startswith("{\\rtf") else ""


class _Reader:
    """Keeps for each open group whether it is seen, how many characters stand for one `\\u`, and the font's charset."""

    def __init__(self, source: str) -> None:
        self._source = source
        code_page = _CODE_PAGE.search(source)
        self._charset = f"cp{code_page[1]}" if code_page and code_page[1] != "65001" else "cp1252"
        if code_page and code_page[1] == "65001":
            self._charset = "utf-8"
        self._fonts = {font: _CHARSETS.get(int(number), "") for font, number in _FONT.findall(source)}
        self._outer: list[tuple[bool, int, str]] = []
        self._is_seen, self._substitutes, self._font = True, 1, ""
        self._to_skip = 0
        self._bytes = bytearray()
        self._pieces: list[str] = []

    def text(self) -> str:
        for byte, word, number, symbol, brace, words in _TOKEN.findall(self._source):
            if byte:
                self._take(bytes([int(byte, 16)]))
            elif word:
                self._obey(word, number)
            elif symbol:
                self._obey(symbol, "")
            elif brace:
                self._nest(opens=brace == "{")
            elif words:
                self._take(words.encode("latin-1"))
        self._flush()
        text = "".join(self._pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")

    def _take(self, content: bytes) -> None:
        skipped = min(self._to_skip, len(content))
        self._to_skip -= skipped
        if self._is_seen:
            self._bytes += content[skipped:]

    def _flush(self) -> None:
        if self._bytes:
            self._pieces.append(decode(bytes(self._bytes), self._font or self._charset).text)
            self._bytes.clear()

    def _nest(self, *, opens: bool) -> None:
        self._flush()
        self._to_skip = 0
        if opens and len(self._outer) < _DEEPEST:
            self._outer.append((self._is_seen, self._substitutes, self._font))
        elif not opens and self._outer:
            self._is_seen, self._substitutes, self._font = self._outer.pop()

    def _obey(self, word: str, number: str) -> None:
        match word:
            case "*":
                self._is_seen = False
            case "uc":
                self._substitutes = min(int(number or 1), 16)
            case "f":
                self._flush()
                self._font = self._fonts.get(number, "")
            case "plain":
                self._flush()
                self._font = ""
            case "u" if number:
                self._write(chr(int(number) & 0xFFFF))
                self._to_skip = self._substitutes
            case _ if word in _UNSEEN:
                self._is_seen = False
            case _ if word in _SPELLED:
                self._write(_SPELLED[word])

    def _write(self, words: str) -> None:
        self._flush()
        if self._is_seen:
            self._pieces.append(words)
