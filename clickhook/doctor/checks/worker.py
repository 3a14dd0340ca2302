"""Whether a worker runs, and whether one of its duties fails."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from clickhook.doctor.finding import Finding, Findings
from hooks.duties.heartbeat import STALE_AFTER
from hooks.models import Worker


def check_worker() -> Findings:
    newest = Worker.objects.order_by("-seen_at").first()
    if newest is None:
        yield Finding("worker", False, "No worker has ever run.", "Start manage.py worker.")
        return

    since = timezone.now() - newest.seen_at
    if since > timedelta(seconds=STALE_AFTER):
        sentence = f"The last sign of a worker is {since.total_seconds():.0f} seconds old."
        yield Finding("worker", False, sentence, "Start manage.py worker, or see its log.")
        return

    yield Finding("worker", True, f"A worker runs: {newest.name}.")
    for duty, result in newest.duties.items():
        if result.startswith(("fault", "waits")):
            yield Finding("worker", False, f"The duty {duty}: {result}.", "See the worker's log.")
