"""Mails that wait for a person and what no function could do: why, what to do about it, and the buttons that do it."""

import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from urllib.parse import urlencode

from chalice.app import Response

from chalicelib.adapters import inbound_mail
from chalicelib.desk import dead_letters, inbound, quarantine
from chalicelib.desk.quarantine import Opened
from chalicelib.domain.agent import Right
from chalicelib.domain.dead_letter import LetterQueue, Outcome
from chalicelib.domain.errors import InvalidInput, NotFound
from chalicelib.domain.inbound_mail import ActKind, Fate, FateState
from chalicelib.web import errors, files, forms, mail_view, pages
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.forms import Form
from chalicelib.web.paths import cursor_of
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

ROWS = 50
BULK_SECONDS = 20
"""The gateway gives up after 29 seconds, and the last mail may take some."""
_TOLD = ("tried", "taken", "enqueued", "left")
_LONGEST_NUMBER = 7


class View(StrEnum):
    """The three kinds of things that wait, and what was put aside; the values stand in addresses."""

    QUARANTINED = "quarantined"
    HELD = "held"
    LETTERS = "letters"
    DISMISSED = "dismissed"


_WAITING = {View.QUARANTINED: FateState.QUARANTINED, View.HELD: FateState.HELD}
_LISTED = _WAITING | {View.DISMISSED: FateState.DISMISSED}


@routes.agents("/agent/quarantine", Right.SEE_QUARANTINE)
def show(visit: Visit) -> Response:
    view, after = _view(visit.query("view")), cursor_of(visit, "after")
    values: dict[str, object] = {
        "view": view,
        "views": tuple(View),
        "counts": _counts(),
        "bulk": _told(visit),
        "go_on": cursor_of(visit, "rest"),
        "told": _fate_told(visit.query("mail")),
        "told_act": visit.query("act"),
    }
    if view is View.LETTERS:
        return pages.render(visit, "agent/dead_letters.html", values | {"letters": dead_letters.list_all()})
    page = inbound_mail.list_in_hand(_LISTED[view], after, ROWS)
    values |= {"mails": page.items, "cursor": page.cursor, "is_continued": after is not None}
    return pages.render(visit, "agent/quarantine.html", values)


@routes.agents("/agent/quarantine/mail", Right.SEE_QUARANTINE)
def show_mail(visit: Visit) -> Response:
    return _mail_page(visit, quarantine.open_mail(visit.query("key")))


@routes.agents("/agent/quarantine/designed", Right.SEE_QUARANTINE)
def show_designed(visit: Visit) -> Response:
    key = visit.query("key")
    return mail_view.page(visit, quarantine.read_designed(key), "/agent/quarantine/document", key=key)


@routes.agents("/agent/quarantine/document", Right.SEE_QUARANTINE)
def show_document(visit: Visit) -> Response:
    return mail_view.document(visit, quarantine.read_designed(visit.query("key")))


@routes.agents("/agent/quarantine/original", Right.SEE_QUARANTINE)
def send_original(visit: Visit) -> Response:
    key = _checked(visit.query("key"))
    inbound_mail.read_raw(key, 1)
    return files.send_mail(key, "original.eml")


@routes.agents("/agent/quarantine/replay", Right.SEE_QUARANTINE, "POST")
def replay(visit: Visit) -> Response:
    form = _form(visit, "key", "view", "sender")
    key = _checked(form.text("key"))
    try:
        quarantine.try_again(key, visit.agent, visit.now, form.text("sender"))
    except InvalidInput as error:
        return _mail_page(visit, quarantine.open_mail(key), form.text("sender"), error)
    return _back(visit, form, ActKind.REPLAYED)


@routes.agents("/agent/quarantine/replay-all", Right.SEE_QUARANTINE, "POST")
def replay_all(visit: Visit) -> Response:
    """As many as there is time for; the page after it tells how it went and offers to go on."""
    form = _form(visit, "view", "after")
    state = _WAITING.get(_view(form.text("view")), FateState.QUARANTINED)
    done = quarantine.replay_all(state, visit.agent, visit.now, form.text("after") or None, _is_time_left())
    tried = done.taken + done.enqueued + done.kept
    told = {"tried": tried, "taken": done.taken, "enqueued": done.enqueued, "left": done.left, "rest": done.cursor}
    return pages.redirect(visit, _path(form, **{name: value for name, value in told.items() if value}))


