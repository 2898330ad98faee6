"""File names, and other parameters of header fields, in right and broken forms."""

from email import message_from_bytes

import pytest

from chalicelib.mail import parameters


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (b"attachment; filename=a.pdf", "a.pdf"),
        (b'attachment; filename="=?utf-8?b?7JWI7KCELnBkZg==?="', "안전.pdf"),
        (b"attachment; filename*=utf-8''%EC%95%88%EC%A0%84.pdf", "안전.pdf"),
        (b"attachment; filename*=euc-kr''%BE%C8%C0%FC.pdf", "안전.pdf"),
        (b"attachment; filename*0*=utf-8''%EC%95%88; filename*1*=%EC%A0%84.pdf", "안전.pdf"),
        (b'attachment; filename="%EC%95%88%EC%A0%84.pdf"', "안전.pdf"),
        (b'attachment; filename="100% sure.pdf"', "100% sure.pdf"),
        (b'attachment; filename="' + "안전.pdf".encode("cp949") + b'"', "안전.pdf"),
        (b'attachment; filename="' + "안전.pdf".encode() + b'"', "안전.pdf"),
        (b"attachment; filename=x.pdf; filename*=utf-8''%EC%95%88%EC%A0%84.pdf", "안전.pdf"),
        (b"attachment; filename*=utf-8'ko'%EC%95%88%EC%A0%84.pdf; filename=x.pdf", "안전.pdf"),
        (b"attachment; filename=x.pdf; filename*=utf-8''%EC%95%88%EC%A0", "x.pdf"),
        (b"attachment; filename*=\"utf-8''%EC%95%88%EC%A0%84.pdf\"", "안전.pdf"),
        (b"attachment; filename*=%EC%95%88%EC%A0%84.pdf", "안전.pdf"),
        (b"attachment; filename*=%BE%C8%C0%FC.pdf", "안전.pdf"),
        (b"attachment; filename*1*=%A0%84.pdf; filename*0*=utf-8''%EC%95%88%EC", "안전.pdf"),
        (b"attachment; filename*0*=utf-8''%EC%95%88;\n filename*1=\" plan \"; filename*2*=%EC%A0%84", "안 plan 전"),
        (b'attachment; filename*0="=?utf-8?b?7JWI7KC"; filename*1="ELnBkZg==?="', "안전.pdf"),
        (b"attachment; filename*=utf-8''=?utf-8?b?7JWI7KCELnBkZg==?=", "안전.pdf"),
        (b'attachment; filename="=?utf-8?b?7JWI7KC?=\n =?utf-8?b?ELnBkZg==?="', "안전.pdf"),
        (b"attachment; filename==?euc-kr?q?=BE=C8;=C0=FC?=", "안;전"),
        (b"attachment; filename*=" + "안전.pdf".encode("cp949"), "안전.pdf"),
        (b'attachment; filename="' + "表ソ.pdf".encode("cp932") + b'"', "表ソ.pdf"),
        (b'attachment; filename="%BE%C8%C0%FC.pdf"', "안전.pdf"),
        (b'attachment filename="a b.pdf"', "a b.pdf"),
        (b"attachment; filename=a b.pdf; size=3", "a b.pdf"),
        (b'attachment; filename="a"b.pdf"', 'a"b.pdf'),
        (b'attachment; filename="a.pdf', "a.pdf"),
        (b"attachment; filename='a.pdf'", "a.pdf"),
        (b'attachment; filename="a;b.pdf"; size=3', "a;b.pdf"),
        (b'attachment; filename="C:\\x\\a.pdf"', "C:\\x\\a.pdf"),
        (b"attachment", ""),
    ],
)
def test_file_names(field: bytes, expected: str) -> None:
    message = message_from_bytes(b"Content-Disposition: " + field + b"\n\n")

    assert parameters.find(message, "content-disposition", "filename", "euc-kr") == expected
