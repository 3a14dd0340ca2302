"""The table of verdicts, as people read it."""

from __future__ import annotations

from collections.abc import Sequence

from tests.faults.judging import Verdict
from tests.faults.report import align

HEAD = (
    "way",
    "fault",
    "hooks",
    "lost",
    "doubled",
    "wrong",
    "events refused",
    "ghosts",
    "leader",
    "service",
    "refusals",
    "p50",
    "max",
    "event max",
    "later",
    "/readyz",
)


def table(verdicts: Sequence[Verdict]) -> str:
    return align([HEAD, *(row(verdict) for verdict in verdicts)])


def row(verdict: Verdict) -> tuple[str, ...]:
    return (
        verdict.way,
        verdict.fault,
        str(verdict.hooks),
        str(verdict.lost),
        str(verdict.doubled),
        str(verdict.wrongly_allowed),
        str(verdict.events_refused),
        str(verdict.ghosts + verdict.left_over),
        "never" if verdict.leader_after is None else f"{verdict.leader_after:.1f} s",
        "stays" if verdict.service_after is None else f"{verdict.service_after:.1f} s",
        str(verdict.refusals),
        f"{verdict.refusal_p50:.2f} s",
        f"{verdict.refusal_max:.2f} s",
        f"{verdict.event_max:.2f} s",
        f"{max(verdict.refused_later, 0):.1f} s",
        f"{verdict.ready_max:.2f} s",
    )
