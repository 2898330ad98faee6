"""Parts of every kind and shape: what is text, what an attachment, and under which name."""

import base64

import pytest

from chalicelib.mail.message import InboundMail
from chalicelib.mail.read import read
from tests.mail.making import raw_mail

UUENCODED = "begin 644 pump.txt\n0:70@9')I<',@)B!P;W5R<P``\n`\nend\n"


def _parts(*parts: str | bytes, kind: str = "multipart/mixed; boundary=x", end: str = "--x--\r\n") -> InboundMail:
    encoded = [part if isinstance(part, bytes) else part.encode() for part in parts]
    body = b"".join(b"--x\r\n" + part + b"\r\n" for part in encoded) + end.encode()
    return read(raw_mail(body, Content_Type=kind))


def _part(kind: str, content: str, **fields: str) -> str:
    header = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"Content-Type: {kind}\r\n{header}\r\n{content}"


def _names(mail: InboundMail) -> list[str]:
    return [attachment.filename for attachment in mail.attachments]


class TestUuencode:
    def test_a_file_in_the_text_is_an_attachment(self) -> None:
        mail = read(raw_mail(f"See below.\n\n{UUENCODED}\nThanks"))

        assert [(found.filename, found.content) for found in mail.attachments] == [("pump.txt", b"it drips & pours")]
        assert mail.text == "See below.\n\n\n\nThanks"

    @pytest.mark.parametrize("damaged", [UUENCODED.replace("end", "fin"), UUENCODED.replace("`", "`\nno line of it")])
    def test_a_damaged_one_stays_text(self, damaged: str) -> None:
        mail = read(raw_mail(f"See below.\n\n{damaged}"))

        assert "begin 644 pump.txt" in mail.text
        assert mail.attachments == ()

    def test_words_that_look_like_its_first_line_stay(self) -> None:
        text = "begin 644 miles from here\nand drive to the\nend"

        assert read(raw_mail(text)).text == text

    def test_a_part_may_be_encoded_so_as_a_whole(self) -> None:
        part = _part("image/png; name=a.png", UUENCODED, Content_Transfer_Encoding="x-uuencode")

        assert _parts(part).attachments[0].content == b"it drips & pours"


def _der(tag: int, *values: bytes) -> bytes:
    content = b"".join(values)
    size = len(content)
    return bytes([tag, size] if size < 128 else [tag, 0x82, size >> 8, size & 255]) + content


def _ber(tag: int, *values: bytes) -> bytes:
    return bytes([tag, 0x80]) + b"".join(values) + b"\0\0"


DATA, SIGNED, ENVELOPED = (_der(6, bytes.fromhex("2a864886f70d0107") + bytes([kind])) for kind in (1, 2, 3))
INNER = _part("text/plain; charset=utf-8", "서명한 글입니다.").encode()
SIGNED_MAILS = {
    "whole": _der(
        0x30,
        SIGNED,
        _der(0xA0, _der(0x30, _der(2, b"\1"), _der(0x31), _der(0x30, DATA, _der(0xA0, _der(4, INNER))))),
    ),
    "in_parts": _ber(
        0x30,
        SIGNED,
        _ber(
            0xA0,
            _ber(
                0x30,
                _der(2, b"\1"),
                _der(0x31),
                _ber(0x30, DATA, _ber(0xA0, _ber(0x24, _der(4, INNER[:50]), _der(4, INNER[50:])))),
            ),
        ),
    ),
}


