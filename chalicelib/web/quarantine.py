"""Mails that nobody could read: why, and the button that tries again (nothing is ever dropped)."""

from chalice.app import Response

from chalicelib.desk import inbound
from chalicelib.domain.agent import Right
from chalicelib.domain.errors import NotFound
from chalicelib.domain.inbound_mail import SETTLED, FateState
from chalicelib.web import forms, pages
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

_LONGEST_KEY = 1_024  # bytes, of S3


@routes.agents("/agent/quarantine", Right.SEE_QUARANTINE)
def show(visit: Visit) -> Response:
    return pages.render(visit, "agent/quarantine.html", {"mails": inbound.list_in_hand(FateState.QUARANTINED)})


@routes.agents("/agent/quarantine/replay", Right.SEE_QUARANTINE, "POST")
def replay(visit: Visit) -> Response:
    form = forms.read(visit.request)
    form.check(("key",))
    key = form.text("key")
    if len(key.encode()) > _LONGEST_KEY:
        raise NotFound("mail_not_found")
    is_read = inbound.replay(key, visit.now).state in SETTLED
    return pages.redirect(visit, "/agent/quarantine", "replayed" if is_read else "replay_failed")