@routes.agents("/agent/quarantine/dismiss", Right.SEE_QUARANTINE, "POST")
def dismiss(visit: Visit) -> Response:
    form = _form(visit, "key", "view")
    inbound.dismiss(_checked(form.text("key")), visit.agent, visit.now)
    return _back(visit, form, ActKind.DISMISSED)


@routes.agents("/agent/quarantine/restore", Right.SEE_QUARANTINE, "POST")
def restore(visit: Visit) -> Response:
    form = _form(visit, "key", "view")
    quarantine.restore(_checked(form.text("key")), visit.agent, visit.now)
    return _back(visit, form, ActKind.RESTORED)


@routes.agents("/agent/quarantine/letter", Right.SEE_QUARANTINE, "POST")
def replay_letter(visit: Visit) -> Response:
    form = _form(visit, "queue", "id", "view")
    if form.text("queue") not in tuple(LetterQueue):
        raise NotFound("letter_not_found")
    outcome = dead_letters.replay(LetterQueue(form.text("queue")), form.text("id"), visit.now)
    return pages.redirect(visit, _path(form), f"letter_{outcome}")


@routes.agents("/agent/quarantine/letters", Right.SEE_QUARANTINE, "POST")
def replay_letters(visit: Visit) -> Response:
    form = _form(visit, "view")
    ended = dead_letters.replay_all(visit.now, _is_time_left())
    taken = ended.get(Outcome.PUT_BACK, 0) + ended.get(Outcome.DONE, 0)
    return pages.redirect(visit, _path(form, tried=sum(ended.values()), taken=taken))


def _mail_page(visit: Visit, opened: Opened, sender: str = "", error: InvalidInput | None = None) -> Response:
    """With the sender that was given and what is wrong with it."""
    values = {"opened": opened, "view": _view_of(opened.fate), "sender": sender}
    values["asks_sender"] = opened.fate is not None and opened.fate.asks_sender
    return errors.render(visit, "agent/quarantined_mail.html", values, error)


def _back(visit: Visit, form: Form, act: ActKind) -> Response:
    """To the list, which tells what became of the mail."""
    told = _path(form, act=act.value, mail=form.text("key"))
    return pages.redirect(visit, told)


def _form(visit: Visit, *known: str) -> Form:
    form = forms.read(visit.request)
    form.check(known)
    return form


def _checked(key: str) -> str:
    """Raises NotFound for what is no key of a mail: nothing else in the store is shown."""
    if not quarantine.is_mail(key):
        raise NotFound("mail_not_found")
    return key


def _view(name: str) -> View:
    return View(name) if name in tuple(View) else View.QUARANTINED


def _view_of(fate: Fate | None) -> View:
    """The one that lists the mail."""
    return next((view for view, state in _LISTED.items() if fate and fate.state is state), View.QUARANTINED)


def _path(form: Form, **told: object) -> str:
    """Of the view that the form was sent from, and what it is to tell."""
    return f"/agent/quarantine?{urlencode({'view': _view(form.text('view')), **told})}"


def _told(visit: Visit) -> Mapping[str, int] | None:
    """How trying all ended, from the address; None when that was not done."""
    texts = {name: visit.query(name) for name in _TOLD}
    numbers = {
        name: int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else 0
        for name, text in texts.items()
    }
    return numbers if texts["tried"] else None


def _fate_told(key: str) -> Fate | None:
    """What has become of the mail that something was just done with: whatever the address says, its fate as of now."""
    return inbound_mail.find_fates([key]).get(key) if quarantine.is_mail(key) else None


def _counts() -> Mapping[View, int]:
    """Of what waits. What was put aside grows for ever and asks for nothing, so that its number is worth no request."""
    counts = {view: inbound_mail.count_in_hand(state) for view, state in _WAITING.items()}
    return counts | {View.LETTERS: dead_letters.count()}


def _is_time_left() -> Callable[[], bool]:
    until = time.monotonic() + BULK_SECONDS
    return lambda: time.monotonic() < until
