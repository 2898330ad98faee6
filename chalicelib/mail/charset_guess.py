"""Which charset bytes are of that nobody labelled: each is tried, and what reads most like writing wins.

Statistics libraries need a page of text; a subject or a name is a few characters. What helps there: a national charset
lists its common characters first, capitals begin words, accents stand between letters.
"""

import re

_CANDIDATES = (
    *(
        "utf-8",
        "cp949",
        "cp932",
        "euc_jp",
        "gb18030",
        "big5hkscs",
        "cp1251",
        "koi8_r",
        "cp1252",
        "cp1250",
        "cp1253",
        "cp1255",
        "cp1256",
    ),
    *("cp874", "iso8859_5", "johab"),
)
_LATIN = ["cp1252", "cp1250", "iso8859_2", "cp1254", "cp1257"]
_SAMPLE_SIZE = 3_000
_FAMILIAR = 0.3
_WORST = -9.0
# Bytes that are UTF-8 by chance are rare: each character counts, and damage is the likelier cause of what is none.
_WEIGHT_IN_UTF_8, _WEIGHT_OF_DAMAGE = 1.2, -1.0

_HANGUL = re.compile("[\uac00-\ud7a3]")
_KANA = re.compile("[\u3041-\u30ff]")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_OTHER_LETTERS = re.compile("[\u0590-\u06ff\u0e00-\u0e7f]")
_GREEK_OR_CYRILLIC = re.compile("[\u0370-\u03ff\u0400-\u04ff]")
_LATIN_LETTER = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f]")
_USUAL_MARKS = frozenset("、。「」『』・ー，！？：；（）～〜“”‘’–—…«»·\u3000\xa0€°№")
# The rows of the national charset that list its common characters (KS X 1001, JIS X 0208, GB 2312, Big5).
_COMMON_ROWS = {"euc_kr": (0xB0, 0xC8), "euc_jp": (0xB0, 0xCF), "gb2312": (0xB0, 0xD7), "big5": (0xA4, 0xC6)}
_NATIONAL = {
    "cp949": "euc_kr",
    "johab": "euc_kr",
    "cp932": "euc_jp",
    "euc_jp": "euc_jp",
    "gb18030": "gb2312",
    "big5hkscs": "big5",
}
_FREQUENT = frozenset(
    "이다는을의에하고가로지한도사기어은니를자인대리나아스시해요습안녕감주세문"
    "的一是不了在人有我他这這個个们們中来來上大为為和国國地到以说說时時要就出会會可也你对對好您"
    "оеаинтсрвлкαειοτσνρςκηπυλά"
)


def ranked(raw: bytes, hint: str = "") -> list[str]:
    """The charsets that the bytes read well in, the likeliest first; `hint` is what the rest of the mail is in."""
    sample = _sample(raw)
    names = dict.fromkeys([*([hint] if hint else []), *_CANDIDATES])
    scores = {name: score(sample, name) + (_FAMILIAR if name == hint else 0) for name in names}
    likely = sorted((name for name in scores if scores[name] > 0), key=lambda name: -scores[name])
    if likely and likely[0] in _LATIN and likely[0] != hint:
        return [*_by_statistics(sample), *likely]
    return likely


def score(raw: bytes, charset: str) -> float:
    """How much the bytes look like writing in this charset: about 1 for plain prose, below 0 for what is none."""
    try:
        text = _sample(raw).decode(charset, "replace")
    except (LookupError, ValueError):
        return _WORST
    strange = [index for index, letter in enumerate(text) if letter > "\x7f"]
    if not strange:
        return 0.0
    total = sum(_weight(text, index, charset) for index in strange)
    return total / len(strange) - _mixture(text, len(strange))


def _sample(raw: bytes) -> bytes:
    """Lines that are not ASCII, enough of them to judge by."""
    lines: list[bytes] = []
    size = 0
    for line in raw[: 100 * _SAMPLE_SIZE].splitlines():
        if size < _SAMPLE_SIZE and not line.isascii():
            lines.append(line[:_SAMPLE_SIZE])
            size += len(line)
    return b"\n".join(lines)


def _weight(text: str, index: int, charset: str) -> float:
    letter = text[index]
    if charset == "utf-8":
        return _WEIGHT_OF_DAMAGE if letter == "\ufffd" else _WEIGHT_IN_UTF_8
    before, after = text[index - 1 : index], text[index + 1 : index + 2]
    if _HANGUL.match(letter) or _HAN.match(letter):
        return _weight_of_syllable(letter, charset)
    if _KANA.match(letter):
        return 1.2
    if _GREEK_OR_CYRILLIC.match(letter):
        return _weight_in_word(letter, before, after)
    if _OTHER_LETTERS.match(letter):
        return -0.5 if _is_latin(before) or _is_latin(after) else 0.6
    if _LATIN_LETTER.match(letter):
        return 0.9 if _is_latin(before) or _is_latin(after) else 0.1
    if letter in _USUAL_MARKS:
        return 0.6
    if "\uff61" <= letter <= "\uff9f":
        return 0.0
    return -0.4 if letter.isprintable() and letter != "\ufffd" else -3.0


def _weight_of_syllable(letter: str, charset: str) -> float:
    """Korean is written in the common syllables of KS X 1001; Chinese characters are worth less, for they turn up
    wherever bytes are misread."""
    national = "euc_kr" if _HANGUL.match(letter) else _NATIONAL.get(charset, "gb2312")
    try:
        row = letter.encode(national)[0]
    except UnicodeError:
        return -0.5
    first, last = _COMMON_ROWS[national]
    is_common = first <= row <= last
    bonus = 0.5 if letter in _FREQUENT else 0.0
    if _HANGUL.match(letter):
        return (1.0 if is_common else -0.5) + bonus
    return (0.2 if national == "euc_kr" else 0.75 if is_common else -0.4) + bonus


def _weight_in_word(letter: str, before: str, after: str) -> float:
    if _is_latin(before) or _is_latin(after):
        return -1.0
    if letter.isupper() and before.islower():
        return -1.0
    if letter.isupper():
        return 0.9 if not before.isalpha() and after.islower() else 0.3
    return 1.05 if letter in _FREQUENT else 0.75


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalpha()


def _mixture(text: str, count: int) -> float:
    """What is taken off where scripts stand beside one another that no language mixes."""
    hangul, kana, han = (len(script.findall(text)) / count for script in (_HANGUL, _KANA, _HAN))
    return 2 * min(hangul, kana) + min(hangul, han)


def _by_statistics(sample: bytes) -> list[str]:
    """Which of the charsets of Latin letters; they differ in a few of them, for which it takes a language's habits."""
    from charset_normalizer import from_bytes  # slow to import, and few mails come here

    best = from_bytes(sample, cp_isolation=_LATIN).best()
    return [best.encoding] if best else []
