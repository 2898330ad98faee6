"""A browser for tests: keeps cookies, sends forms as browsers encode them, says which site it is on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import urlencode

from chalice.test import Client

from tests.conftest import ADDRESS

BOUNDARY = "----deskbell"
File = tuple[str, bytes]


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, Any]
    text: str

    @property
    def location(self) -> str:
        """Where a redirect leads, below the desk's address."""
        return str(self.headers.get("Location", ""))

    @property
    def cookies(self) -> list[str]:
        return list(self.headers.get("Set-Cookie", []))

    def hidden(self, name: str) -> str:
        """The value of a field of the page's form."""
        found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', self.text)
        assert found, f"no field {name}"
        return unescape(found[1])

    def button(self, name: str) -> str:
        """The value that a button sends."""
        found = re.search(rf'<button[^>]* name="{name}" value="([^"]*)"', self.text)
        assert found, f"no button {name}"
        return unescape(found[1])

    def links(self, pattern: str) -> list[str]:
        return [unescape(link) for link in re.findall(rf'href="([^"]*{pattern}[^"]*)"', self.text)]


@dataclass
class Visitor:
    client: Client
    language: str = "en"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, b"", **headers)

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        headers = {"content_type": "application/x-www-form-urlencoded", "origin": ADDRESS, **headers}
        return self.ask("POST", path, urlencode(fields).encode(), **headers)

    def post_files(self, path: str, fields: Mapping[str, str], *files: File) -> Answer:
        body = multipart(fields, *files)
        return self.ask("POST", path, body, origin=ADDRESS, content_type=f"multipart/form-data; boundary={BOUNDARY}")

    def ask(self, method: str, path: str, body: bytes, **headers: str) -> Answer:
        """Keyword arguments are headers, with underscores for dashes; an empty one is left out."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"accept-language": self.language, "cookie": cookie}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in sent.items() if value}
        raw = self.client.http.request(method, path, headers=sent, body=body)
        answer = Answer(raw.status_code, raw.headers, raw.body.decode())
        self._keep(answer.cookies)
        return answer

    def follow(self, answer: Answer) -> Answer:
        assert answer.status == 303, (answer.status, answer.text[:500])
        return self.get(answer.location.removeprefix(ADDRESS))

    def _keep(self, cookies: list[str]) -> None:
        for cookie in cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value


def multipart(fields: Mapping[str, str], *files: File) -> bytes:
    parts = [f'name="{name}"\r\n\r\n'.encode() + value.encode() for name, value in fields.items()]
    parts += [
        f'name="files"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'.encode() + content
        for name, content in files
    ]
    line = f"--{BOUNDARY}\r\nContent-Disposition: form-data; ".encode()
    return b"".join(line + part + b"\r\n" for part in parts) + f"--{BOUNDARY}--\r\n".encode()
