"""One whole call of every day, from the page to the phone and back, ending in its rows."""

from __future__ import annotations

from hooks.models import Session
from tests.e2e.phones import ACME_LINE
from tests.e2e.rows import TALKED
from tests.e2e.stage import eventually


def test_a_call_rings_talks_and_ends(stage, dials):
    stage.phone("sales")
    caller = dials("sales")
    caller.wait("ringing")
    caller.wait("talking")
    stage.heard("sales", call="answered")
    caller.hang_up()
    stage.heard("sales", call="ended")
    call = stage.ended()
    assert (call.alias, call.target, call.caller) == ("sales", "+4930123456", ACME_LINE)
    assert (call.decision, call.ended_by, call.sip_status) == ("allowed", "finish", 200)
    assert call.asked_at < call.ringing_at < call.answered_at < call.ended_at
    caller.leave()
    session = eventually(
        lambda: Session.objects.filter(ended_at__isnull=False).first(), "the session's end"
    )
    assert (session.tenant, session.ended_by) == (stage.cast.acme, "disconnected")
    assert session.opened_at < session.established_at < call.asked_at < session.ended_at
    stage.ends_with(f"sales: {TALKED}")
