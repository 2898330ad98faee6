"""What mail programs copy above an original and write at the end of a mail, and what only looks like it."""

# The header of the original, by program and language.
HEADERS = {
    "intranet_ko": "----원본 메일----\n보낸사람: Help <support@deskbell.test>\n보낸시각: 2026-11-23\n제목: Pump",
    "outlook_de": """\
Von: Help <support@deskbell.test>
Gesendet: Montag, 23. November 2026 15:12
An: Hana
Cc: X <min@customer.example>
Betreff: Pump""",
    "outlook_fr": "De : Help <support@deskbell.test>\nEnvoyé : lundi 23 novembre 2026 15:12\nÀ : Hana\nObjet : Pump",
    "outlook_es": """\
De: Help <support@deskbell.test>
Enviado el: lunes, 23 de noviembre de 2026 15:12
Para: Hana
Asunto: Pump""",
    "outlook_pt": """\
De: Help <support@deskbell.test>
Enviada em: segunda-feira, 23 de novembro de 2026 15:12
Para: Hana
Assunto: Pump""",
    "outlook_it": "Da: Help <support@deskbell.test>\nInviato: lunedì 23 novembre 2026 15:12\nA: Hana\nOggetto: Pump",
    "outlook_nl": """\
Van: Help <support@deskbell.test>
Verzonden: maandag 23 november 2026 15:12
Aan: Hana
Onderwerp: Pump""",
    "outlook_pl": """\
Od: Help <support@deskbell.test>
Wysłano: poniedziałek, 23 listopada 2026 15:12
Do: Hana
Temat: Pump""",
    "outlook_ru": "От: Help <support@deskbell.test>\nОтправлено: 23 ноября 2026 г. 15:12\nКому: Hana\nТема: Pump",
    "outlook_uk": "Від: Help <support@deskbell.test>\nНадіслано: 23 листопада 2026 р. 15:12\nКому: Hana\nТема: Pump",
    "outlook_tr": """\
Gönderen: Help <support@deskbell.test>
Gönderilen: 23 Kasım 2026 Pazartesi 15:12
Kime: Hana
Konu: Pump""",
    "outlook_tr2": """\
Kimden: Help <support@deskbell.test>
Tarih: 23 Kasım 2026 Pazartesi 15:12
Kime: Hana
Konu: Pump""",
    "outlook_zh": "发件人: Help <support@deskbell.test>\n发送时间: 2026年11月23日 15:12\n收件人: Hana\n主题: Pump",
    "outlook_zhtw": """\
寄件者: Help <support@deskbell.test>
寄件日期: 2026年11月23日 下午 03:12
收件者: Hana
主旨: Pump""",
    "foxmail_zh": "发件人： Help\n发送时间： 2026-11-23 15:12\n收件人： hana@customer.example\n主题： Pump",
    "outlook_sv": "Från: Help <support@deskbell.test>\nSkickat: den 23 november 2026 15:12\nTill: Hana\nÄmne: Pump",
    "outlook_no": "Fra: Help <support@deskbell.test>\nSendt: mandag 23. november 2026 15:12\nTil: Hana\nEmne: Pump",
    "outlook_da": "Fra: Help <support@deskbell.test>\nSendt: 23. november 2026 15:12\nTil: Hana\nEmne: Pump",
    "outlook_fi": """\
Lähettäjä: Help <support@deskbell.test>
Lähetetty: maanantai 23. marraskuuta 2026 15.12
Vastaanottaja: Hana
Aihe: Pump""",
    "outlook_cs": """\
Od: Help <support@deskbell.test>
Odesláno: pondělí 23. listopadu 2026 15:12
Komu: Hana
Předmět: Pump""",
    "outlook_sk": """\
Od: Help <support@deskbell.test>
Odoslané: pondelok 23. novembra 2026 15:12
Komu: Hana
Predmet: Pump""",
    "outlook_hu": """\
Feladó: Help <support@deskbell.test>
Elküldve: 2026. november 23., hétfő 15:12
Címzett: Hana
Tárgy: Pump""",
    "outlook_ro": """\
De la: Help <support@deskbell.test>
Trimis: luni, 23 noiembrie 2026 15:12
Către: Hana
Subiect: Pump""",
    "outlook_el": """\
Από: Help <support@deskbell.test>
Στάλθηκε: Δευτέρα, 23 Νοεμβρίου 2026 3:12 μμ
Προς: Hana
Θέμα: Pump""",
    "outlook_he": "מאת: Help <support@deskbell.test>\nנשלח: יום שני 23 נובמבר 2026 15:12\nאל: Hana\nנושא: Pump",
    "outlook_ar": """\
من: Help <support@deskbell.test>
تم الإرسال: الاثنين 23 نوفمبر 2026 15:12
إلى: Hana
الموضوع: Pump""",
    "outlook_vi": """\
Từ: Help <support@deskbell.test>
Đã gửi: Thứ Hai, 23 tháng 11, 2026 15:12
Đến: Hana
Chủ đề: Pump""",
    "outlook_th": """\
จาก: Help <support@deskbell.test>
ส่งเมื่อ: วันจันทร์ที่ 23 พฤศจิกายน 2569 15:12
ถึง: Hana
เรื่อง: Pump""",
    "outlook_id": """\
Dari: Help <support@deskbell.test>
Dikirim: Senin, 23 November 2026 15.12
Kepada: Hana
Subjek: Pump""",
    "outlook_ja": "差出人: Help <support@deskbell.test>\n送信日時: 2026年11月23日 15:12\n宛先: 金\nCC: x\n件名: Pump",
    "outlook_ko": """\
보낸 사람: Help <support@deskbell.test>
보낸 날짜: 2026년 11월 23일 월요일 오후 3:12
받는 사람: 김하나
참조: 이둘
제목: Pump""",
    "outlook_bold": """\
*From:* Help <support@deskbell.test>
*Sent:* Monday, November 23, 2026 3:12 PM
*To:* Hana
*Subject:* Pump""",
    "outlook_markdown": "**From:** Help <support@deskbell.test>\n**Sent:** Monday\n**To:** Hana\n**Subject:** Pump",
    "gmx_de": """\
Gesendet: Montag, 23. November 2026 um 15:12 Uhr
Von: "Help" <support@deskbell.test>
An: hana@customer.example
Betreff: Pump""",
    "nate_ko": """\
----- Original Message -----
보낸사람 : Help <support@deskbell.test>
받는사람 : 김하나
보낸날짜 : 2026-11-23 15:12
제목 : Pump""",
    "paran_ko": """\
---------[ 받은 메일 내용 ]----------
제목 : Pump
날짜 : 2026년 11월 23일
보낸이 : Help <support@deskbell.test>
받는이 : 김하나""",
    "samsung_de": """\
-------- Ursprüngliche Nachricht --------
Von: Help <support@deskbell.test>
Datum: 23.11.26 15:12 (GMT+01:00)
An: hana@customer.example
Betreff: Pump""",
    "samsung_fr": """\
-------- Message d'origine --------
De : Help <support@deskbell.test>
Date : 23/11/2026 15:12 (GMT+01:00)
À : hana@customer.example
Objet : Pump""",
    "qq_en": """\
------------------ Original ------------------
From: "Help" <support@deskbell.test>;
Date: Mon, Nov 23, 2026 03:12 PM
To: "hana"<hana@customer.example>;
Subject: Pump""",
    "qq_zh": """\
------------------ 原始邮件 ------------------
发件人: "Help" <support@deskbell.test>;
发送时间: 2026年11月23日(星期一) 下午3:12
收件人: "hana"<hana@customer.example>;
主题: Pump""",
    "netease_table": """\
---- 回复的原邮件 ----
| 发件人 | Help<support@deskbell.test> |
| 日期 | 2026年11月23日 15:12 |
| 收件人 | hana@customer.example |
| 主题 | Pump |""",
    "netease_table_en": """\
---- Replied Message ----
| From | Help<support@deskbell.test> |
| Date | 11/23/2026 15:12 |
| To | hana@customer.example |
| Subject | Pump |""",
    "yahoo_jp": """\
----- Original Message -----
From: Help <support@deskbell.test>
To: hana@customer.example
Date: 2026/11/23, Mon 15:12
Subject: Pump""",
    "outlook_rule_en": """\
________________________________
From: Help <support@deskbell.test>
Sent: Monday, November 23, 2026 3:12:12 PM
To: Hana
Subject: Pump""",
    "outlook_rule_dashes": """\
-----------------------------------------------
From: Help <support@deskbell.test>
Sent: Monday, November 23, 2026 3:12:12 PM
To: Hana
Subject: Pump""",
    "outlook_folded_to": """\
From: Help <support@deskbell.test>
Sent: Monday, November 23, 2026 3:12:12 PM
To: Hana <hana@customer.example>; B <b@c.x>;
 C <c@c.x>; D <d@c.x>
Cc: E <e@c.x>
Subject: Pump""",
    "blank_between": """\
From: Help <support@deskbell.test>

Sent: Monday, November 23, 2026 3:12:12 PM

To: Hana <hana@customer.example>

Subject: Pump""",
    "indented": """\
    From: Help <support@deskbell.test>
    Sent: Monday, November 23, 2026 3:12:12 PM
    To: Hana <hana@customer.example>
    Subject: Pump""",
    "notes_en": """\
From:        Help <support@deskbell.test>
To:        Hana <hana@customer.example>
Date:        11/23/2026 03:12 PM
Subject:        Pump""",
    "zimbra_fr": """\
De: "Help" <support@deskbell.test>
À: "Hana" <hana@customer.example>
Envoyé: Lundi 23 Novembre 2026 15:12:12
Objet: Pump""",
    "samsung_cs": """\
-------- Původní zpráva --------
Od: Help <support@deskbell.test>
Datum: 23.11.26 15:12
Komu: hana@customer.example
Předmět: Pump""",
    "outlook_old_es": """\
-----Mensaje original-----
De: Help [mailto:support@deskbell.test]
Enviado el: lunes, 23 de noviembre de 2026 15:12
Para: Hana
Asunto: Pump""",
}

