"""The patterns of the lines by which mail programs mark a quotation, a forwarded original or their own footer.

Each describes a kind of line (who wrote when, a field of a copied header, a mark before the original), not the line of
one program: new programs mostly write the same words in another order. The words themselves are in `quote_words`.
"""

import re

from chalicelib.mail.quote_words import LANGUAGES

_LONGEST_FOOTER = 120


# Marks of writing direction, which Outlook puts around dates in every language.
INVISIBLE = dict.fromkeys([0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])


def _any_word(part: str) -> str:
    """What a part of `Words` is in any language, as alternatives."""
    return "|".join(dict.fromkeys(getattr(words, part) for words in LANGUAGES.values() if getattr(words, part)))


_WROTE = rf"(?<![a-zà-ÿа-я])(?:{_any_word('wrote')})"
_END = r"\s*(?:[:：]|-{2,})\s*$"
_DAY = (
    r"(?:(?<!\d)(?:19|20|25)\d\d(?!\d)|[٠-٩]{4}|(?<!\d)\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}(?!\d)"
    r"|(?<!\d)\d{2,4}[./-]\s?\d{1,2}[./-]\s?\d{1,2}(?!\d))"
)
_TIME = r"(?:(?<!\d)\d{1,2}[:.h]\d\d(?!\d)|(?<!\d)\d{1,2}시)"
_MAILBOX = r"[^\s<>()\[\]]{1,200}@[^\s<>()\[\]]{1,200}"
_IN_BRACKETS = rf"[<(\[]\s*(?:mailto:)?[^<>@]{{0,80}}<?{_MAILBOX}(?:<mailto:[^\s<>]{{1,300}}>)*\s*[>)\]]+"

# An attribution has a few of these parts, in an order that depends on the language.
DAY = re.compile(_DAY)
TIME = re.compile(_TIME)
MAILBOX = re.compile(_IN_BRACKETS)
ADDRESS = re.compile(rf"[<(\[]\s*(?:mailto:)?({_MAILBOX})")
WROTE = re.compile(_WROTE, re.IGNORECASE)
WROTE_AT_END = re.compile(rf"{_WROTE}\)?{_END}", re.IGNORECASE)
ATTRIBUTION_END = re.compile(_END)
RULED_ATTRIBUTION = re.compile(rf"^-{{2,}}\s.{{1,100}}\s{_WROTE}\s?-{{2,}}$", re.IGNORECASE)
BARE_ATTRIBUTION = re.compile(r"^20\d\d-\d\d-\d\d \d\d?:\d\d GMT[+-]\d\d:\d\d \S.{0,80}$")
MENTIONS_SOMEBODY = re.compile(rf"{_DAY}|{_TIME}|@|\byou\b", re.IGNORECASE)
WORDS_BEFORE_DATE = re.compile(r"(?:[^\s\d<(@]{1,20}\s+){0,6}[^\s\d<(@]{0,20}(?=[\d<(@])")
DATE = re.compile(rf"{_DAY}|{_TIME}")
PARTS_OF_ATTRIBUTION = re.compile(rf"{_DAY}|{_TIME}|[<(\[]")
STARTS_LIKE_ATTRIBUTION = re.compile(rf"{_DAY}|{_TIME}|[^\s<>()\[\]]@[^\s<>()\[\]]|[<(]\s*$|^-{{2,}}\s\S.*-{{2,}}$")
BEFORE_NAME = re.compile(
    rf"{_DAY}|{_TIME}(?::\d\d)?(?:\s?[ap]\.?m\b\.?)?(?:\s[+-]\d{{4}})?|{_WROTE}|[,、，]", re.IGNORECASE
)
AROUND_NAME = " \t\"'«»„“”()<["

