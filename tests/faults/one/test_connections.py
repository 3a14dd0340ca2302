"""Whether all connections were taken is looked at, not believed."""

from __future__ import annotations

import pytest

from tests.faults.one.faults.database import AllConnections


@pytest.mark.parametrize(
    ("full", "looks", "is_met"), [(99, 100, True), (89, 100, False), (0, 0, False)]
)
def test_a_fault_that_did_not_happen_is_told(full, looks, is_met):
    connections = AllConnections()
    connections._full, connections._all = full, looks
    assert (connections.check(None) == "") is is_met