# The last line of a mail from a phone, or from a program that advertises itself.
FOOTERS = [
    "Sent from my iPhone",
    "Von meinem iPhone gesendet",
    "Von meinem iPad gesendet",
    "Gesendet mit der GMX Mail App",
    "Diese Nachricht wurde von meinem Android-Gerät mit WEB.DE Mail gesendet.",
    "Envoyé de mon iPhone",
    "Envoyé depuis mon appareil Samsung",
    "Envoyé à partir de Outlook pour Android",
    "Télécharger Outlook pour Android",
    "Obtenez Outlook pour iOS",
    "Enviado desde mi iPhone",
    "Enviado do meu iPhone",
    "Enviado do meu celular",
    "Inviato da iPhone",
    "Inviato dal mio iPhone",
    "Verstuurd vanaf mijn iPhone",
    "Verzonden vanaf mijn Galaxy",
    "Skickat från min iPhone",
    "Sendt fra min iPhone",
    "Lähetetty iPhonesta",
    "Wysłane z iPhone'a",
    "Wysłano z Outlooka dla Androida",
    "Odesláno z iPhonu",
    "Odoslané z iPhonu",
    "Az iPhone-omról küldve",
    "Trimis de pe iPhone-ul meu",
    "Отправлено с iPhone",
    "Надіслано з iPhone",
    "iPhone'umdan gönderildi",
    "Στάλθηκε από το iPhone μου",
    "נשלח מה-iPhone שלי",
    "أُرسلت من الـ iPhone",
    "Đã gửi từ iPhone của tôi",
    "ส่งจาก iPhone ของฉัน",
    "Dikirim dari iPhone saya",
    "मेरे iPhone से भेजा गया",
    "从我的 iPhone 发送",
    "发自我的iPhone",
    "從我的 iPhone 傳送",
    "iPhoneから送信",
    "私のiPhoneから送信",
    "나의 iPhone에서 보냄",
    "내 iPad에서 보냄",
    "삼성 갤럭시 스마트폰에서 보냄",
    "Galaxy에서 보냄",
    "네이버 메일 앱에서 보냈습니다.",
    "카카오메일에서 보냄",
    "iOS용 Outlook 다운로드",
    "Android용 Outlook 다운로드",
    "Outlook for iOS を入手",
    "Outlook für iOS beziehen",
    "Holen Sie sich Outlook für Android",
    "Obtener Outlook para Android",
    "Scarica Outlook per iOS",
    "Sent from Outlook for iOS",
    "Get Outlook for Android<https://aka.ms/AAb9ysg>",
    "Get Outlook for iOS <https://aka.ms/o0ukef>",
    "Sent from Yahoo Mail on Android",
    "Sent from Yahoo Mail for iPhone",
    "Yahoo Mail: Search, Organize, Conquer",
    "Sent with Proton Mail secure email.",
    "Sent from Proton Mail mobile",
    "Sent via Superhuman",
    "Sent from Mail for Windows 10",
    "Sent from Mail for Windows",
    "Sent using Zoho Mail",
    "Sent from my Galaxy",
    "Sent from my T-Mobile 4G LTE Device",
    "Sent from my Verizon, Samsung Galaxy smartphone",
    "Sent from Samsung Mobile",
    "Enviado desde mi Samsung Mobile de Claro",
    "Отправлено из мобильной Почты Mail.ru",
    "Отправлено из Яндекс Почты для мобильных",
    "发自我的小米手机",
    "来自我的华为手机",
    "Sent from Gmail Mobile",
    "Get BlueMail for Android",
    "Envoyé depuis l'application Mail Orange",
    "Sent from HUAWEI phone",
    "Sent from my Pixel 8",
]