_FORWARDED = _any_word("forwarded")
_ORIGINAL = _any_word("original")
_BEGINNING = (
    "begin|start|anfang|début|inicio|início|inizio|początek|začátek|začiatok|započni|începe|kezdete|alkaa|начало|початок"
    "|başlangıcı|시작|开始|開始|以下|下面"
)
_RULED = r"[-_=─]{{3,}}+.{{0,30}}(?:{words}).{{0,40}}[-_=─]{{3,}}"
_OPENING = rf"(?=.{{0,60}}(?:{_BEGINNING})|\S{{1,20}}(?:\s\S{{1,20}}){{0,2}}$).{{0,60}}(?:{_FORWARDED}).{{0,40}}[:：]"
FORWARD = re.compile(rf"^[\s*]*+(?:{_RULED.format(words=_FORWARDED)}|{_OPENING})[\s*]*$", re.IGNORECASE)
ORIGINAL = re.compile(
    rf"^[\s*]*+(?:{_RULED.format(words=f'{_FORWARDED}|{_ORIGINAL}')}|{_OPENING})[\s*]*$", re.IGNORECASE
)
# Without rules around it, it may be what somebody writes of a forward.
OPENING = re.compile(rf"^[\s*]*+{_OPENING}[\s*]*$", re.IGNORECASE)
FORWARD_PREFIX = re.compile(
    r"^\s*(?:\[(?!fwd?\]|전달\])[^\[\]]{1,40}\]\s*)*"
    r"(?:\[?(?:fwd?|wg|tr|rv|i|enc|v[sbl]|pd|redir|videresend|ilt|doorst|πρθ|пересл?|перенапр)"
    r"\.?\s?[\]:：]"
    r"|\[?(?:전달|転送|转发|轉寄|轉發)\s?[\]:：])",
    re.IGNORECASE,
)
ANSWER_PREFIX = re.compile(
    r"^\s*(?:re|aw|sv|vs|antw|odp|回复|回覆|答复|返信|답장|회신)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE
)
FINNISH_ANSWER = re.compile(r"^\s*vs\s?:", re.IGNORECASE)
FINNISH_FIELD = re.compile(rf"^[\s*]*+(?:{LANGUAGES['fi'].from_})", re.IGNORECASE)

_FIELDS = {
    **{part.rstrip("_"): _any_word(part) for part in ("from_", "date", "to", "cc", "reply_to", "subject")},
    "other": (
        "importance|priorit\\S{1,3}|sensitivity|wichtigkeit|중요도|重要度|attachments?|anlagen?|pièces jointes"
        "|첨부(?:파일)?"
    ),
}
_NAMED_FIELDS = "|".join(f"(?P<{part}>{words})" for part, words in _FIELDS.items())
# The name of the group is the part of the field in the header.
FIELD = re.compile(rf"^[\s*]*+(?:{_NAMED_FIELDS})\s?\*?\s?[:：](?!//)", re.IGNORECASE)
# Fields that servers write for one another: no mail program copies them.
SERVER_FIELD = re.compile(
    r"^\s*(?:received|return-path|message-id|mime-version|content-type|dkim-signature|delivered-to|arc-\S+|x-[\w-]+"
    r"|authentication-results|received-spf|references|in-reply-to)\s?:",
    re.IGNORECASE,
)

_PRODUCT = (
    "iphon|ipad|ipod|android|blackberry|galaxy|samsung|pixel|xiaomi|redmi|huawei|oppo|outlook|windows|proton|tuta|airmail"
    "|spark|superhuman|thunderbird|yahoo|gmail|gmx|web\\.de|hey|front|missive|fastmail|zoho|mailspring|canary|bluemail"
    "|mail\\.ru|yandex|яндекс|foxmail|qq|naver|kakao|hanmail|hiworks|orange|갤럭시|아이폰|아이패드|네이버|한메일|카카오|网易"
)
_DEVICE = (
    f"{_PRODUCT}|mailbox|e?-?mail|mobil\\w*|phone|smartphone|cell|handy|tablet|device|handset|móvil|celular|téléphone"
    "|cellulare|telefon\\w*|스마트폰|휴대폰|핸드폰|메일 앱|手机|手機|スマートフォン|携帯"
)
_GET = (
    "get|download\\w*|obt\\S+|télécharger|scarica|ottieni|baixar|holen|beziehen|hankki|hämta|hent|pobierz|получит\\S+|скачать"
    "|edinin|다운로드|받기|入手|获取|取得|下[载載]"
)
_FEW_WORDS = r"(?:\W+\w+){0,5}\W*"
# A Korean topic or object before the device makes it a sentence.
_NO_OBJECT = r"(?:\S*[^\s은는을를도] ){0,2}"
_FOOTERS = (
    rf"^\W*+(?:{_any_word('sent_from')}).{{0,40}}?(?:{_DEVICE})\S*{_FEW_WORDS}(?:<\S+>)?$",
    rf"^\W*+sent (?:by|via|with|using) (?:the |my )?(?:{_PRODUCT}|mobile)\b{_FEW_WORDS}(?:<\S+>)?$",
    r"^\W*+sent from (?:my|a)(?: \S+){1,3}$",
    rf"^\W*+(?:\S+ )?from (?:my )?(?:{_DEVICE})\S*(?:\s\S+)?\W*$",
    rf"^\W*+{_NO_OBJECT}\S{{0,12}}(?:{_DEVICE})\S{{0,8}}(?: \S+){{0,3}}\s?(?:{_any_word('from_sent')})\W*$",
    rf"^(?=.*\b(?:{_PRODUCT}))(?=.*(?:ios|android|mac|windows))(?:\S+ ){{0,6}}\S*(?:{_GET})",
    r"^\W*+yahoo mail: ",
)
_FOOTER = re.compile("|".join(_FOOTERS), re.IGNORECASE)

