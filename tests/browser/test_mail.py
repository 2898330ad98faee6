"""A mail from a mail program to the screen: as its sender designed it, and nobody is told that it was opened."""

import smtplib
import struct
import zlib
from email.message import EmailMessage
from email.policy import SMTP

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.test_journey import NARROW, sign_in
from tests.e2e.desk import Desk

HTML = """<p>안녕하세요, <b>펌프</b>가 샙니다.</p><p><img src="cid:leak@example.com" alt="Leak" width="120"></p>
<p>Paid at <a href="https://evil.example/login">www.bank.example</a></p>
<img src="https://news.example/banner.png" alt="Banner"><img src="https://track.example/p.gif" width="1" height="1">
<script>document.body.textContent = "run"</script>"""


def test_a_designed_mail_is_shown_right_and_fetches_nothing(desk: Desk, somebody: Open) -> None:
    send_letter(desk, "Pump with picture")
    page = sign_in(desk, somebody())
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_ticket(desk, page, "Pump with picture")

    expect(page.get_by_role("link", name="견적서 최종본.pdf")).to_be_visible()
    page.locator("details.as-designed iframe").scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")  # looking into the frame before it is there counts as a script in it
    view = page.frame_locator("details.as-designed iframe")
    document = view.frame_locator("iframe")
    expect(document.locator("img")).to_have_js_property("naturalWidth", 8)
    expect(document.get_by_text("→ evil.example")).to_be_visible()
    expect(document.get_by_text("펌프", exact=True)).to_be_visible()
    expect(view.get_by_text("Remote pictures not loaded: 2 (news.example, track.example)")).to_be_visible()
    assert {url for url in asked if not url.startswith((desk.address, "data:"))} == set()


def test_remote_pictures_are_asked_for_only_by_a_press(desk: Desk, somebody: Open) -> None:
    send_letter(desk, "Pump with news")
    window = somebody()
    window.route("https://*.example/**", lambda route: route.fulfill(body=picture(), content_type="image/png"))
    page = sign_in(desk, window)
    open_ticket(desk, page, "Pump with news")
    with page.expect_request("https://news.example/banner.png") as asked:
        page.frame_locator("iframe").get_by_role("link", name="Load them").click()
    assert "referer" not in asked.value.all_headers()
    expect(page.frame_locator("iframe").get_by_text("Remote pictures are shown: 2")).to_be_visible()


def test_the_source_and_the_original_are_a_link_away(desk: Desk, somebody: Open) -> None:
    send_letter(desk, "Pump in the original")
    page = sign_in(desk, somebody(viewport=NARROW, java_script_enabled=False))
    open_ticket(desk, page, "Pump in the original")
    assert page.locator("html").bounding_box()["width"] <= NARROW["width"]  # type: ignore[index] # it is there
    with page.expect_download() as saved:
        page.get_by_role("link", name="Original (.eml)").click()
    assert b"Subject: Pump in the original" in saved.value.path().read_bytes()
    with page.context.expect_page() as tab:
        page.get_by_role("link", name="Source").click()
    expect(tab.value.get_by_text("Subject: Pump in the original")).to_be_visible()


def send_letter(desk: Desk, subject: str) -> None:
    """By SMTP, as a mail program does: HTML with a picture, remote ones and a file; waits for its ticket."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "yuna@example.com", "support@deskbell.test", subject
    letter.set_content("안녕하세요, 펌프가 샙니다.")
    letter.add_alternative(HTML, subtype="html")
    letter.get_payload()[1].add_related(picture(), "image", "png", cid="<leak@example.com>", filename="leak.png")  # type: ignore[union-attr, index] # the alternative
    letter.add_attachment(b"%PDF-1.4", "application", "pdf", filename="견적서 최종본.pdf")
    with smtplib.SMTP("127.0.0.1", desk.smtp_port) as smtp:
        smtp.sendmail("yuna@example.com", ["support@deskbell.test"], letter.as_bytes(policy=SMTP))
    desk.wait_for_mail(to="yuna@example.com", subject=subject)


def open_ticket(desk: Desk, page: Page, subject: str) -> None:
    page.goto(f"{desk.address}/agent?queue=unassigned")
    page.get_by_role("link", name=subject).click()
    expect(page.get_by_role("heading", name=subject)).to_be_visible()


def picture() -> bytes:
    """A red square of eight pixels as PNG."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = (b"\0" + b"\xc0\x20\x20" * 8) * 8
    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_a_quarantined_mail_is_shown_as_designed_too(desk: Desk, somebody: Open) -> None:
    letter = desk.local.directory / "quarantined.eml"
    letter.write_text(
        f"To: support@deskbell.test\nSubject: From nobody\nContent-Type: text/html; charset=utf-8\n\n{HTML}"
    )
    assert "quarantined" in desk.command("mail", "send", str(letter)).stdout
    page = sign_in(desk, somebody(), "supervisor")
    page.goto(f"{desk.address}/agent/quarantine")
    page.get_by_role("link", name="From nobody").click()
    page.get_by_text("Show as designed").click()
    page.wait_for_load_state("networkidle")
    view = page.frame_locator("details.as-designed iframe")
    expect(view.frame_locator("iframe").get_by_text("→ evil.example")).to_be_visible()
    expect(view.get_by_text("Remote pictures not loaded: 2")).to_be_visible()
