"""A hook that waits in a lane for its answer, and what all lanes share."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hooks.hook import Hook
from hooks.known_instances import KnownInstances
from hooks.outcome import Answer, Outcome
from hooks.overflow import Overflow
from hooks.recording import Record
from hooks.without_database import Outage

# A hook whose decision another process overtook is decided again after so long, twice that, …
FIRST_PAUSE, LONGEST_PAUSE = 0.001, 0.05  # seconds


@dataclass(slots=True, eq=False)
class Waiting:
    """A hook in a lane, and whoever waits for its answer."""

    hook: Hook | None  # None: it was refused at the door, and only waits to be recorded
    outcome: Outcome | None = None
    tenant_id: int | None = None  # as the facts said
    # Of sessions and calls that were sent to the database, whatever became of them.
    sent: list[str] = field(default_factory=list)
    attempts: int = 0
    is_given_up: bool = False  # answered without the database, whatever becomes of it there
    since: float = field(default_factory=lambda: asyncio.get_running_loop().time())
    answered: asyncio.Future[Answer] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    @property
    def is_from_spool(self) -> bool:
        """It finds room always: one batch of them at a time is recorded."""
        return self.hook is not None and self.hook.is_from_spool

    def is_late(self, since: float) -> bool:
        """Whether it has waited from that moment or longer, and still does."""
        return self.since <= since and not self.is_given_up

    def settle(self, created: set[Any]) -> bool:
        """Whether it is answered; otherwise it is to be decided again."""
        if self.outcome and not self.outcome.again and self.outcome.is_recorded(created):
            self.finish(self.outcome.answer)
            return True
        self.attempts += 1
        return False

    @property
    def was_overtaken(self) -> bool:
        """Another process changed meanwhile what it was decided on, or is likely to."""
        return self.outcome is None or not self.outcome.again

    @property
    def pause(self) -> float:
        """Seconds until it is decided again; none the first time, when the facts are just new."""
        if self.outcome is None or self.outcome.again or self.attempts == 0:
            return 0
        longest: float = min(FIRST_PAUSE * 2**self.attempts, LONGEST_PAUSE)
        return longest * random.uniform(0.5, 1)  # noqa: S311

    @property
    def described(self) -> dict[str, str]:
        """For a line of the log."""
        return {"hook_id": self.hook.id} if self.hook else {}

    def note_sent(self) -> Record | None:
        """What is written for it."""
        record = self.outcome.record if self.outcome and not self.is_given_up else None
        if record and record.creates:
            self.sent.append(record.creates)
        return record

    def finish(self, answer: Answer) -> None:
        if not self.answered.done():  # done: WCS hung up meanwhile
            self.answered.set_result(answer)


@dataclass(slots=True)
class Surroundings:
    """What all lanes of a process share."""

    deadline: float  # seconds for one batch; after it the database counts as away
    known: KnownInstances
    outage: Outage
    overflow: Overflow
    recorded: Callable[[], None]  # is called when a batch is in the database