QUOTE_SIGN = re.compile(r"^\s{0,3}[>＞]\s?")
QUOTED = re.compile(r"^\s{0,3}[>＞]|^[A-Z][A-Za-z]{0,11}>(?:\s|$)")
BARRED = re.compile(r"^\s?\|(?:\s|$)(?!.*\|\s*$)")
# U+1427 is what a Gmail tracking add-on leaves behind.
SIGNED_TEXT = re.compile(r"-----BEGIN PGP SIGNED MESSAGE-----\s*$")
HASH_OF_SIGNED_TEXT = re.compile(r"Hash: [\w, -]{1,80}$")
SIGNATURE_OF_TEXT = re.compile(r"-----BEGIN PGP SIGNATURE-----\s*$")
END_OF_SIGNATURE = re.compile(r"-----END PGP SIGNATURE-----\s*$")
DELIMITER = re.compile(r"^\s*(?:[-_=*#~+•·─—–]\s?){2,}$|^\s*\u1427\s*$")
SIGNATURE = re.compile(r"^-- ?$")
LONG_RULE = re.compile(r"^_{20,}\s*$")
CONTACT = re.compile(r"https?://|www\.|\S@\S")
GREETING_END = re.compile(r"(?:[,!，、]|요\.|세요|님|おります。)$")
_ANSWERS = (
    "answers?|comments?|repl(?:y|ies)|responses?|antwort(?:en)?|anmerkungen|kommentare?|réponses?|commentaires?|respuestas?"
    "|comentarios?|respostas?|risposte|antwoorden|opmerkingen|svar|odpowiedzi|odpovědi|ответы?|відповіді|yanıtlar\\S*"
    "|답변|회신|의견|回答|返信|コメント|回复|回覆|答复"
)
_BELOW = (
    "below|in-?line|in between|in (?:red|blue|green|bold)|unten|im text|in (?:rot|blau)|ci-dessous|en (?:rouge|bleu)"
    "|abajo|en (?:rojo|azul)|abaixo|em (?:vermelho|azul)|sotto|di seguito|in rosso|hieronder|nedan|nedenfor|poniżej"
    "|níže|ниже|нижче|aşağıda|아래|본문|빨간|파란|下記|以下|赤字|青字|文中|如下|下面"
)
_YOURS = "".join(rf"(?<!\b{word} )" for word in ("your", "the", "ihre", "die", "votre", "su", "tu", "la", "uw"))
ANSWERS_BELOW = re.compile(
    rf"{_YOURS}(?:{_ANSWERS})[^.,;:!?]{{0,30}}(?:{_BELOW})|(?:{_BELOW})[^.,;:!?]{{0,30}}{_YOURS}(?:{_ANSWERS})",
    re.IGNORECASE,
)


def is_mobile_footer(line: str) -> bool:
    """Whether a program wrote the line to say on what it ran, such as `Sent from my iPhone`."""
    return len(line) <= _LONGEST_FOOTER and bool(_FOOTER.search(line))
