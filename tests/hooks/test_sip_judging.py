"""What speaks for and against a SIP password that is tried; a table."""

from __future__ import annotations

import pytest

from hooks.duties.rotating import Evidence, State, judge

CALL = {"is_accepted": False, "ended_by": "", "sip_status": None, "end_info": ""}


@pytest.mark.parametrize(
    ("evidence", "verdict"),
    [
        (Evidence(), None),
        (Evidence(["UNREGISTERED"], [None]), None),
        (Evidence(["REGISTERED"], [None]), State.PROVED),
        (Evidence(["FAILED"], [None]), State.FAILED),
        (Evidence(["FAILED", "REGISTERED"], ["408", None]), State.PROVED),
        (Evidence(calls=[CALL]), None),
        (Evidence(calls=[CALL | {"is_accepted": True}]), State.PROVED),
        (Evidence(calls=[CALL | {"ended_by": "failed", "sip_status": 503}]), None),
        (Evidence(calls=[CALL | {"ended_by": "failed", "sip_status": 407}]), State.FAILED),
        (Evidence(calls=[CALL | {"ended_by": "failed", "end_info": "SIP 401 x"}]), State.FAILED),
        (Evidence(calls=[CALL | {"ended_by": "finish", "sip_status": 403}]), None),
    ],
)
def test_what_speaks_for_and_against_a_password(evidence, verdict):
    judged = judge(evidence)

    assert (judged and judged.state) == verdict
