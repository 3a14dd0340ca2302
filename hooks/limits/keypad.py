"""The tones of one call: at most so many in a second and in the call."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

DIGITS = re.compile(r"[0-9*#]+", re.ASCII)
MOST_IN_SECOND = 5
MOST_IN_CALL = 60


class Tones(NamedTuple):
    """`last` are the times of the last ones, the oldest first."""

    presses: int = 0  # hooks that were allowed: two of them cannot both be the third
    sent: int = 0
    last: Sequence[float] = ()

    def press(self, digits: int, now: float) -> Tones | None:
        """None where that would be too many."""
        recent = [at for at in self.last if abs(now - at) < 1]
        if len(recent) + digits > MOST_IN_SECOND or self.sent + digits > MOST_IN_CALL:
            return None
        return Tones(self.presses + 1, self.sent + digits, [*recent, *[now] * digits])
