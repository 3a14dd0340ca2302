"""What comes of a hook: the answer to WCS, and what is recorded with it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any

from hooks.reasons import Reason
from hooks.reasons.neutral import refusal
from hooks.recording import Record


@dataclass(frozen=True, slots=True)
class Answer:
    reason: Reason
    body: dict[str, Any] = field(repr=False)  # of a connect it holds the SIP password
    detail: str = ""  # for the log and the event, never for WCS

    @classmethod
    def refusal(cls, reason: Reason, detail: str = "") -> Answer:
        return cls(reason, refusal(reason.status), detail)


@dataclass(frozen=True, slots=True)
class Outcome:
    answer: Answer
    record: Record | None = None
    # The record first, then the decision once more, on the facts it leads to.
    again: bool = False

    def is_recorded(self, created: Container[str]) -> bool:
        """`created`: the ids of the sessions and calls that the batch brought into being.

        An id that is missing was another process's first.
        """
        creates = self.record and self.record.creates
        return creates is None or creates in created
