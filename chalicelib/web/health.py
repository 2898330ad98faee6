"""For monitors: whether the desk answers and can read its settings."""

from chalice.app import Response

from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)


@routes.public("/health")
def show(_: Visit) -> Response:
    return Response({"ok": True}, {"Cache-Control": "no-store"})
