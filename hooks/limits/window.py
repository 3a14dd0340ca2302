"""How many calls there were in the last seconds, minutes or hours, to a sixtieth of that time.

Calls that seem to be in the future were before the clock was stepped back. They count for as long
as the time is, at most twice; those further ahead are forgotten, or nobody could call until then.
"""

from __future__ import annotations

# Pairs of a bucket's number and its calls, the oldest first. A bucket is a sixtieth of the time.
Window = tuple[tuple[int, int], ...]
BUCKETS = 60


def count_calls(window: Window, seconds: int, now: float) -> int:
    """The oldest bucket counts whole: at no moment are there more calls than a limit allows."""
    bucket = _bucket(seconds, now)
    return sum(calls for then, calls in window if abs(then - bucket) <= BUCKETS)


def add_call(window: Window, seconds: int, now: float) -> Window:
    bucket = _bucket(seconds, now)
    kept = tuple(pair for pair in window if abs(pair[0] - bucket) <= BUCKETS)
    if kept and kept[-1][0] >= bucket:
        last, calls = kept[-1]
        return (*kept[:-1], (last, calls + 1))
    return (*kept, (bucket, 1))


def _bucket(seconds: int, now: float) -> int:
    return int(now * BUCKETS / seconds)
