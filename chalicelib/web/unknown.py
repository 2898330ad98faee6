"""Addresses that lead nowhere: a page instead of the gateway's own JSON, as deep as our own paths go."""

from typing import NoReturn

from chalicelib.domain.errors import NotFound
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)


@routes.public("/{unknown}")
def show_missing(_: Visit, unknown: str) -> NoReturn:
    raise NotFound("not_found", path=unknown)


@routes.public("/agent/{unknown}")
def show_missing_in_console(_: Visit, unknown: str) -> NoReturn:
    raise NotFound("not_found", path=unknown)
