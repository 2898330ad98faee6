"""The main job as people do it: with a mouse, a keyboard, a small screen, with and without JavaScript."""

import re
import time

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Open
from tests.e2e.desk import Desk

NARROW = {"width": 360, "height": 740}


def test_form_console_reply_status_and_survey(desk: Desk, somebody: Open) -> None:
    customer, agent = somebody().new_page(), sign_in(desk, somebody())
    number, status_url = write(desk, customer, "Pump makes noise")

    agent.goto(f"{desk.address}/agent?queue=unassigned")
    agent.get_by_role("link", name="Pump makes noise").click()
    expect(agent.get_by_role("link", name="noise.txt")).to_be_visible()
    agent.get_by_label("Reply to").fill("Press the *round* button.")
    agent.get_by_label("Then set").select_option("resolved")
    agent.get_by_role("button", name="Send reply").click()
    expect(agent.get_by_role("status").filter(has_text="Reply sent.")).to_be_visible()
    expect(agent.get_by_label("Status", exact=True)).to_have_value("resolved")

    customer.goto(status_url)
    expect(customer.locator("em", has_text="round")).to_be_visible()
    expect(customer.get_by_text("Solved", exact=True)).to_be_visible()

    desk.invoke("send_surveys")
    mail = desk.wait_for_mail(to="hana@example.com", text="/survey/")
    face = re.search(r"https?://\S+/survey/\S+?score=4", mail.text)
    assert face
    customer.goto(face[0])
    expect(customer.get_by_role("radio", name="Satisfied", exact=True)).to_be_checked()
    customer.get_by_text("Very satisfied").click()
    customer.get_by_label("Comment (optional)").fill("Quick.")
    customer.get_by_role("button", name="Send").click()
    expect(customer.get_by_role("heading", name="Thank you")).to_be_visible()

    agent.goto(f"{desk.address}/agent/tickets/{number}")
    expect(agent.get_by_text("5/5")).to_be_visible()


def test_the_form_works_without_javascript_and_loses_nothing(desk: Desk, somebody: Open) -> None:
    page = somebody(locale="ko-KR", java_script_enabled=False).new_page()
    page.goto(f"{desk.address}/new")
    page.get_by_label("무엇을 도와드릴까요?").fill("펌프에서 소음이 납니다.")
    time.sleep(2.1)  # no person is faster
    page.get_by_role("button", name="보내기").click()
    expect(page.get_by_role("alert")).to_contain_text("이메일 주소를 입력해 주세요")
    expect(page.get_by_label("무엇을 도와드릴까요?")).to_have_value("펌프에서 소음이 납니다.")
    page.get_by_label("이메일").fill("jiwoo@example.com")
    page.get_by_role("button", name="보내기").click()
    expect(page.get_by_role("heading", name="잘 받았습니다")).to_be_visible()


def test_the_keyboard_alone_is_enough(desk: Desk, somebody: Open) -> None:
    page = sign_in(desk, somebody())
    write(desk, somebody().new_page(), "By keyboard")
    page.goto(f"{desk.address}/agent?queue=open")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Reply to")).to_be_visible()
    page.keyboard.press("r")
    expect(page.get_by_label("Reply to")).to_be_focused()


def test_a_solution_comes_into_the_reply_at_once(desk: Desk, somebody: Open) -> None:
    page = sign_in(desk, somebody(), "supervisor")
    page.goto(f"{desk.address}/agent/solutions/new")
    page.get_by_label("Title").fill("Quiet pumps")
    page.get_by_label("Text").fill("Oil the *axle*.")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Approve and publish").click()
    number, _ = write(desk, somebody().new_page(), "Noise again")
    page.goto(f"{desk.address}/agent/tickets/{number}")
    page.get_by_label("Insert a solution…").select_option(label="Quiet pumps")
    expect(page.get_by_label("Reply to")).to_have_value("Oil the *axle*.")


def test_no_page_is_wider_than_a_small_screen(desk: Desk, somebody: Open) -> None:
    window = somebody(viewport=NARROW)
    page = sign_in(desk, window)
    number, status_url = write(desk, window.new_page(), "A-word-that-is-longer-than-any-small-screen-is-wide " * 3)
    console = ("/agent?queue=open", f"/agent/tickets/{number}", "/agent/solutions", "/agent/solutions/new")
    for address in ("/", "/new", "/nowhere", *console, "/agent/reports", status_url.removeprefix(desk.address)):
        page.goto(desk.address + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], address


def test_the_error_of_a_field_goes_while_it_is_mended(desk: Desk, somebody: Open) -> None:
    page = sign_in(desk, somebody(), "admin")
    page.goto(f"{desk.address}/agent/settings/mail/teams/new")
    page.get_by_label("Name").fill("Repairs")
    page.get_by_label("Address").fill("repairs@elsewhere.example")
    page.get_by_label("Signature").fill("{nothing}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("not at the desk's mail domain")
    page.get_by_label("Address").fill("")
    expect(page.get_by_text("not at the desk's mail domain")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("button", name="Show as HTML").click()
    expect(page.frame_locator("iframe").get_by_text("The preview appears here once that is mended.")).to_be_visible()


def sign_in(desk: Desk, window: BrowserContext, role: str = "agent") -> Page:
    """In English, whatever the agent's own language is."""
    page = window.new_page()
    page.goto(f"{desk.address}/agent/sign-in?lang=en")
    page.get_by_label("E-mail").fill(desk.people[role].address)
    page.get_by_label("Password").fill(desk.people[role].password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Mine")).to_be_visible()
    return page


def write(desk: Desk, page: Page, subject: str) -> tuple[int, str]:
    """A customer's form with a file; the ticket's number and the status link."""
    page.goto(f"{desk.address}/new")
    page.get_by_label("E-mail").fill("hana@example.com")
    page.get_by_label("Subject (optional)").fill(subject)
    page.get_by_label("How can we help?").fill("It makes noise, see the file.")
    page.get_by_label("Files").set_input_files({"name": "noise.txt", "mimeType": "text/plain", "buffer": b"brrr"})
    time.sleep(2.1)  # no person is faster
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="We have your message")).to_be_visible()
    number = int(page.locator(".sent-number").inner_text().lstrip("#"))
    return number, page.get_by_label("Keep this link").input_value()
