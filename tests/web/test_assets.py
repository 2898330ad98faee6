import re

from chalicelib.web import assets
from tests.web.visitor import Visitor


def test_files_are_kept_for_ever_under_a_name_with_their_hash(visitor: Visitor) -> None:
    page = visitor.get("/").text
    links = re.findall(r'"(/static/[^"]+)"', page)
    assert len(links) >= 2
    for link in links:
        assert re.fullmatch(r"/static/[\w-]+\.[0-9a-f]{12}\.(css|js|svg)", link)
        answer = visitor.get(link)
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_types_are_those_that_browsers_insist_on(visitor: Visitor) -> None:
    types = {name: visitor.get(assets.path_of(name)).headers["Content-Type"] for name in ("desk.css", "form.js")}
    assert types == {"desk.css": "text/css; charset=utf-8", "form.js": "text/javascript; charset=utf-8"}
    assert visitor.get(assets.path_of("bell.svg")).headers["Content-Type"] == "image/svg+xml"


def test_old_or_invented_names_are_not_there(visitor: Visitor) -> None:
    assert visitor.get("/static/desk.000000000000.css").status == 404
    assert visitor.get("/static/..%2Fassets.py").status == 404


def test_the_style_sheet_uses_only_colours_of_the_tokens() -> None:
    """So that both colour schemes hold for every part."""
    css = assets.find(assets.path_of("desk.css").rpartition("/")[2])
    assert css
    rules = css.content.partition("/* What holds everywhere")[2]
    assert re.findall(r"#[0-9a-f]{3,8}\b", rules) == []


def test_every_class_that_pages_use_has_a_style() -> None:
    css = assets.find(assets.path_of("desk.css").rpartition("/")[2])
    assert css
    known = set(re.findall(r"\.([a-zA-Z_][\w-]*)", css.content))
    used: set[str] = set()
    for path in (assets._FOLDER.parent / "templates").rglob("*.html"):
        source = path.read_text("utf-8")
        of_its_own = set(re.findall(r"\.([\w-]+)", source.partition("<style>")[2].partition("</style>")[0]))
        for value in re.findall(r'class="([^"{}]*)"', source):
            used |= set(value.split()) - of_its_own
    assert used - known == set()


def test_browsers_find_the_icon(visitor: Visitor) -> None:
    answer = visitor.get("/favicon.ico")
    assert (answer.status, answer.location) == (302, assets.path_of("bell.svg"))
