"""The survey page behind the faces in the mail. Opening it records nothing; its button does (rule 20)."""

from chalice.app import Response

from chalicelib.adapters import surveys as survey_store
from chalicelib.adapters import tickets
from chalicelib.desk import links, surveys
from chalicelib.domain.errors import Conflict, InvalidInput
from chalicelib.domain.survey import ANSWER_TIME, LONGEST_COMMENT, SCORES
from chalicelib.web import errors, forms, pages
from chalicelib.web.blueprint import DeskBlueprint
from chalicelib.web.visit import Visit

routes = DeskBlueprint(__name__)

FIELDS = ("score", "comment")


@routes.public("/survey/{token}")
def show(visit: Visit, token: str) -> Response:
    return _form(visit, token, visit.query("score"), None)


@routes.public("/survey/{token}", "POST")
def answer(visit: Visit, token: str) -> Response:
    number, resolution = links.read_survey(visit.settings, token)
    form = forms.read(visit.request)
    score = form.text("score")
    try:
        form.check(FIELDS)
        chosen = int(score) if score in _WORDS else 0
        surveys.answer(number, resolution, chosen, form.fields.get("comment", ""), visit.now)
    except InvalidInput as error:
        return _form(visit, token, score, error, form.fields.get("comment", ""))
    except Conflict as error:
        return _over(visit, error)
    return pages.redirect(visit, f"/survey/{token}/thanks")


@routes.public("/survey/{token}/thanks")
def thank(visit: Visit, token: str) -> Response:
    number, resolution = links.read_survey(visit.settings, token)
    values = {"survey": survey_store.get(number, resolution), "token": token}
    return pages.render(visit, "public/survey_thanks.html", values)


_WORDS = tuple(str(score) for score in SCORES)


def _form(visit: Visit, token: str, score: str, error: InvalidInput | None, comment: str = "") -> Response:
    """With the answer that was given before, where there is one and no other is chosen now."""
    number, resolution = links.read_survey(visit.settings, token)
    survey, ticket = survey_store.get(number, resolution), tickets.get(number)
    if ticket.reopened != resolution:
        return _over(visit, Conflict("survey_withdrawn"))
    if visit.now - survey.sent_at > ANSWER_TIME:
        return _over(visit, Conflict("survey_expired"))
    before = survey.answer
    values = {
        "ticket": ticket,
        "token": token,
        "scores": _WORDS,
        "chosen": score if score in _WORDS else str(before.score) if before else "",
        "comment": comment or (before.comment if before else ""),
        "longest_comment": LONGEST_COMMENT,
        "error_field": error.field if error else "",
    }
    return errors.render(visit, "public/survey.html", values, error)


def _over(visit: Visit, error: Conflict) -> Response:
    values = {"message": errors.words(visit.language, error), "code": error.code}
    return pages.render(visit, "public/survey_over.html", values, status=410)
