"""Whether a worker runs, and whether one of its duties fails."""

from __future__ import annotations

from django.utils import timezone

from clickhook.doctor.finding import Finding, Findings
from hooks.limits.rules.worker import is_worker_alive
from hooks.models import Worker


def check_worker() -> Findings:
    newest = Worker.objects.order_by("-seen_at").first()
    if newest is None:
        yield Finding("worker", False, "No worker has ever run.", "Start manage.py worker.")
        return

    now = timezone.now()
    if not is_worker_alive(newest.seen_at.timestamp(), now.timestamp()):
        age = (now - newest.seen_at).total_seconds()
        place = "old" if age > 0 else "in the future: PostgreSQL's clock was stepped back"
        sentence = f"The last sign of a worker is {abs(age):.0f} seconds {place}."
        yield Finding("worker", False, sentence, "Start manage.py worker, or see its log.")
        return

    yield Finding("worker", True, f"A worker runs: {newest.name}.")
    for duty, result in newest.duties.items():
        if result.startswith(("fault", "waits")):
            yield Finding("worker", False, f"The duty {duty}: {result}.", "See the worker's log.")
