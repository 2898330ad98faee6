"""What tells the quoted part of a mail: the words by which mail programs introduce a quotation, in the languages they
speak. Vocabulary alone; `quotes` decides what to do with it.

Each pattern describes a kind of line (who wrote when, a field of a copied header, a mark before the original), not the
line of one program: new programs mostly write the same words in another order.
"""

import re

_LONGEST_FOOTER = 120

_WROTE = (
    "wrote|writes|schrieb|schreibt|geschrieben|a écrit|écrit|escribió|escribio|escreveu|ha scritto|scrive|schreef"
    r"|geschreven|skrev|skrifaði|kirjoitti|napisała?(?:\(a\))?|pisze|napsala?(?:\(a\))?|napísala?|написала?(?:\(а\))?"
    "|пишет|пише|написав|írta|a scris|yazdı|έγραψε|viết|menulis|เขียน|כתבה?|كتب|写道|寫道|写到|書きました"
    "|さん?のメール|からのメッセージ|작성(?:했습니다|하였습니다|함)?|썼습니다|쓰셨습니다|쓴 글|보낸 메일|님의 말"
)
_WEEKDAY_OR_PREPOSITION = r"\W*(?:[^\W\d]+[.,]?\s+){0,3}"
_TIME = r"\b\d{1,2}[:.h]\d\d\b|\b\d{1,2}시"
_DATE = rf"(?:(?<!\d)(?:19|20)\d\d(?!\d)|\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b|{_TIME})"
_MAILBOX = r"[^\s<>()\[\]]{1,200}@[^\s<>()\[\]]{1,200}"
_IN_BRACKETS = rf"[<(\[]\s*(?:mailto:)?[^<>@]{{0,80}}<?{_MAILBOX}(?:<mailto:[^\s<>]{{1,300}}>)*\s*[>)\]]+"
_END = r"\s*(?:[:：]|-{2,})\s*$"

ATTRIBUTIONS = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        # On <date>, <name> wrote:
        rf"(?:{_DATE}|@|\byou\b).*(?:{_WROTE}){_END}",
        # Am <date> um <time> schrieb <name>:
        rf"^{_WEEKDAY_OR_PREPOSITION}(?=\d).*{_DATE}.*(?:{_TIME}).*\b(?:{_WROTE})\b.{{1,60}}{_END}",
        # <name> <mailbox> schrieb am <date>:
        rf"{_IN_BRACKETS}\s+(?:{_WROTE})\s.*{_DATE}.{{0,12}}{_END}",
        # Programs that leave the verb out: <date> <name> <mailbox>, with a colon or without.
        rf"^{_WEEKDAY_OR_PREPOSITION}(?=\d)[^@]*{_DATE}[^@]*{_IN_BRACKETS}\s*[:：]?\s*$",
        r"^\s*20\d\d-\d\d-\d\d \d\d?:\d\d GMT[+-]\d\d:\d\d \S.{0,80}$",
    )
)
DATE = re.compile(_DATE)
# Of these an attribution has a few. Where there are many, the patterns above would try each with each.
PARTS_OF_ATTRIBUTION = re.compile(rf"{_DATE}|[<(\[]")
_AT = r"[^\s<>()\[\]]@[^\s<>()\[\]]"
STARTS_LIKE_ATTRIBUTION = re.compile(rf"{_DATE}|{_AT}|[<(]\s*$")

_COPIED = (
    "origin(?:al|ale|ele|e)|oorspronkelijk|ursprünglich|mensaje|mensagem|messaggio|원본|원래|元の|原始|исходное|oryginalna"
    "|opprinnelig|oprindelig|ursprungligt|původní|forwarded|weitergeleitet|transféré|transmis|reenviado|encaminhada"
    "|inoltrato|doorgestuurd|videresendt|vidarebefordrat|转发|轉寄|転送|전달|пересылаемое|przekazana"
)
_FORWARD_OPENING = (
    "begin forwarded message|anfang der weitergeleiteten .{1,20}|전달된 메시지 시작|début du message .{1,20}"
    "|inicio del mensaje .{1,20}|inizio messaggio .{1,20}|início da mensagem .{1,20}|转发的邮件|転送されたメッセージ"
)
ORIGINAL = re.compile(
    rf"^[\s*]*+(?:[-_=─]{{3,}}+.{{0,30}}(?:{_COPIED}).{{0,30}}[-_=─]{{3,}}|(?:{_FORWARD_OPENING})\s*[:：])[\s*]*$",
    re.IGNORECASE,
)