class TestSecureMail:
    @pytest.mark.parametrize("packed", SIGNED_MAILS.values(), ids=SIGNED_MAILS)
    def test_what_lies_inside_a_signature_is_read(self, packed: bytes) -> None:
        fields = {"Content_Type": "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m"}
        mail = read(raw_mail(base64.encodebytes(packed), Content_Transfer_Encoding="base64", **fields))

        assert (mail.text, mail.attachments) == ("서명한 글입니다.", ())

    def test_a_damaged_signature_stays_an_attachment(self) -> None:
        packed = base64.encodebytes(SIGNED_MAILS["whole"][:60])
        fields = {"Content_Type": "application/pkcs7-mime", "Content_Transfer_Encoding": "base64"}

        assert _names(read(raw_mail(packed, **fields))) == ["smime.p7m"]

    @pytest.mark.parametrize("kind", ["application/pkcs7-mime", "application/x-pkcs7-mime; smime-type=enveloped-data"])
    def test_an_encrypted_mail_is_kept_for_a_person_to_open(self, kind: str) -> None:
        packed = _der(0x30, ENVELOPED, _der(0xA0, _der(0x30, b"secret")))
        mail = read(raw_mail(base64.encodebytes(packed), Content_Type=kind, Content_Transfer_Encoding="base64"))

        assert "encrypted" in mail.defects
        assert [(found.filename, found.content) for found in mail.attachments] == [("smime.p7m", packed)]

    def test_pgp_mime_is_kept_as_well(self) -> None:
        version = _part("application/pgp-encrypted", "Version: 1")
        mail = _parts(
            version,
            _part("application/octet-stream; name=encrypted.asc", "secret"),
            kind="multipart/encrypted; boundary=x",
        )

        assert "encrypted" in mail.defects
        assert _names(mail) == ["version.asc", "encrypted.asc"]

    def test_a_signature_beside_the_text_is_an_attachment(self) -> None:
        mail = _parts(
            _part("text/plain", "Hello."),
            _part("application/pkcs7-signature", "x"),
            kind="multipart/signed; boundary=x",
        )

        assert (mail.text, _names(mail)) == ("Hello.", ["smime.p7s"])

    def test_encrypted_text_is_named_and_stays(self) -> None:
        mail = read(raw_mail("-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----"))

        assert "encrypted" in mail.defects
        assert "abc" in mail.text


CALENDAR = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
SUMMARY:Pump repair\\, second visit
DTSTART;TZID=Asia/Seoul:20261123T100000
DTEND;TZID=Asia/Seoul:20261123T113000
LOCATION:Depot 4
ORGANIZER;CN="Kim, Hana":mailto:hana@customer.example
DESCRIPTION:Bring a seal.\\nAnd tea
  bags.
