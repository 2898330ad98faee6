from typing import Any

import pytest

from chalicelib.domain.audit import LONGEST_VALUE, Difference, differences


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param({"name": "Jo"}, {"name": "Jo"}, [], id="nothing was changed"),
        pytest.param({"name": "Jo"}, {"name": "Lee"}, [("name", "Jo", "Lee")], id="a value"),
        pytest.param({}, {"name": "Jo", "skills": []}, [("name", "", "Jo")], id="what is new, but nothing empty"),
        pytest.param({"name": "Jo"}, {}, [("name", "Jo", "")], id="what is gone"),
        pytest.param({"on": True}, {"on": False}, [("on", "yes", "no")], id="a switch"),
        pytest.param({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, [("a/c", "2", "3")], id="deep inside"),
        pytest.param({"absence": None}, {"absence": {"first": "2026-12-01"}}, [("absence/first", "", "2026-12-01")],
                     id="nothing became a whole"),
        pytest.param({"mon": [["09:00", "18:00"]]}, {"mon": [["09:00", "12:00"], ["13:00", "18:00"]]},
                     [("mon", "09:00–18:00", "09:00–12:00, 13:00–18:00")], id="lists of lists"),
    ],
)  # fmt: skip
def test_what_was_changed_is_told_from_old_to_new(before: Any, after: Any, told: list[tuple[str, str, str]]) -> None:
    found = [("/".join(one.path), one.old, one.new) for one in differences(before, after)]
    assert found == told


def test_a_long_value_is_cut() -> None:
    (found,) = differences({}, {"signature": "x" * 2_000})
    assert found == Difference(("signature",), "", "x" * (LONGEST_VALUE - 1) + "…")
