from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from chalicelib.adapters import files
from chalicelib.domain.entry import Attachment

pytestmark = pytest.mark.usefixtures("cloud")


def link(filename: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(files.download_url(Attachment("form/x/1", filename, "text/html", 3))).query)


def test_a_file_comes_back_as_it_was() -> None:
    files.keep("form/x/1", b"\x00\xff")
    assert files.read("form/x/1") == b"\x00\xff"


def test_keeping_twice_is_keeping_once() -> None:
    for _ in range(2):
        files.keep("form/x/1", b"abc")
    assert files.read("form/x/1") == b"abc"


def test_a_link_is_good_for_five_minutes() -> None:
    assert link("a.txt")["X-Amz-Expires"] == ["300"]


def test_a_browser_saves_the_file_and_never_shows_it() -> None:
    given = link("page.html")
    assert given["response-content-type"] == ["application/octet-stream"]
    assert given["response-content-disposition"][0].startswith("attachment;")


def test_the_original_of_a_mail_is_saved_from_where_ses_put_it() -> None:
    url = urlsplit(files.original_url("inbound/x", "7-8.eml"))
    assert f"{url.netloc}{url.path}".startswith("deskbell-test-mail")
    assert url.path.endswith("/inbound/x")
    assert parse_qs(url.query)["response-content-disposition"][0].startswith("attachment;")


@pytest.mark.parametrize("name", ["사진.png", 'a"b.txt', "a;b.txt", "a b.txt", "x\r\nSet-Cookie: a=b.txt"])
def test_it_keeps_its_name(name: str) -> None:
    (disposition,) = link(name)["response-content-disposition"]
    assert "\r" not in disposition
    assert "\n" not in disposition
    assert unquote(disposition.partition("UTF-8''")[2] or disposition.partition("utf-8''")[2]) == name