# Fields of a header copied into the text; the key is their part in it.
_FIELDS = {
    "from": (
        "from|von|de|da|van|fra|från|lähettäjä|od|от|від|kimden|差出人|送信者|发件人|寄件[者人]"
        r"|보낸\s?(?:사람|이)|발신[자인]?"
    ),
    "date": (
        "date|sent|datum|gesendet|envoyé|enviado|fecha|data|inviato|verzonden|sendt|dato|skickat|lähetetty|päivämäärä"
        "|wysłano|odesláno|отправлено|дата|надіслано|tarih|送信日時|日[付時期]|发送时间|寄件日期|傳送時間"
        r"|보낸\s?(?:날짜|시간|일시)|날짜|발송일|일시"
    ),
    "to": (
        "to|an|à|a|para|per|aan|till?|vastaanottaja|do|komu|кому|kime|宛先|收件[人者]"
        r"|받는\s?(?:사람|이)|수신[자인]?"
    ),
    "cc": r"b?cc|kopie|copie|copia|kopia|kopi|копия|bilgi|抄送|副本|(?:숨은\s?)?참조",
    "reply_to": r"reply-to|antwort an|répondre à|responder a|risposta|rispondi a|antwoord aan|답장\s?주소|返信先|回复",
    "subject": (
        "subject|betreff|objet|asunto|assunto|oggetto|onderwerp|emne|ämne|aihe|temat|předmět|тема|konu|件名|主[题旨]|제목"
    ),
    "other": "importance|priority|wichtigkeit|중요도|重要度|attachments?|anlagen?|첨부(?:파일)?",
}
FIELD_LINES = {
    part: re.compile(rf"^[\s*]*(?:{words})\s?\*?\s?[:：](?!//)", re.IGNORECASE) for part, words in _FIELDS.items()
}

_SENT = (
    "sent|envoyé|gesendet|verschickt|enviad[oa]|inviato|verzonden|sendt|skickat|lähetetty|wysłan[eo]|odesláno|отправлено"
    "|надіслано|gönderildi"
)
_DEVICE = (
    "iphone|ipad|ipod|android|blackberry|galaxy|samsung|outlook|windows|mailbox|mail|mobile?|mobil\\w+|phone|smartphone|cell"
    "|handy|tablet|device|handset|móvil|celular|téléphone|cellulare|telefon\\w*|airmail|spark|thunderbird|yahoo|naver|kakao"
    "|갤럭시|아이폰|아이패드|스마트폰|휴대폰|핸드폰|네이버|다음|한메일|카카오|手机|手機|スマートフォン"
)
_MY = "my|mon|ma|mi|mein(?:em|er)?|meu|mijn|min|mitt|il mio|moj\\w+|моего|benim"
_FOOTERS = (
    rf"^\W*(?:{_SENT})\s+\S+\s.{{0,30}}(?:{_DEVICE})\b",
    rf"^\W*(?:{_SENT})\s+\S+\s+(?:{_MY})\s",
    rf"^\W*(?:{_SENT})\s+(?:by|via|with|using)\s+(?:{_DEVICE})\b",
    rf"^\W*(?:\S+ ){{0,4}}\S+\s(?:{_MY})\s.{{0,60}}(?:{_DEVICE}).{{0,40}}\b(?:{_SENT})\W*$",
    rf"^\W*(?:\S+ )?from (?:my )?(?:{_DEVICE})(?:\s\S+)?\W*$",
    rf"(?:{_DEVICE})\S{{0,8}}(?: \S+){{0,3}}에서 (?:보냄|보냈습니다|보낸 메일|전송|발송)",
    rf"(?:{_DEVICE})\S{{0,8}}\s?から送信|^\W*(?:從|从|发自|發自|来自|來自).{{0,12}}(?:{_DEVICE})",
    r"^\W*(?:get|download|obtenez|obtener|scarica) .{0,2}outlook\b|outlook\S{0,2} (?:다운로드|받기|を入手|下载)",
)
_FOOTER = re.compile("|".join(_FOOTERS), re.IGNORECASE)

QUOTED = re.compile(r"^\s{0,3}[>＞]|^[A-Za-z]{1,12}>(?:\s|$)")
BARRED = re.compile(r"^\s?\|(?:\s|$)(?!.*\|\s*$)")
# U+1427 is what a Gmail tracking add-on leaves behind.
DELIMITER = re.compile(r"^\s*(?:[-_=*#~+•·─—–]\s?){2,}$|^\s*\u1427\s*$")
SIGNATURE = re.compile(r"^(?:-- ?|_{20,}\s*)$")


def is_mobile_footer(line: str) -> bool:
    """Whether a program wrote the line to say on what it ran, such as `Sent from my iPhone`."""
    return len(line) <= _LONGEST_FOOTER and bool(_FOOTER.search(line))
