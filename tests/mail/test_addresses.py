"""The mailboxes of address fields, however they are written."""

import pytest

from chalicelib.mail import addresses
from chalicelib.mail.message import Address


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a@b.kr", [Address("a@b.kr")]),
        ("<a@B.KR>", [Address("a@b.kr")]),
        ('"hana.kim"@b.kr', [Address("hana.kim@b.kr")]),
        ('Hana <"hana.kim"@b.kr>', [Address("hana.kim@b.kr", "Hana")]),
        ('"hana kim"@b.kr', [Address('"hana kim"@b.kr')]),
        ('"Kim, Hana" <a@b.kr>, c@d.kr', [Address("a@b.kr", "Kim, Hana"), Address("c@d.kr")]),
        ("=?utf-8?b?6rmA7ZWY64KY?= <a@b.kr>", [Address("a@b.kr", "김하나")]),
        ('"=?utf-8?b?6rmA7ZWY64KY?=" <a@b.kr>', [Address("a@b.kr", "김하나")]),
        ("=?utf-8?q?Kim,_Hana?= <a@b.kr>", [Address("a@b.kr", "Kim, Hana")]),
        ("a@b.kr (Hana Kim)", [Address("a@b.kr", "Hana Kim")]),
        ("a@b.kr; c@d.kr", [Address("a@b.kr"), Address("c@d.kr")]),
        ("Team: a@b.kr, c@d.kr;", [Address("a@b.kr"), Address("c@d.kr")]),
        ('"a@b.kr" <c@d.kr>', [Address("c@d.kr", "a@b.kr")]),
        ("'Hana' <a@b.kr>", [Address("a@b.kr", "Hana")]),
        ('"Hana \\"Pump\\" Kim" <a@b.kr>', [Address("a@b.kr", 'Hana "Pump" Kim')]),
        ("Hana Kim a@b.kr", [Address("a@b.kr")]),
        ("A@b.kr, a@B.KR", [Address("A@b.kr")]),
        ('"two words"@b.kr', [Address('"two words"@b.kr')]),
        ("Kim, Hana <a@b.kr>", [Address("a@b.kr", "Kim, Hana")]),
        ('"Kim, Hana <a@b.kr>, c@d.kr', [Address("a@b.kr", "Kim, Hana"), Address("c@d.kr")]),
        ('Kim "Han" Hana <a@b.kr>', [Address("a@b.kr", 'Kim "Han" Hana')]),
        ("김하나<a@b.kr>;이둘<c@d.kr>", [Address("a@b.kr", "김하나"), Address("c@d.kr", "이둘")]),
        ("Team: Hana <a@b.kr>, c@d.kr; e@f.kr", [Address("a@b.kr", "Hana"), Address("c@d.kr"), Address("e@f.kr")]),
        ("=?utf-8?b?S2ltLCBIIDx4QHkuej4=?= <a@b.kr>", [Address("a@b.kr", "Kim, H <x@y.z>")]),
        ("=?utf-8?b?6rmA7ZWY64KYIDxhQGIua3I+?=", [Address("a@b.kr", "김하나")]),
        ("Support @ Acme <a@b.kr>", [Address("a@b.kr", "Support @ Acme")]),
        ("a@b.kr c@d.kr", [Address("a@b.kr"), Address("c@d.kr")]),
        ("Hana <a@b.kr", [Address("a@b.kr", "Hana")]),
        ("<<a@b.kr>>", [Address("a@b.kr")]),
        ("<mailto:a@b.kr>", [Address("a@b.kr")]),
        ("Hana <@relay.kr:a@b.kr>", [Address("a@b.kr", "Hana")]),
        ("a @ b.kr", [Address("a@b.kr")]),
        ("a@[192.0.2.1]", [Address("a@[192.0.2.1]")]),
        ('"odd\\"name"@b.kr', [Address('"odd\\"name"@b.kr')]),
        ("홍길동@도메인.한국", [Address("홍길동@도메인.한국")]),
        ("undisclosed-recipients:;", []),
        ("Hana Kim", []),
        ("", []),
    ],
)
def test_addresses(raw: str, expected: list[Address]) -> None:
    assert addresses.find([raw]) == tuple(expected)
