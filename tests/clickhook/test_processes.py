"""Child processes end together."""

from __future__ import annotations

import threading

import pytest

from clickhook.processes import end_together


def test_none_waits_for_the_end_of_another():
    together = threading.Barrier(2, timeout=5)
    end_together(together.wait, together.wait)


def test_a_fault_in_one_is_told_when_all_have_ended():
    ended = []
    with pytest.raises(ZeroDivisionError):
        end_together(lambda: 1 // 0, lambda: ended.append(1))
    assert ended == [1]
