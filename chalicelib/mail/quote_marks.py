"""What tells the quoted part of a mail: the words by which mail programs introduce a quotation, in the languages they
speak. Vocabulary alone; `quotes` decides what to do with it.

Each pattern describes a kind of line (who wrote when, a field of a copied header, a mark before the original), not the
line of one program: new programs mostly write the same words in another order.
"""

import re

_WROTE = (
    "wrote|writes|schrieb|schreibt|geschrieben|a écrit|ecrit|écrit|escribió|escribio|escreveu|ha scritto|scrive|schreef"
    "|geschreven|skrev|skrifar|kirjoitti|napisał|napisał[(]a[)]|napisała|pisze|napsal|napsala|napsal[(]a[)]|napísal"
    "|написал|написала|написал[(]а[)]|пишет|пише|написав|írta|a scris|yazdı|şunları yazdı|έγραψε|viết|đã viết|menulis"
    "|เขียน|כתב|כתבה|كتب|写道|寫道|写到|さんは書きました|書きました|さんのメール|のメール|さんが書きました|さんからのメッセージ"
    "|작성|작성했습니다|작성하였습니다|썼습니다|썼다|쓰셨습니다|쓴 글|쓰기|보낸 메일|보낸 글|님의 말"
)
_DATE = r"(?:(?:19|20)\d\d(?!\d)|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\b\d{1,2}[:.h]\d\d\b|\b\d{1,2}시)"
_MAILBOX = r"[<(\[]?\s*(?:mailto:)?[^\s<>()\[\]]{1,200}@[^\s<>()\[\]]{1,200}\s*(?:<mailto:[^\s<>]{1,300}>)*\s*[>)\]]*"
_END = r"\s*(?:[:：]|-{2,})\s*$"

# "On <date>, <name> wrote:" with its parts in any order; a verb, and a date, an address or a name before it.
_VERB_AT_END = re.compile(rf"(?:{_DATE}|@|\byou\b).*(?:{_WROTE})\b?.{{0,3}}{_END}", re.IGNORECASE | re.DOTALL)
_VERB_INSIDE = re.compile(rf"{_MAILBOX}\s+(?:{_WROTE})\s.*{_DATE}.{{0,12}}{_END}", re.IGNORECASE | re.DOTALL)
# Programs that leave the verb out: a date, then the author's mailbox, and nothing else.
_DATE_AND_MAILBOX = re.compile(rf"^\W*(?:\w+,?\s+)?\d[^@]*{_DATE}[^@]*{_MAILBOX}\s*[:：]?\s*$", re.DOTALL)
_GMT_AND_NAME = re.compile(r"^\s*20\d\d-\d\d-\d\d \d\d?:\d\d GMT[+-]\d\d:\d\d \S.{0,80}$")
ATTRIBUTIONS = (_VERB_AT_END, _VERB_INSIDE, _DATE_AND_MAILBOX, _GMT_AND_NAME)
STARTS_LIKE_ATTRIBUTION = re.compile(rf"{_DATE}|@|[<(]\s*$|^\W*(?:On|Am|Le|El|Il|Em|Op|Den|Dnia|At)\b", re.IGNORECASE)

_COPIED_WORDS = (
    "original|originale|origine|originele|oorspronkelijk|ursprüngliche|mensaje|mensagem|messaggio|原始|元の|원본|원래|исходное"
    "|oryginalna|opprinnelig|oprindelig|ursprungligt|původní|forwarded|weitergeleitete|transféré|transmis|reenviado"
    "|encaminhada|inoltrato|doorgestuurd|videresendt|vidarebefordrat|转发|轉寄|転送|전달|пересылаемое|przekazana"
)
ORIGINAL = re.compile(
    rf"^[\s>*]*(?:[-_=─]{{3,}}\s*\S?.{{0,30}}(?:{_COPIED_WORDS}).{{0,30}}[-_=─]{{3,}}|"
    r"(?:begin forwarded message|anfang der weitergeleiteten|전달된 메시지 시작|début du message (?:réexpédié|transféré)"
    r"|inicio del mensaje reenviado|inizio messaggio inoltrato|início da mensagem encaminhada|转发的邮件|転送されたメッセージ)"
    r"\s*[:：])[\s*]*$",
    re.IGNORECASE,
)

