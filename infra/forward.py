"""Passing an HTTP request on to another server on this machine; the front door and the mail recorder are made of it."""

import http.client
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler

# RFC 9110, sections 7.6.1 and 10.1.1: these are between two neighbours; lengths are set anew.
HOP_BY_HOP = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
# Longer than any function runs, API Gateway's 29 seconds included.
PATIENCE = 60.0

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Headers
    body: bytes


class Forwarding(BaseHTTPRequestHandler):
    """A request handler that knows how to read a request whole, ask elsewhere, and give the answer back."""

    protocol_version = "HTTP/1.1"
    # Idle connections of browsers end after this, so that `down` need not wait for them.
    timeout = 75

    def read_body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def ask(self, port: int, path: str, body: bytes, headers: Headers) -> Answer:
        """Raises OSError when nobody answers at the port."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.putrequest(self.command, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers:
                if name.lower() not in HOP_BY_HOP:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def give(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """The functions log what matters; addresses of pages carry signed tokens and stay out of the log."""
