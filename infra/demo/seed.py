"""Filling a local desk by the ways that people use: forms, mails, and what agents do. Harmless when repeated."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from chalicelib.adapters import forms, settings
from chalicelib.adapters import tickets as ticket_store
from chalicelib.desk import intake, macros, solutions, tickets
from chalicelib.domain.agent import Agent
from chalicelib.domain.macro import Macro, Visibility
from chalicelib.domain.solution import SolutionStatus
from chalicelib.domain.words import Kind, Priority, Status
from infra.account import Account
from infra.demo.content import ARTICLES, MAILS, REQUESTS, SHORTCUTS, Article, Request, Shortcut
from infra.demo.people import PEOPLE
from infra.local_desk import STACK, LocalDesk
from infra.provision import support_address
from infra.received_mail import as_ses_receives, put_into

SURVEY_DELAY = timedelta(minutes=1)


def seed(desk: LocalDesk) -> bool:
    """False when the demo is there already. After `Account.enter`."""
    Account(STACK).enter(desk.outputs)
    if forms.find_number(_submission(REQUESTS[-1])):
        return False
    _survey_soon()
    for article in ARTICLES:
        _publish(article)
    for shortcut in SHORTCUTS:
        _keep(shortcut)
    _send_mails(desk)
    for request in REQUESTS:
        _ask(request)
    return True


def _survey_soon() -> None:
    """Who tries the desk out would not wait a day for the survey."""
    general = settings.find_general()
    if general:
        settings.save_general(replace(general, survey_delay=SURVEY_DELAY))


def _ask(request: Request) -> None:
    form = intake.FormRequest(
        submission_id=_submission(request),
        name=request.name,
        address=request.address,
        subject=request.subject,
        text=request.text,
        language=request.language,
        uploads=(),
        remote_address="127.0.0.1",
    )
    number = intake.open_from_form(form, _now())
    supervisor = _agent("supervisor")
    if request.priority != "medium":
        tickets.set_priority(number, Priority(request.priority), supervisor, _now())
    if request.assignee:
        assignee = _by_address(request.assignee)
        tickets.assign(number, assignee.id, supervisor, _now())
        _answer(number, request, assignee)


def _answer(number: int, request: Request, by: Agent) -> None:
    if request.note:
        tickets.add_note(number, request.note, by, _now())
    if request.reply:
        seen = ticket_store.get(number).last_entry
        tickets.reply(number, request.reply, by, seen, _now(), Status(request.then) if request.then else None)


def _publish(article: Article) -> None:
    written = solutions.write(article.title, article.body, article.language, _agent("agent"), _now())
    solutions.move(written.id, SolutionStatus.APPROVED, _agent("supervisor"), _now())


def _keep(shortcut: Shortcut) -> None:
    status = Status(shortcut.status) if shortcut.status else None
    kind = Kind(shortcut.kind) if shortcut.kind else None
    macro = Macro(0, shortcut.name, 0, Visibility.EVERYBODY, text=shortcut.text, status=status, kind=kind)
    macros.save(macro, _agent("supervisor"), _now())


def _send_mails(desk: LocalDesk) -> None:
    s3 = Account(STACK).client("s3")
    for mail in MAILS:
        raw = mail.replace("\n", "\r\n").encode()
        received = as_ses_receives(raw, "customer@customer.example", [support_address(desk.mail_domain)])
        put_into(s3, desk.outputs["MailBucket"], received)


def _submission(request: Request) -> str:
    return f"demo-{request.address}"


def _agent(role: str) -> Agent:
    return _by_address(next(person.address for person in PEOPLE if person.role == role))


def _by_address(address: str) -> Agent:
    agent = settings.get().agent_by_address(address)
    if agent is None:
        raise LookupError(f"{address} was not invited")
    return agent


def _now() -> datetime:
    return datetime.now(UTC)