# What customers write themselves.
OWN_WORDS = [
    "mysql> select 1;\nERROR 1064\nsftp> get pump.log",
    "The news went out from my phone and from yours.\n\nAll mails are sent from the main server.",
    "We found:\n-- the hose leaks\n-- the pump drips\n\nWhat now?",
    "## Pump\n----\n\n1. drips\n\n====\n\nMore below the line.",
    "From: hana@customer.example\nTo: min@customer.example\n\nPlease change my address like that.",
    "I have told your colleague Min Lee <min@customer.example> already on 23 November 2026 at 15:12:\n\n- it drips",
    "2026/11/23 Min Lee <min@customer.example>\n\nThat is who came.",
    "I tried from my phone and from the tablet.",
    "Sent the form by mail.",
    "Ich habe es Ihnen per Mail geschickt.",
    "Von meinem Handy aus geht es nicht.",
    "From my phone I can't log in.",
    "사진은 핸드폰에서 보냈습니다.",
    "Ich nutze Outlook für Android.",
    "We use Outlook for iOS.",
    "Steps:\n- open\n- close\n- drip",
    "A | B\n--|--\n1 | 2",
    "On Monday at 3:12 PM the pump stopped and I wrote down the number:\n\n4711",
    "The log of 2026-11-23 15:12:\n> error 4711\n\nWhat does it mean?",
    "Hier das Protokoll vom 23.11.2026 15:12:\n\nFehler 4711\n\nWas tun?",
    """\
Here are the headers of the mail I got:

Return-Path: <spam@elsewhere.example>
Received: from a by b; Mon, 23 Nov 2026
From: Spam <spam@elsewhere.example>
To: hana@customer.example
Subject: Win
Date: Mon, 23 Nov 2026 15:12:12 +0900
Message-ID: <1@elsewhere.example>

Is that yours?""",
    "From: Seoul\nTo: Busan\nDate: 3 May",
    "Name: Hana Kim\nEmail: hana@customer.example\nDate: 2026-11-23\nSubject: Pump\n\nIt drips.",
    "연락처: 010-1234-5678\n날짜: 11월 23일\n제목: 환불\n\n환불해 주세요.",
    "2026-11-23 15:12:12 ERROR Timeout\n2026-11-23 15:12:13 INFO retry user@host.example:\n  ok",
    "---\ntitle: x\n---\nbody",
    "Dear team,\n\n*** IMPORTANT ***\n\nCall me at 15:12.\n\n***\n\nHana",
    "My address: hana@customer.example:\nplease use it.",
    "I met Hana <hana@customer.example> on 23 November 2026 at 15:12 and she said it works\n\nWhat now?",
    "Sie schrieb am 3.5.2026, dass folgendes fehlt:\n\n- Pumpe\n- Schlauch",
    "He wrote the following:\n\nThe pump is broken.",
    "def f():\n    return x >> 2\n\n>>> f()\n3\n\nWhy 3?",
    'In the manual you wrote:\n"turn left"\nbut it turns right.',
    "Termin: 23.11.2026 15:12\nOrt: Seoul\n\nPasst das?",
    "mysql> select 1;\n+---+\n| 1 |\n+---+\n\nWhy?",
    "Von: Seoul\nNach: Busan\nDatum: 3.5.",
    "저는 2026년 11월 23일 오후 3시 12분에 작성했습니다.\n\n확인해 주세요.",
    "다음은 2026년 11월 23일에 작성한 목록입니다:\n\n- 펌프",
    "Original message was fine.",
    "-----\nOriginal offer: 100\n-----\nToo much.",
    "Please forward this message:\n\nHello Min, call me.",
]
