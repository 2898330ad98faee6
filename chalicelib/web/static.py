"""Routes to style sheets, scripts and pictures."""

from chalice.app import Response

from chalicelib.domain.errors import NotFound
from chalicelib.web import assets
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

FOREVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"


@routes.public("/static/{name}")
def show(_: Visit, name: str) -> Response:
    asset = assets.find(name)
    if asset is None:
        raise NotFound("not_found")
    return Response(asset.content, {"Content-Type": asset.content_type, "Cache-Control": FOREVER})


@routes.public("/favicon.ico")
def show_icon(visit: Visit) -> Response:
    """What browsers ask for unbidden."""
    return Response("", {"Location": visit.url(assets.path_of("bell.svg")), "Cache-Control": A_DAY}, 302)
