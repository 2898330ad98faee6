"""Macros by the keyboard: a slash opens the list, words narrow it, Enter prepares, a press of Send sends."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.test_journey import NARROW, sign_in, write
from tests.e2e.desk import Desk


def keep(desk: Desk, page: Page, name: str, text: str, **choices: str) -> None:
    page.goto(f"{desk.address}/agent/macros/new")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Reply", exact=True).fill(text)
    for label, choice in choices.items():
        page.get_by_label(label.capitalize(), exact=True).select_option(choice)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()


def open_when_known(page: Page, address: str, *names: str) -> None:
    """Each container keeps the macros that it read for half a minute."""
    for _ in range(30):
        page.goto(address)
        if all(page.locator("option", has_text=name).count() for name in names):
            return
        page.wait_for_timeout(1_500)


def test_a_macro_is_found_prepared_filled_in_and_sent(desk: Desk, somebody: Open) -> None:
    page = sign_in(desk, somebody())
    keep(
        desk,
        page,
        "On its way",
        "Dear {customer.address}, your parcel {parcel number} is on its way.",
        status="resolved",
    )
    keep(desk, page, "Goodbye", "Goodbye!")
    number, _ = write(desk, somebody().new_page(), "Where is it?")
    open_when_known(page, f"{desk.address}/agent/tickets/{number}", "On its way", "Goodbye")
    text, picker = page.locator("#text"), page.get_by_role("combobox", name="Canned reply, macro or solution")

    page.keyboard.press("r")
    page.keyboard.type("See 1/2. ")
    expect(picker).to_be_hidden()
    page.keyboard.type("/")
    expect(picker).to_be_focused()
    page.keyboard.press("Escape")
    expect(text).to_have_value("See 1/2. /")
    text.fill("")

    page.keyboard.type("/way")
    expect(page.get_by_role("listbox", name="Canned reply, macro or solution").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(text).to_have_value("Dear hana@example.com, your parcel {parcel number} is on its way.")
    expect(page.get_by_text("Still open, to be filled in before sending: {parcel number}")).to_be_visible()
    expect(page.locator(".prepared-list")).to_contain_text("Open → Resolved")
    page.keyboard.type(" /good")
    page.keyboard.press("Enter")
    expect(text).to_have_value("Dear hana@example.com, your parcel {parcel number} is on its way.\n\nGoodbye!")
    expect(page.locator(".prepared-list")).to_contain_text("Open → Resolved")

    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_role("alert")).to_contain_text("or send it as it is: {parcel number}")
    text.fill(text.input_value().replace("{parcel number}", "4711"))
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_role("status").filter(has_text="Reply sent.")).to_be_visible()
    expect(page.get_by_label("Status", exact=True)).to_have_value("resolved")
    expect(page.get_by_text("macro: On its way").first).to_be_visible()


def test_the_pages_of_macros_fit_a_small_screen_and_need_no_javascript(desk: Desk, somebody: Open) -> None:
    page = sign_in(desk, somebody(viewport=NARROW, java_script_enabled=False))
    name = "A-name-that-is-longer-than-any-small-screen Macro-of-everything"
    keep(desk, page, name, "Hello {customer.address}", priority="urgent")
    number, _ = write(desk, somebody().new_page(), "Small")
    open_when_known(page, f"{desk.address}/agent/tickets/{number}", name)
    page.get_by_label("Insert a canned reply or macro…", exact=True).select_option(label=f"{name} · Macro")
    page.get_by_role("button", name="Insert a canned reply").click()
    expect(page.locator("#text")).to_have_value("Hello hana@example.com\n")
    box = page.locator(".reply").bounding_box()
    assert box
    assert box["x"] + box["width"] <= NARROW["width"]
    page.goto(f"{desk.address}/agent/macros")
    rows = page.locator(".macro-row").first.bounding_box()
    assert rows
    assert rows["x"] + rows["width"] <= NARROW["width"]
