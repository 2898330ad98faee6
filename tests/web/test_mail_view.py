"""Mails as they came, shown in the console so that they can do nothing."""

import re
import time
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest

from chalicelib.adapters import aws, tickets
from chalicelib.desk import tickets as desk
from chalicelib.domain.entry import Attachment
from tests.conftest import ADMIN, CONTRIBUTOR, MAIL_BUCKET
from tests.web.tickets import open_ticket, receive
from tests.web.visitor import Answer, Visitor, now

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 50
KEY = "inbound/designed"
HOSTILE = """<html><head><base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example">
<style>@import url(https://evil.example/a.css); .leads-to { display: none }</style><link rel="stylesheet" href="x.css">
<script>alert(1)</script></head><body onload="alert(1)"><svg onload="alert(1)"><script>alert(1)</script></svg>
<form action="https://evil.example"><input name="password"><button>Sign in</button></form>
<iframe src="https://evil.example"></iframe><object data="https://evil.example"></object><embed src="x">
<a href="javascript:alert(1)">a</a><a href="data:text/html,<script>alert(1)</script>">b</a>
<div style="position:fixed;inset:0;z-index:9;background:url(https://evil.example/b.png)">Covered</div>
<table background="https://evil.example/c.png"><tr><td>Word</td></tr></table></body></html>"""


def mail(html: str, *pictures: tuple[str, bytes]) -> bytes:
    """A mail with HTML and pictures that it names by their content ids."""
    message = EmailMessage()
    message["From"], message["Subject"] = "Kim <kim@customer.example>", "Pump"
    message.set_content("The words alone.")
    message.add_alternative(html, subtype="html")
    part = message.get_payload()[1]  # type: ignore[index] # the alternative
    for content_id, content in pictures:
        part.add_related(content, "image", "png", cid=f"<{content_id}>", filename=f"{content_id}.png")  # type: ignore[union-attr] # a part is one
    return message.as_bytes(policy=SMTP)


def path_of(raw: bytes, view: str = "mail", **message: Any) -> str:
    """A ticket with this mail as its newest message; the path of one of the mail's views."""
    number = open_ticket()
    aws.client("s3").put_object(Bucket=MAIL_BUCKET, Key=KEY, Body=raw)
    receive(number, "The words alone.", raw_key=KEY, has_html=True, **message)
    return f"/agent/tickets/{number}/entries/{tickets.get_page(number).entries[-1].id}/{view}"


def shown(visitor: Visitor, html: str, *pictures: tuple[str, bytes], query: str = "") -> Answer:
    answer = visitor.get(path_of(mail(html, *pictures)) + query)
    assert answer.status == 200
    return answer


class TestDocument:
    def test_it_may_run_nothing_and_fetch_nothing(self, agent: Visitor) -> None:
        headers = shown(agent, "<p>Hello</p>").headers
        assert headers["Content-Security-Policy"] == (
            "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; "
            "style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
        )
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "SAMEORIGIN"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "private, max-age=300"

    def test_its_own_pictures_stand_where_they_belong(self, agent: Visitor) -> None:
        page = shown(agent, '<p>Look: <img src="cid:pump" alt="Pump"></p>', ("pump", PNG)).text
        assert re.search(r'Look: <img src="data:image/png;base64,\S+" alt="Pump">', page)
        assert "<figure>" not in page

    def test_pictures_that_the_html_leaves_out_follow_it(self, agent: Visitor) -> None:
        assert re.search(
            r'<figure><img src="data:image/png[^"]+" alt="pump.png">', shown(agent, "x", ("pump", PNG)).text
        )

    def test_remote_pictures_come_only_when_asked_for(self, agent: Visitor) -> None:
        html = '<img src="http://news.example/a.png" alt="News">'
        assert "news.example/a.png" not in shown(agent, html).text
        answer = shown(agent, html, query="?images=1")
        assert '<img src="https://news.example/a.png" alt="News">' in answer.text
        assert "img-src data: https:;" in answer.headers["Content-Security-Policy"]

    def test_nothing_of_a_hostile_mail_is_left_but_its_words(self, agent: Visitor) -> None:
        for query in ("", "?images=1"):
            page = shown(agent, HOSTILE, query=query).text.partition("<body>")[2]
            assert "Covered" in page
            assert "Word" in page
            assert not re.search(
                r"evil\.example|alert|<(form|input|svg|meta|base|style|iframe|object|embed)|onload", page
            )

    def test_pictures_fill_no_more_than_lambda_hands_over(self, agent: Visitor) -> None:
        large = PNG.ljust(3_000_000, b"x")
        page = shown(agent, '<img src="cid:one"><img src="cid:two">', ("one", large), ("two", large)).text
        assert page.count("data:image/png") == 1
        assert '<span class="picture" title="two.png">two.png</span>' in page
        assert len(page) < 5_900_000

    @pytest.mark.parametrize(
        "html",
        ["<div>" * 200_000, "<p>가나다</p>" * 500_000, f"<p>{'가' * 3_000_000}</p>"],
        ids=["deep", "busy", "long"],
    )
    def test_what_is_too_complex_or_too_long_is_shown_as_its_words(self, agent: Visitor, html: str) -> None:
        path = path_of(mail(html))
        started = time.process_time()
        page = agent.get(path)
        assert time.process_time() - started < 5
        assert "<pre>The words alone." in page.text
        assert len(page.text) < 5_900_000
        assert "too complex" in agent.get(path.replace("/mail", "/designed")).text


