"""An agent at the console, by HTTP as a browser without JavaScript speaks it."""

import re
from dataclasses import dataclass
from typing import Self

import requests

from tests.e2e.desk import Desk


@dataclass
class Console:
    """A signed-in agent. Each method is a page looked at or a button pressed; a refusal fails the test."""

    desk: Desk
    session: requests.Session

    @classmethod
    def sign_in(cls, desk: Desk, role: str) -> Self:
        person = desk.people[role]
        session = requests.Session()
        session.headers.update({"Accept-Language": "en", "Origin": desk.address})
        console = cls(desk, session)
        console._post("/agent/sign-in", email=person.address, password=person.password, next="")
        return console

    def queue(self, name: str) -> str:
        return self._get(f"/agent?queue={name}")

    def ticket(self, number: int) -> str:
        return self._get(f"/agent/tickets/{number}")

    def quarantine(self) -> str:
        return self._get("/agent/quarantine")

    def answers(self) -> int:
        """How many surveys were answered, as the reports say."""
        found = re.search(r'class="figure-more">\D*(\d+)', self._get("/agent/reports"))
        assert found, "the reports show no number of answers"
        return int(found[1])

    def reply(self, number: int, text: str, then: str = "") -> None:
        seen = _value(self.ticket(number), "seen")
        self._post(f"/agent/tickets/{number}/reply", text=text, seen=seen, then=then, solution="", action="send")

    def reply_with(self, number: int, text: str, cc: str, *files: tuple[str, bytes]) -> None:
        """A public reply with copies and files."""
        fields = {"text": text, "seen": _value(self.ticket(number), "seen"), "then": "", "cc": cc, "action": "send"}
        uploads = [("files", (name, content)) for name, content in files]
        self._expect_page(
            self.session.post(f"{self.desk.address}/agent/tickets/{number}/reply", data=fields, files=uploads)
        )

    def add_team(self, name: str, address: str, signature: str) -> None:
        fields = {"name": name, "address": address, "signature": signature, "version": "0"}
        self._post("/agent/settings/mail/teams/new", **fields)

    def assign(self, number: int, role: str) -> None:
        name = re.escape(self.desk.people[role].name)
        choice = re.search(rf'<option value="(\d+)"[^>]*>\s*{name}', self.ticket(number))
        assert choice, f"{name} cannot be chosen"
        self._post(f"/agent/tickets/{number}/assign", assignee=choice[1], was="0")

    def set_status(self, number: int, status: str) -> None:
        self._post(f"/agent/tickets/{number}/status", status=status, was="open")

    def set_priority(self, number: int, priority: str) -> None:
        self._post(f"/agent/tickets/{number}/priority", priority=priority, was="medium")

    def _get(self, path: str) -> str:
        answer = self.session.get(self.desk.address + path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def _post(self, path: str, **fields: str) -> None:
        self._expect_page(self.session.post(self.desk.address + path, data=fields))

    def _expect_page(self, answer: requests.Response) -> None:
        assert answer.status_code == 200, (answer.url, answer.status_code, answer.text[:2000])


def _value(page: str, name: str) -> str:
    field = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert field, f"no field {name}"
    return field[1]
