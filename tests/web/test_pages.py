"""What holds for every page: headers, languages, links, errors, who may see it."""

import json
import re
from dataclasses import replace

import pytest
from chalice.test import Client

import app
from chalicelib.adapters import settings
from chalicelib.domain.errors import DeskError, NotFound
from chalicelib.web import assets, errors, pages, queues
from tests.conftest import ADDRESS
from tests.web.tickets import open_ticket
from tests.web.visitor import Visitor

PUBLIC = ("/", "/new", "/agent/sign-in", "/nowhere")
CONSOLE = ("/agent", "/agent/tickets/1", "/agent/solutions", "/agent/solutions/new", "/agent/reports")


@pytest.mark.parametrize("path", PUBLIC)
def test_every_page_carries_the_security_headers(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Strict-Transport-Security"].startswith("max-age=")


@pytest.mark.parametrize("path", [*PUBLIC, *CONSOLE])
def test_no_page_has_script_or_style_of_its_own(admin: Visitor, path: str) -> None:
    open_ticket()
    page = admin.get(path).text
    assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=|javascript:", page)


@pytest.mark.parametrize("path", [*PUBLIC, *CONSOLE])
def test_every_page_is_in_korean_and_english(admin: Visitor, path: str) -> None:
    open_ticket()
    for language, words in (("en", "Skip to content"), ("ko", "본문으로 건너뛰기")):
        page = admin.get(f"{path}?lang={language}")
        assert f'<html lang="{language}">' in page.text
        assert words in page.text


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("ko-KR,ko;q=0.9,en-US;q=0.8", "ko"),
        ("en-GB", "en"),
        ("fr, ko;q=0.5, en;q=0.7", "en"),
        ("ko;q=0, en;q=0.1", "en"),
        ("ko;q=x, de", "en"),
        ("", "en"),
    ],
)
def test_the_browser_s_language_decides(visitor: Visitor, accept: str, language: str) -> None:
    visitor.language = accept
    assert f'<html lang="{language}">' in visitor.get("/").text


def test_a_chosen_language_is_remembered(visitor: Visitor) -> None:
    visitor.get("/?lang=ko")
    assert '<html lang="ko">' in visitor.get("/new").text


def test_agents_see_their_own_language(supervisor: Visitor) -> None:
    assert '<html lang="ko">' in supervisor.get("/agent").text


def test_the_language_link_keeps_the_query(visitor: Visitor) -> None:
    assert "/?q=pump&lang=ko" in visitor.get("/?q=pump").links("lang=ko")


def test_pages_of_the_help_centre_may_be_kept_for_a_minute_others_never(visitor: Visitor) -> None:
    assert visitor.get("/").headers["Cache-Control"] == "public, max-age=60"
    assert visitor.get("/").headers["Vary"] == "Accept-Language, Cookie"
    assert visitor.get("/new").headers["Cache-Control"] == "no-store"
    assert visitor.get("/?lang=ko").headers["Cache-Control"] == "no-store", "it sets a cookie"


def test_every_route_of_the_console_is_closed_to_who_is_not_signed_in(visitor: Visitor) -> None:
    open_to_all = {"/agent/sign-in", "/agent/sign-out", "/agent/first-password", "/agent/{unknown}"}
    routes = [(path, method) for path, methods in app.app.routes.items() for method in methods]
    closed = [(path, method) for path, method in routes if path.startswith("/agent") and path not in open_to_all]
    assert len(closed) > 15
    for path, method in closed:
        answer = visitor.ask(method, re.sub(r"\{\w+\}", "1", path), b"", origin=ADDRESS)
        assert answer.status == 303, (path, method)
        assert answer.location.startswith("/agent/sign-in"), (path, method)


def test_who_lacks_the_right_is_told_so(contributor: Visitor) -> None:
    answer = contributor.get("/agent/reports")
    assert answer.status == 403
    assert "You do not have the right" in answer.text


def test_programs_get_errors_as_json(visitor: Visitor) -> None:
    answer = visitor.get("/nowhere", accept="application/json")
    assert answer.status == 404
    assert json.loads(answer.text) == {"error": {"code": "not_found", "message": "There is no such page."}}
    assert visitor.get("/agent", accept="application/json").status == 401


def test_a_failure_of_ours_is_a_page_without_its_cause(agent: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(queues.tickets, "list_by_queue", fail)
    answer = agent.get("/agent")
    assert answer.status == 500
    assert "Something went wrong on our side" in answer.text
    assert "secret detail" not in answer.text


def test_a_desk_that_was_not_prepared_says_so_in_both_languages(empty_cloud: None, client: Client) -> None:
    answer = Visitor(client).get("/")
    assert answer.status == 500
    assert "Please try again" in answer.text
    assert "다시 시도" in answer.text


def test_every_link_stands_below_the_desk_s_prefix(agent: Visitor) -> None:
    open_ticket()
    general = settings.find_general()
    assert general
    settings.save_general(replace(general, address=f"{ADDRESS}/stage/api"))
    for path in (*PUBLIC, "/agent", "/agent/tickets/1"):
        page = agent.get(path).text
        links = re.findall(r'(?:href|src|action)="([^"#]+)', page)
        assert links
        assert [link for link in links if not link.startswith(("/stage/api/", f"{ADDRESS}/stage/api/"))] == []
    assert agent.post("/agent/sign-out", {}).location == "/stage/api/agent/sign-in"


@pytest.mark.parametrize("path", [*PUBLIC, "/health", "/favicon.ico", assets.path_of("desk.css")])
def test_monitors_and_previews_may_ask_for_the_head_alone(visitor: Visitor, path: str) -> None:
    page, head = visitor.get(path), visitor.ask("HEAD", path, b"")
    assert (head.status, head.text) == (page.status, "")
    assert dict(head.headers) == dict(page.headers)


def test_errors_have_the_status_of_their_class_or_code() -> None:
    assert errors.status_of(NotFound("ticket_not_found")) == 404
    assert errors.status_of(DeskError("failed")) == 500


def test_a_page_that_lambda_could_not_hand_over_is_recognised() -> None:
    assert pages.fits("x" * 5_500_000)
    assert not pages.fits("가" * 1_500_000)


def test_monitors_can_ask_whether_the_desk_answers(visitor: Visitor) -> None:
    answer = visitor.get("/health")
    assert (answer.status, json.loads(answer.text)) == (200, {"ok": True})


def test_an_unknown_page_of_the_console_is_a_page(agent: Visitor) -> None:
    assert agent.get("/agent/nowhere").status == 404