class TestPage:
    def test_the_document_stands_in_a_frame_without_an_origin(self, agent: Visitor) -> None:
        answer = agent.get(path := path_of(mail("<p>Hello</p>"), "designed"))
        sandbox = 'sandbox="allow-popups allow-popups-to-escape-sandbox"'
        assert re.search(rf'<iframe [^>]*src="{path.replace("/designed", "/mail")}" {sandbox}', answer.text)
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-src 'self'" in policy
        assert "frame-ancestors 'self'" in policy
        assert "unsafe" not in policy
        assert "Hello" not in answer.text

    def test_it_tells_how_many_pictures_are_blocked_and_from_where(self, agent: Visitor) -> None:
        html = '<img src="https://a.example/1"><img src="https://b.example/2" width="1" height="1">'
        path = path_of(mail(html), "designed")
        page = agent.get(path)
        assert "Remote pictures not loaded: 2 (a.example, b.example)" in page.text
        assert page.links("images=1") == [f"{path}?images=1"]
        assert 'src="' + path.replace("/designed", "/mail") + '"' in page.text

    def test_who_asks_gets_them(self, agent: Visitor) -> None:
        path = path_of(mail('<img src="https://a.example/1">'), "designed")
        page = agent.get(f"{path}?images=1")
        assert 'src="' + path.replace("/designed", "/mail?images=1") + '"' in page.text
        assert "Remote pictures are shown: 1 (a.example)" in page.text
        assert page.links("/designed") == [path]

    def test_a_mail_without_any_says_nothing(self, agent: Visitor) -> None:
        assert "designed-note" not in agent.get(path_of(mail("<p>Hello</p>"), "designed")).text


class TestTimeline:
    def page(self, agent: Visitor, **message: Any) -> str:
        path = path_of(mail("x"), **message)
        return agent.get(path.partition("/entries")[0]).text

    def test_a_designed_mail_waits_folded_below_its_words(self, agent: Visitor) -> None:
        page = self.page(agent)
        assert '<details class="as-designed">' in page
        assert re.search(r'<iframe [^>]*/designed" loading="lazy"', page)

    def test_one_that_brings_pictures_stands_open(self, agent: Visitor) -> None:
        pump = Attachment("k", "pump.png", "image/png", 58, is_inline=True, content_id="pump")
        assert '<details class="as-designed" open>' in self.page(agent, attachments=(pump,))

    def test_every_mail_has_its_original(self, agent: Visitor) -> None:
        path = path_of(mail("x"))
        page = agent.get(path.partition("/entries")[0])
        assert page.links("original.eml") == [path.replace("/mail", "/original.eml")]
        assert page.links("/source") == [path.replace("/mail", "/source")]

    def test_what_did_not_come_by_mail_has_none(self, agent: Visitor) -> None:
        page = agent.get(f"/agent/tickets/{open_ticket()}")
        assert "original.eml" not in page.text
        assert "<iframe" not in page.text


class TestOriginal:
    def test_it_is_saved_as_it_came(self, agent: Visitor) -> None:
        answer = agent.get(path_of(mail("x"), "original.eml"))
        assert answer.status == 303
        assert f"{MAIL_BUCKET}" in answer.location
        assert "X-Amz-Expires=300" in answer.location
        assert re.search(r"attachment.+\d+-\d+\.eml", answer.location)

    def test_the_source_is_plain_text_in_any_charset(self, agent: Visitor) -> None:
        raw = "Subject: 펌프 <script>alert(1)</script>\r\n\r\n고장났습니다".encode("euc_kr")
        answer = agent.get(path_of(raw, "source"))
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
        assert answer.text == "Subject: 펌프 <script>alert(1)</script>\r\n\r\n고장났습니다"

    def test_of_a_long_one_the_beginning_is_shown(self, agent: Visitor) -> None:
        page = agent.get(path_of(b"Subject: x\r\n\r\n" + b"a" * 300_000, "source")).text
        assert len(page) < 200_300
        assert page.endswith(
            "[… Only the beginning is shown. The whole mail has 300 KB; download the original to see all.]\n"
        )


VIEWS = ("designed", "mail", "source", "original.eml")


@pytest.mark.parametrize("view", VIEWS)
def test_a_contributor_sees_only_mails_of_their_own_tickets(contributor: Visitor, view: str) -> None:
    path = path_of(mail("x"), view)
    assert contributor.get(path).status == 404
    desk.assign(int(path.split("/")[3]), CONTRIBUTOR.id, ADMIN, now())
    assert contributor.get(path).status in {200, 303}


@pytest.mark.parametrize("view", VIEWS)
def test_an_entry_without_a_mail_has_no_view(agent: Visitor, view: str) -> None:
    number = open_ticket()
    entry = tickets.get_page(number).entries[0].id
    assert agent.get(f"/agent/tickets/{number}/entries/{entry}/{view}").status == 404
    assert agent.get(f"/agent/tickets/{number}/entries/9/{view}").status == 404


@pytest.mark.parametrize("view", VIEWS[:3])
def test_a_mail_that_is_gone_is_a_page_that_says_so(agent: Visitor, view: str) -> None:
    path = path_of(mail("x"), view)
    aws.client("s3").delete_object(Bucket=MAIL_BUCKET, Key=KEY)
    assert agent.get(path).status == 404
