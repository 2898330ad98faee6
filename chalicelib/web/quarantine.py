"""Mails that wait for a person and what no function could do: why, what to do about it, and the buttons that do it."""

import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from urllib.parse import urlencode

from chalice.app import Response

from chalicelib.adapters import inbound_mail
from chalicelib.desk import dead_letters, inbound, quarantine
from chalicelib.domain.agent import Right
from chalicelib.domain.dead_letter import LetterQueue, Outcome
from chalicelib.domain.errors import NotFound
from chalicelib.domain.inbound_mail import NEVER_ENDS, SETTLED, Fate, FateState
from chalicelib.web import files, forms, pages
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
    """The three kinds of things that wait; the values stand in addresses."""

    QUARANTINED = "quarantined"
    HELD = "held"
    LETTERS = "letters"


_STATES = {View.QUARANTINED: FateState.QUARANTINED, View.HELD: FateState.HELD}


@routes.agents("/agent/quarantine", Right.SEE_QUARANTINE)
def show(visit: Visit) -> Response:
    view, after = _view(visit.query("view")), cursor_of(visit, "after")
    values: dict[str, object] = {
        "view": view,
        "views": tuple(View),
        "counts": _counts(),
        "bulk": _told(visit),
        "go_on": cursor_of(visit, "rest"),
        "dismissed": _dismissed(visit.query("dismissed")),
    }
    if view is View.LETTERS:
        return pages.render(visit, "agent/dead_letters.html", values | {"letters": dead_letters.list_all()})
    page = inbound_mail.list_in_hand(_STATES[view], after, ROWS)
    values |= {"mails": page.items, "cursor": page.cursor, "is_continued": after is not None}
    return pages.render(visit, "agent/quarantine.html", values)


@routes.agents("/agent/quarantine/mail", Right.SEE_QUARANTINE)
def show_mail(visit: Visit) -> Response:
    opened = quarantine.open_mail(visit.query("key"))
    return pages.render(visit, "agent/quarantined_mail.html", {"opened": opened, "view": _view_of(opened.fate)})


@routes.agents("/agent/quarantine/original", Right.SEE_QUARANTINE)
def send_original(visit: Visit) -> Response:
    return files.send_mail(_checked(visit.query("key")), "original.eml")


@routes.agents("/agent/quarantine/replay", Right.SEE_QUARANTINE, "POST")
def replay(visit: Visit) -> Response:
    form = _form(visit, "key", "view")
    fate = quarantine.try_again(_checked(form.text("key")), visit.now)
    if fate.cause == NEVER_ENDS and fate.state is FateState.QUARANTINED:
        return pages.redirect(visit, _path(form), "replay_enqueued")
    is_taken = fate.state in SETTLED
    return pages.redirect(visit, _path(form), "replayed" if is_taken else "replay_failed")


@routes.agents("/agent/quarantine/replay-all", Right.SEE_QUARANTINE, "POST")
def replay_all(visit: Visit) -> Response:
    """As many as there is time for; the page after it tells how it went and offers to go on."""
    form = _form(visit, "view", "after")
    state = _STATES.get(_view(form.text("view")), FateState.QUARANTINED)
    done = quarantine.replay_all(state, visit.now, form.text("after") or None, _is_time_left())
    tried = done.taken + done.enqueued + done.kept
    told = {"tried": tried, "taken": done.taken, "enqueued": done.enqueued, "left": done.left, "rest": done.cursor}
    return pages.redirect(visit, _path(form, **{name: value for name, value in told.items() if value}))


@routes.agents("/agent/quarantine/dismiss", Right.SEE_QUARANTINE, "POST")
def dismiss(visit: Visit) -> Response:
    form = _form(visit, "key", "view")
    dismissed = inbound.dismiss(_checked(form.text("key")), visit.agent)
    return pages.redirect(visit, _path(form, dismissed=dismissed.key))


@routes.agents("/agent/quarantine/restore", Right.SEE_QUARANTINE, "POST")
def restore(visit: Visit) -> Response:
    form = _form(visit, "key", "view")
    quarantine.restore(_checked(form.text("key")), visit.agent)
    return pages.redirect(visit, _path(form), "mail_restored")


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
    """The one that lists the mail, or that undoing its dismissal brings it back to."""
    state = (fate.dismissed_from or fate.state) if fate else None
    return View.HELD if state is FateState.HELD else View.QUARANTINED


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


def _dismissed(key: str) -> Fate | None:
    """The mail that was just dismissed, as long as that can be undone."""
    fate = inbound_mail.find_fates([key]).get(key) if quarantine.is_mail(key) else None
    return fate if fate and fate.state is FateState.DISMISSED else None


def _counts() -> Mapping[View, int]:
    counts = {view: inbound_mail.count_in_hand(state) for view, state in _STATES.items()}
    return counts | {View.LETTERS: dead_letters.count()}


def _is_time_left() -> Callable[[], bool]:
    until = time.monotonic() + BULK_SECONDS
    return lambda: time.monotonic() < until
