"""How long a part of the events is."""

from __future__ import annotations

import pytest

from hooks.event_weeks import weeks_of_part


@pytest.mark.parametrize(
    ("days_kept", "weeks"), [(1, 1), (90, 1), (167, 1), (168, 2), (365, 4), (730, 8), (0, 52)]
)
def test_there_are_a_dozen_parts_of_whole_weeks(days_kept, weeks):
    assert weeks_of_part(days_kept) == weeks
