"""A visitor is told of streams where a stream is refused, and of calls where a call is."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from hooks.models import Worker

HERE, NOW = "Streams are not available here", "Streams are not available now"


def test_a_refusal_names_what_was_asked_for(visit, studio):
    wcs = visit(play="studio")
    for method in ("publishStream", "unPublishStream"):
        assert wcs.post(method).json == {"status": 403, "reason": HERE}
    assert wcs.post("call").json["reason"] == "Calls are not available here"
    wcs.secret = "guessed"
    assert wcs.post("playStream").json["reason"] == HERE


def test_a_stream_that_no_worker_would_end_is_not_available_now(visit):
    Worker.objects.update(seen_at=timezone.now() - timedelta(minutes=1))
    assert visit(play="studio").post("playStream").json == {"status": 503, "reason": NOW}
