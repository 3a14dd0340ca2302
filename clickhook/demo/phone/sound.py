"""What the phone plays and hears: 16-bit samples of one channel, 8,000 a second."""

from __future__ import annotations

import array
import math
from collections import deque
from collections.abc import Iterator

RATE = 8000
FRAME = 160  # samples: 20 ms
LOUD = 400  # of 32,767: below it is silence, or the noise of a codec


def tone(hertz: float, amplitude: int = 8000) -> Iterator[bytes]:
    """Endless frames. A second of them repeats without a click if hertz is a whole number."""
    second = array.array(
        "h", (int(amplitude * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(RATE))
    )
    while True:
        for start in range(0, RATE, FRAME):
            yield second[start : start + FRAME].tobytes()


def silence() -> Iterator[bytes]:
    while True:
        yield bytes(2 * FRAME)


class Ear:
    """Hears the pitch of what is loud enough, over the last fifth of a second."""

    def __init__(self) -> None:
        self._frames: deque[array.array[int]] = deque(maxlen=10)

    def hear(self, pcm: bytes) -> int | None:
        """The pitch in hertz; None while there is silence, or less than it takes to tell."""
        for start in range(0, len(pcm) - 2 * FRAME + 1, 2 * FRAME):
            self._frames.append(array.array("h", pcm[start : start + 2 * FRAME]))
        if len(self._frames) < 10 or any(_level(frame) < LOUD for frame in self._frames):
            return None
        samples = [sample for frame in self._frames for sample in frame]
        rises = sum(
            1 for before, after in zip(samples, samples[1:], strict=False) if before < 0 <= after
        )
        return round(rises * RATE / len(samples))


def _level(frame: array.array[int]) -> float:
    return math.sqrt(sum(sample * sample for sample in frame) / len(frame))
