from threading import Barrier

import pytest

from chalicelib.adapters.parallel import both


def test_both_results_in_their_order() -> None:
    assert both(lambda: 1, lambda: "b") == (1, "b")


def test_neither_waits_for_the_other() -> None:
    meeting = Barrier(2, timeout=5)
    assert sorted(both(meeting.wait, meeting.wait)) == [0, 1]


@pytest.mark.parametrize("failing", [0, 1])
def test_an_error_of_either_is_raised_once_both_have_ended(failing: int) -> None:
    ended: list[int] = []

    def end(which: int) -> int:
        ended.append(which)
        return 1 // (which != failing)

    with pytest.raises(ZeroDivisionError):
        both(lambda: end(0), lambda: end(1))
    assert sorted(ended) == [0, 1]
