"""Settings of a desk under test; run in a process of its own, whose environment says which desk."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.adapters import settings
from chalicelib.domain.business_hours import ALWAYS
from chalicelib.domain.policy import DEFAULT_POLICY


def main() -> None:
    general = settings.find_general()
    if general is None:
        raise LookupError("the desk was not prepared")
    settings.save_general(replace(general, survey_delay=timedelta(0)))
    settings.save_calendar(DEFAULT_POLICY.calendar, ALWAYS)


if __name__ == "__main__":
    main()
