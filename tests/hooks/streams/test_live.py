"""The live page tells of a stream as it begins and ends."""

from __future__ import annotations

from hooks.models import Stream
from tests.hooks.test_live import looking

PUBLISHING, STOPPED = ("StreamStatusEvent", "stream_publishing"), {"status": "UNPUBLISHED"}


def test_a_stream_is_told_from_its_hook_to_its_end(gateway, manager, visit):
    wcs = visit(publish="studio")
    with looking(gateway, manager) as told:
        wcs.post("publishStream")
        asked = told.until("asked for", "stream-")
        wcs.post(*PUBLISHING)
        running = told.until("running", "stream-")
        wcs.post(*PUBLISHING, **STOPPED)
        ended = told.until("stopped", "stream-")
    assert asked["key"] == f"stream-{Stream.objects.get().pk}" == running["key"] == ended["key"]
    assert (asked["title"], asked["alias"]) == ("stream studio, published", "studio")
    assert running["since"]
    assert "since" not in ended
    assert "acme-studio-4f1c" not in repr([asked, running, ended])


def test_a_refused_stream_and_one_whose_session_ends(gateway, manager, visit):
    wcs = visit(publish="studio")
    with looking(gateway, manager) as told:
        wcs.post("playStream", mediaSessionId="other")
        refused = told.until("refused", "stream-")
        wcs.post("publishStream")
        told.until("asked for", "stream-")
        wcs.post("ConnectionStatusEvent", "connection_disconnected")
        ended = told.until("the session ended", "stream-")
    assert (refused["in_progress"], bool(refused["remedy"])) == (False, True)
    assert ended["key"] == f"stream-{Stream.objects.get(decision='allowed').pk}"