BEGIN:VALARM
DESCRIPTION:Alarm
END:VALARM
END:VEVENT
END:VCALENDAR"""


class TestCalendars:
    def test_an_invitation_without_words_is_told_in_words(self) -> None:
        mail = read(raw_mail(CALENDAR, Content_Type="text/calendar; method=REQUEST; charset=utf-8"))

        assert mail.text == (
            "Invitation: Pump repair, second visit\nWhen: 2026-11-23 10:00 – 11:30 (Asia/Seoul)\nWhere: Depot 4\n"
            "Organizer: Kim, Hana <hana@customer.example>\n\nBring a seal.\nAnd tea bags."
        )
        assert _names(mail) == ["invite.ics"]

    def test_beside_words_it_is_an_attachment_alone(self) -> None:
        mail = _parts(
            _part("text/plain", "Please come."),
            _part("text/calendar; method=REQUEST", CALENDAR),
            kind="multipart/alternative; boundary=x",
        )

        assert (mail.text, _names(mail)) == ("Please come.", ["invite.ics"])

    @pytest.mark.parametrize(
        ("moments", "told"),
        [
            ("DTSTART:20261123T010000Z\nDTEND:20261123T020000Z", "2026-11-23 01:00 – 02:00 UTC"),
            ("DTSTART;VALUE=DATE:20261123\nDTEND;VALUE=DATE:20261125", "2026-11-23 – 2026-11-25"),
            ("DTSTART:20261123T220000\nDTEND:20261124T010000", "2026-11-23 22:00 – 2026-11-24 01:00"),
            ("DTSTART;VALUE=DATE:20261123", "2026-11-23"),
        ],
    )
    def test_times_are_told_as_they_stand(self, moments: str, told: str) -> None:
        event = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Visit\n{moments}\nEND:VEVENT\nEND:VCALENDAR"

        assert read(raw_mail(event, Content_Type="text/calendar")).text == f"Event: Visit\nWhen: {told}"

    def test_an_answer_tells_who_comes(self) -> None:
        event = (
            "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nSUMMARY:Visit\n"
            "ATTENDEE;PARTSTAT=ACCEPTED:mailto:hana@customer.example\nEND:VEVENT\nEND:VCALENDAR"
        )

        assert read(raw_mail(event, Content_Type="text/calendar")).text == (
            "Answer: Visit\nFrom: hana@customer.example: accepted"
        )


class TestShapes:
    def test_texts_and_pictures_may_follow_one_another(self) -> None:
        mail = _parts(
            _part("text/plain", "Before."),
            _part("image/jpeg; name=a.jpg", "JPEG", Content_Disposition="inline; filename=a.jpg"),
            _part("text/plain", "Between."),
            _part("application/pdf; name=b.pdf", "PDF"),
            _part("text/plain", "After."),
        )

        assert mail.text == "Before.\n\nBetween.\n\nAfter."
        assert _names(mail) == ["a.jpg", "b.pdf"]

    def test_an_alternative_for_one_program_is_left_out(self) -> None:
        mail = _parts(
            _part("text/plain", "Plain."),
            _part("text/x-amp-html", "<p>Amp"),
            _part("text/html", "<p>Page"),
            kind="multipart/alternative; boundary=x",
        )

        assert (mail.text, mail.html, mail.attachments) == ("Plain.", "<p>Page", ())

    def test_a_plain_text_that_only_asks_for_another_program_is_not_the_text(self) -> None:
        mail = _parts(
            _part("text/plain", "Please view this email in a program that supports HTML."),
            _part("text/html", "<p>It drips."),
            kind="multipart/alternative; boundary=x",
        )

        assert mail.text.endswith("It drips.")

    def test_the_page_of_a_related_mail_may_stand_last(self) -> None:
        mail = _parts(
            _part("text/html", "<p>A frame", Content_ID="<frame>"),
            _part("text/html", "<p>The page", Content_ID="<page>"),
            kind='multipart/related; boundary=x; start="<page>"',
        )

        assert mail.text == "The page"
        assert [(found.content_id, found.inline) for found in mail.attachments] == [("frame", True)]

    def test_mails_in_a_digest_are_attachments_named_by_their_subjects(self) -> None:
        mail = _parts(
            *("\r\nSubject: First\r\n\r\nOne", "\r\nSubject: =?utf-8?b?65GY7Ke4?=\r\n\r\nTwo"),
            kind="multipart/digest; boundary=x",
        )

        assert _names(mail) == ["First.eml", "둘째.eml"]
        assert mail.attachments[0].content == b"Subject: First\n\nOne"

    @pytest.mark.parametrize(
        ("kind", "defect"),
        [("message/partial; number=1; id=a", "partial"), ("message/external-body", "external_body")],
    )
    def test_mail_that_is_elsewhere_is_named(self, kind: str, defect: str) -> None:
        mail = read(raw_mail("Content-Type: text/plain\r\n\r\nA half", Content_Type=kind))

        assert defect in mail.defects
        assert b"A half" in mail.attachments[0].content

    @pytest.mark.parametrize(
        "kind",
        [
            "multipart/mixed; boundary=other",
            "multipart/mixed",
            "multipart/mixed boundary=x",
            "",
        ],
    )
    def test_parts_are_found_whatever_their_boundary_is_called(self, kind: str) -> None:
        mail = _parts(_part("text/plain", "It drips."), _part("application/pdf; name=a.pdf", "PDF"), kind=kind)

        assert (mail.text, _names(mail)) == ("It drips.", ["a.pdf"])

    def test_parts_without_end_are_whole(self) -> None:
        mail = _parts(_part("text/plain", "It drips."), _part("application/pdf; name=a.pdf", "PDF"), end="")

        assert (mail.text, _names(mail)) == ("It drips.", ["a.pdf"])

    def test_parts_behind_an_end_that_comes_too_early_are_found(self) -> None:
        late = "--x--\r\n\r\n--x\r\n" + _part("application/pdf; name=a.pdf", "PDF") + "\r\n--x--\r\n"
        mail = _parts(_part("text/plain", "It drips."), end=late)

        assert (mail.text, _names(mail)) == ("It drips.", ["a.pdf"])

    def test_a_multipart_without_parts_is_text(self) -> None:
        assert read(raw_mail("It drips.", Content_Type="multipart/mixed; boundary=x")).text == "It drips."

    def test_a_mail_that_quotes_parts_keeps_them_in_its_text(self) -> None:
        text = "I got this:\n\n--x\nContent-Type: text/plain\n\nHello\n--x--\n"

        assert read(raw_mail(text)).text == text.strip()


class TestTexts:
    @pytest.mark.parametrize(
        ("source", "text"),
        [
            ("<bold>Now</bold> is\nthe\n\ntime <<x>", "Now is the\ntime <x>"),
            ("<color><param>red</param>Hot</color> pump", "Hot pump"),
        ],
    )
    def test_enriched_text_is_read(self, source: str, text: str) -> None:
        assert read(raw_mail(source, Content_Type="text/enriched")).text == text

    def test_rich_text_alone_is_read_and_kept(self) -> None:
        mail = read(raw_mail(r"{\rtf1\ansi It drips.\par}", Content_Type="text/rtf"))

        assert (mail.text, _names(mail)) == ("It drips.", ["text-1.rtf"])

    def test_markdown_is_text(self) -> None:
        assert read(raw_mail("*It* drips.", Content_Type="text/markdown")).text == "*It* drips."

    def test_a_page_says_its_charset_itself(self) -> None:
        page = '<html><head><meta charset="windows-1251"></head><p>Насос</p>'.encode("cp1251")
        mail = read(raw_mail(page, Content_Type="text/html"))

        assert (mail.text, mail.charset) == ("Насос", "cp1251")

    @pytest.mark.parametrize(
        "kind", ["text/html charset=utf-8", '"text/html"; charset="utf-8"', "TEXT/HTML;;charset=utf-8"]
    )
    def test_a_type_may_lack_its_semicolon(self, kind: str) -> None:
        assert read(raw_mail("<p>물이 새요", Content_Type=kind)).text == "물이 새요"

    def test_flowed_lines_lose_their_space_where_it_says_so(self) -> None:
        fields = {"Content_Type": "text/plain; format=flowed; delsp=yes; charset=utf-8"}

        assert read(raw_mail("물이 \r\n새요", **fields)).text == "물이새요"


ENCODED = base64.b64encode("물이 새요. It drips.".encode()).decode()
ENCODINGS = {
    "semicolon": ("base64;", ENCODED),
    "quoted": ('"base64"', ENCODED),
    "hyphen": ("base-64", ENCODED),
    "comment": ("BASE64 (fine)", ENCODED),
    "no_padding": ("base64", ENCODED.rstrip("=")),
    "junk": ("base64", f"!{ENCODED[:10]}*\r\n{ENCODED[10:]}\x07"),
    "pieces": (
        "base64",
        base64.b64encode("물이 새".encode()).decode() + "\r\n" + base64.b64encode("요. It drips.".encode()).decode(),
    ),
    "not_encoded": ("base64", "물이 새요. It drips."),
    "qp": ("QuotedPrintable", "=EB=AC=BC=EC=9D=B4 =EC=83=88=EC=9A=94. It =\r\ndrips."),
    "bare": ("8bit;", "물이 새요. It drips."),
    "unknown": ("none", "물이 새요. It drips."),
}


class TestTransferEncodings:
    @pytest.mark.parametrize(("label", "content"), ENCODINGS.values(), ids=ENCODINGS)
    def test_an_encoding_is_undone_however_it_is_written(self, label: str, content: str) -> None:
        fields = {"Content_Type": "text/plain; charset=utf-8", "Content_Transfer_Encoding": label}

        assert read(raw_mail(content, **fields)).text == "물이 새요. It drips."

    def test_a_footer_that_a_list_added_behind_base64_stays_readable(self) -> None:
        fields = {"Content_Type": "text/plain; charset=utf-8", "Content_Transfer_Encoding": "base64"}
        mail = read(raw_mail(f"{ENCODED}\r\n_____________\r\nThe pumps list: see our page\r\n", **fields))

        assert "It drips." in mail.text
        assert "The pumps list: see our page" in mail.text

    def test_broken_quoted_printable_keeps_what_it_can(self) -> None:
        fields = {"Content_Type": "text/plain; charset=utf-8", "Content_Transfer_Encoding": "quoted-printable"}

        assert read(raw_mail("100 =% =ZZ =EB=AC=BC =", **fields)).text == "100 =% =ZZ 물 "
