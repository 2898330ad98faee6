"""Front door, recorder and postbox, before a local cloud made of a few lines."""

import base64
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from infra.front_door import open_front_door
from infra.local_desk import LocalDesk
from infra.received_mail import as_ses_receives
from infra.sent_mail import open_recorder, read_sent
from infra.trouble import Trouble
from tests.e2e.desk import free_ports

RAW = b"From: Desk <support@deskbell.test>\r\nTo: kim@example.com\r\nSubject: =?utf-8?b?7JWI64WV?=\r\n"
RAW += b"Message-ID: <ours@deskbell.test>\r\nReply-To: support+7-x@deskbell.test\r\n\r\nHello\r\n"


class Cloud(BaseHTTPRequestHandler):
    """Answers with what it was asked, and as SES where SES is meant."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = {"path": self.path, "host": self.headers["Host"], "for": self.headers.get("X-Forwarded-For")}
        asked["body"] = body.decode()
        answer = {"MessageId": "abc-1@email.amazonses.com"} if self.path.startswith("/v2/") else asked
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(server: ThreadingHTTPServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def desk(tmp_path: Path) -> LocalDesk:
    desk = LocalDesk(tmp_path, free_ports(), {"RestAPIId": "api1"})
    desk.save()
    return desk


@pytest.fixture
def cloud(desk: LocalDesk) -> Iterator[None]:
    with served(ThreadingHTTPServer(("127.0.0.1", desk.cloud_port), Cloud)):
        yield


def ask(url: str, body: bytes | None = None) -> tuple[int, dict[str, str], list[str]]:
    with urllib.request.urlopen(urllib.request.Request(url, body), timeout=10) as answer:
        return answer.status, json.load(answer), answer.headers.get_all("Set-Cookie")


def test_the_front_door_hides_the_api_and_its_stage(desk: LocalDesk, cloud: None) -> None:
    with served(open_front_door(desk)):
        _, asked, cookies = ask(f"{desk.address}/new?lang=ko&q=%EC%95%88", b"text=hello")
    assert asked == {
        "path": "/_aws/execute-api/api1/api/new?lang=ko&q=%EC%95%88",
        "host": f"127.0.0.1:{desk.cloud_port}",
        "for": "127.0.0.1",
        "body": "text=hello",
    }
    assert cookies == ["a=1", "b=2"]


def test_before_the_stack_stands_the_front_door_says_so(tmp_path: Path) -> None:
    desk = LocalDesk(tmp_path, free_ports())
    desk.save()
    with served(open_front_door(desk)), pytest.raises(urllib.error.HTTPError) as refused:
        ask(desk.address)
    assert refused.value.code == 503
    assert refused.value.read() == b"The desk is starting.\n"
    refused.value.close()


def test_without_a_cloud_behind_it_the_front_door_says_so(desk: LocalDesk) -> None:
    with served(open_front_door(desk)), pytest.raises(urllib.error.HTTPError) as refused:
        ask(desk.address)
    assert refused.value.code == 502
    refused.value.close()


def test_a_sent_mail_is_kept_as_it_goes_over_the_wire(desk: LocalDesk, cloud: None) -> None:
    receivers = {"ToAddresses": ["kim@example.com"], "CcAddresses": ["park@example.com"]}
    request = {"Destination": receivers, "Content": {"Raw": {"Data": b64(RAW)}}}
    with served(open_recorder(desk)):
        address = f"http://127.0.0.1:{desk.recorder_port}/v2/email/outbound-emails"
        _, answer, _ = ask(address, json.dumps(request).encode())
    assert answer == {"MessageId": "abc-1"}, "AWS returns the id without its domain"
    (mail,) = read_sent(desk.sent_mail_file)
    assert mail.message_id == "<abc-1@email.amazonses.com>"
    assert mail.headers["Message-ID"] == mail.message_id
    assert mail.headers["Reply-To"] == "support+7-x@deskbell.test"
    assert (mail.to, mail.subject, mail.text.strip()) == (("kim@example.com",), "안녕", "Hello")
    assert mail.cc == ("park@example.com",)
    assert mail.to_json()["from"] == "Desk <support@deskbell.test>"


def test_nothing_sent_is_an_empty_list(tmp_path: Path) -> None:
    assert list(read_sent(tmp_path / "none.jsonl")) == []


def test_a_received_mail_has_what_ses_writes_above_it_and_every_byte_below() -> None:
    raw = b"From: a@example.com\r\n\r\n\xff\x00 anything"
    received = as_ses_receives(raw, "bounce@example.com", ["support@deskbell.test"])
    assert received.endswith(raw)
    assert received.startswith(b"Return-Path: <bounce@example.com>\r\nReceived: from ")
    assert b" for support@deskbell.test;" in received
    assert b"dmarc=pass header.from=example.com" in received


def test_a_mail_that_ses_received_already_is_left_as_it_is() -> None:
    raw = b"Return-Path: <>\r\nX-SES-Spam-Verdict: FAIL\r\nFrom: a@example.com\r\n\r\nx"
    assert as_ses_receives(raw, "a@example.com", []) == raw


def test_a_taken_port_is_named_before_anything_starts(desk: LocalDesk, cloud: None) -> None:
    with pytest.raises(Trouble, match=f"Port {desk.cloud_port} is taken by another program") as refused:
        desk.refuse_taken_ports()
    assert f"--port {desk.port + 100}" in refused.value.cure


def b64(content: bytes) -> str:
    return base64.b64encode(content).decode()
