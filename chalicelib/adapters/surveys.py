"""Surveys in the table, one item a resolution, in the partition of their ticket."""

from chalicelib.adapters.codec import decode, encode
from chalicelib.adapters.items import SurveyItem, at_version, survey_key, ticket_key
from chalicelib.domain.errors import NotFound
from chalicelib.domain.survey import Survey


def get(number: int, resolution: int) -> Survey:
    """Raises NotFound("survey_not_found")."""
    try:
        return survey_of(SurveyItem.get(ticket_key(number), survey_key(resolution), consistent_read=True))
    except SurveyItem.DoesNotExist:
        raise NotFound("survey_not_found") from None


def item_of(survey: Survey) -> SurveyItem:
    key = ticket_key(survey.ticket), survey_key(survey.resolution)
    return SurveyItem(*key, body=encode(survey), **at_version(survey.version))


def survey_of(item: SurveyItem) -> Survey:
    return decode(Survey, item.body | {"version": item.version})
