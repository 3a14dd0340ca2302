"""The table of verdicts, as people read it."""

from __future__ import annotations

from collections.abc import Sequence

from tests.faults.judging import Verdict
from tests.faults.report import align

HEAD = (
    "fault",
    "hooks",
    "lost",
    "doubled",
    "wrong",
    "at once",
    "ghosts",
    "events refused",
    "repeated",
    "refusals",
    "p50",
    "max",
    "event max",
    "after its end",
    "/readyz",
)


def table(verdicts: Sequence[Verdict]) -> str:
    return align([HEAD, *(row(verdict) for verdict in verdicts)])


def row(verdict: Verdict) -> tuple[str, ...]:
    return (
        verdict.fault,
        str(verdict.hooks),
        str(verdict.lost),
        str(verdict.doubled),
        str(verdict.wrongly_allowed),
        str(verdict.most_at_once),
        str(verdict.ghosts + verdict.left_over + verdict.places_held),
        str(verdict.events_refused),
        str(verdict.repeated),
        str(verdict.refusals),
        f"{verdict.refusal_p50:.2f} s",
        f"{verdict.refusal_max:.2f} s",
        f"{verdict.event_max:.2f} s",
        f"{max(verdict.refused_later, 0):.1f} s",
        f"{verdict.ready_max:.2f} s",
    )


def sum_up(verdict: Verdict) -> str:
    """While the others are still to come."""
    return (
        f"{verdict.hooks} hooks, {verdict.refusals} refused, p50 {verdict.refusal_p50:.2f} s, "
        f"at most {verdict.refusal_max:.2f} s, until {max(verdict.refused_later, 0):.1f} s after"
    )
