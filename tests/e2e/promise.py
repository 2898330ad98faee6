"""Promises low tickets so many hours for an answer, as an admin would; run in a process of its own, as `hurry` is."""

import sys
from dataclasses import replace
from datetime import timedelta

from chalicelib.adapters import settings
from chalicelib.domain.words import Priority


def main(hours: int) -> None:
    levels = settings.get().levels
    (policy,) = levels.policies
    low = replace(policy.targets[Priority.LOW], first_response=timedelta(hours=hours))
    changed = replace(policy, targets={**policy.targets, Priority.LOW: low})
    settings.save_levels(replace(levels, policies=(changed,)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