# Fields of a header copied into the text; the key is their part in it.
_FIELDS = {
    "from": "from|von|de|da|van|fra|från|lähettäjä|od|от|від|kimden|差出人|送信者|发件人|寄件者|寄件人|보낸\\s?사람|보낸\\s?이|발신|발신자|발신인",
    "date": (
        "date|sent|datum|gesendet|envoyé|enviado|fecha|data|inviato|verzonden|sendt|dato|skickat|lähetetty|päivämäärä|wysłano"
        "|odesláno|отправлено|дата|надіслано|tarih|gönderme|送信日時|日付|日時|发送时间|日期|寄件日期|傳送時間|보낸\\s?날짜|보낸\\s?시간|날짜"
        "|보낸\\s?일시|발송일|일시"
    ),
    "to": "to|an|à|a|para|per|aan|til|till|vastaanottaja|do|komu|кому|kime|宛先|收件人|收件者|받는\\s?사람|받는\\s?이|수신|수신자|수신인",
    "cc": "cc|kopie|copie|copia|kopia|kopi|копия|bilgi|抄送|副本|참조|참조인|bcc|숨은\\s?참조",
    "reply_to": "reply-to|antwort an|répondre à|responder a|risposta|rispondi a|antwoord aan|답장\\s?주소|返信先|回复",
    "subject": "subject|betreff|objet|asunto|assunto|oggetto|onderwerp|emne|ämne|aihe|temat|předmět|тема|konu|件名|主题|主旨|제목",
    "importance": "importance|priority|wichtigkeit|중요도|重要度|attachments?|anlagen?|첨부(?:파일)?",
}
FIELD_LINES = {
    part: re.compile(rf"^[\s>*]*(?:{words})\s?\*?\s?[:：]\*?(?:\s|\S.*@|$|[^\s/])", re.IGNORECASE)
    for part, words in _FIELDS.items()
}

_SENT = (
    r"sent|envoyé|gesendet|verschickt|enviado|enviada|inviato|verzonden|sendt|skickat|lähetetty|wysłane?|odesláno|отправлено"
    r"|надіслано|gönderildi|보냄|보냈습니다|보낸|전송|발송|送信|傳送|发送|發送|发自|發自"
)
_DEVICE = (
    r"iphone|ipad|ipod|android|blackberry|galaxy|samsung|outlook|windows|mailbox|mail|mobile|mobil\w*|phone|smartphone|cell"
    r"|handy|tablet|device|handset|móvil|celular|téléphone|cellulare|telefon\w*|airmail|spark|thunderbird|yahoo|naver|kakao"
    r"|htc|xiaomi|huawei|alcatel|ti-\d+|갤럭시|아이폰|아이패드|스마트폰|휴대폰|핸드폰|네이버|다음|한메일|카카오|앱|手机|手機|スマートフォン"
)
_SENT_FROM = rf"\b(?:{_SENT})\b.{{0,12}}(?:\s|^|의|で)?(?:\b|(?<=[^\x00-\x7f]))(?:my |the |a |an )?.{{0,40}}(?:{_DEVICE})"
_FROM_DEVICE = rf"(?:\bfrom (?:my )?|(?:나의|내) ?)(?:{_DEVICE})\b.{{0,20}}$"
_DEVICE_FIRST = rf"(?:{_DEVICE}).{{0,20}}(?:에서|から|で)\s?.{{0,12}}(?:{_SENT})"
_CHINESE_FORM = rf"(?:從|从|发自|發自|来自|來自).{{0,10}}(?:{_DEVICE})"
_GET_PROGRAM = r"\b(?:get|download|obtenez|holen sie|obtener|scarica)\b.{0,4}\[?outlook|outlook.{0,12}(?:다운로드|받기|を入手|下载)"
MOBILE_SIGNATURE = re.compile(
    rf"^\W*(?:.{{0,20}}(?:{_SENT_FROM}|{_DEVICE_FIRST}).{{0,100}}|.{{0,20}}{_FROM_DEVICE}|{_CHINESE_FORM}.{{0,20}}|{_GET_PROGRAM}.{{0,120}})$",
    re.IGNORECASE,
)

QUOTED = re.compile(r"^\s{0,3}[>＞]|^[A-Za-z]{1,12}>(?:\s|$)")
BARRED = re.compile(r"^\s?\|(?:\s|$)(?!.*\|\s*$)")
# U+1427 is what a Gmail tracking add-on leaves behind.
DELIMITER = re.compile(r"^\s*(?:[-_=*#~+•·─—–]\s?){2,}$|^\s*\u1427\s*$")
LIST_FOOTER = re.compile(r"^_{20,}\s*$")
SIGNATURE = re.compile(r"^-- ?$")
