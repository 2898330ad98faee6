"""A real Chromium before a real desk on the local cloud."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, sync_playwright

Open = Callable[..., BrowserContext]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("browser tests need Chromium, which is not on this machine (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def somebody(chromium: Browser) -> Iterator[Open]:
    """Opens windows of people who share nothing; in the end nobody's console may have held an error."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def open_window(locale: str = "en-GB", **options: object) -> BrowserContext:
        context = chromium.new_context(locale=locale, **options)  # type: ignore[arg-type] # options of Playwright
        context.set_default_timeout(15_000)
        context.on("console", listen)
        contexts.append(context)
        return context

    yield open_window
    for context in contexts:
        context.close()
    assert complaints == []
