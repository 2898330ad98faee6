"""How a route becomes an answer: who may see it, from where it may be changed, and what happens when it fails.

Chalice's middleware never sees an exception that a view raises, so errors become pages here.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import TypeVar
from urllib.parse import unquote

from chalice.app import Blueprint, Response

from chalicelib.domain.agent import Right
from chalicelib.domain.errors import DeskError
from chalicelib.log import logger
from chalicelib.web import errors, origin, pages, visit
from chalicelib.web.visit import Visit

View = TypeVar("View", bound=Callable[..., Response])


class DeskBlueprint(Blueprint):
    """Routes whose views take a Visit and the path's parameters, decoded. Each says whom it is for: `needs` holds the
    right by method and path, None for everybody (rule 25)."""

    def __init__(self, import_name: str) -> None:
        super().__init__(import_name)
        self.needs: dict[tuple[str, str], Right | None] = {}

    def public(self, path: str, *methods: str) -> Callable[[View], View]:
        """A page for everybody; GET, and HEAD for monitors and previews, unless other methods are named."""
        return self._registrar(path, methods or ("GET", "HEAD"), None)

    def agents(self, path: str, right: Right, *methods: str) -> Callable[[View], View]:
        """A page of the console for agents with this right; GET unless other methods are named."""
        return self._registrar(path, methods, right)

    def _registrar(self, path: str, methods: tuple[str, ...], right: Right | None) -> Callable[[View], View]:
        methods = methods or ("GET",)
        self.needs |= dict.fromkeys(((method, path) for method in methods), right)

        def register(view: View) -> View:
            @wraps(view)
            def answer(**params: str) -> Response:
                return self._answer(view, right, {name: unquote(value) for name, value in params.items()})

            # No content types: Chalice would refuse a wrong one in JSON, before our page can say what to mend.
            self.route(path, methods=list(methods), content_types=[])(answer)
            return view

        return register

    def _answer(self, view: Callable[..., Response], right: Right | None, params: dict[str, str]) -> Response:
        try:
            arrived = visit.arrive(self.current_request, datetime.now(UTC))
        except Exception:
            logger.exception("no settings", route=self.current_request.path)
            return errors.last_resort()
        response = pages.finish(arrived, _tried(view, arrived, right, params))
        if self.current_request.method == "HEAD":
            response.body = ""
        return response


def _tried(view: Callable[..., Response], arrived: Visit, right: Right | None, params: dict[str, str]) -> Response:
    try:
        origin.check(arrived)
        if right:
            arrived = visit.sign_in(arrived)
            arrived.agent.require(right)
        return view(arrived, **params)
    except DeskError as error:
        return errors.page(arrived, error)
    except Exception:
        logger.exception("page failed", route=arrived.request.path)
        return errors.page(arrived, DeskError("failed"))
