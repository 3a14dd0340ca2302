"""How many calls there were in the last seconds, minutes or hours, to a sixtieth of that time."""

from __future__ import annotations

# Pairs of a bucket's number and its calls, the oldest first. A bucket is a sixtieth of the time.
Window = tuple[tuple[int, int], ...]
BUCKETS = 60


def count_calls(window: Window, seconds: int, now: float) -> int:
    """The oldest bucket counts whole: at no moment are there more calls than a limit allows."""
    oldest = _bucket(seconds, now) - BUCKETS
    return sum(calls for bucket, calls in window if bucket >= oldest)


def add_call(window: Window, seconds: int, now: float) -> Window:
    bucket = _bucket(seconds, now)
    kept = tuple(pair for pair in window if pair[0] >= bucket - BUCKETS)
    if kept and kept[-1][0] >= bucket:
        last, calls = kept[-1]
        return (*kept[:-1], (last, calls + 1))
    return (*kept, (bucket, 1))


def _bucket(seconds: int, now: float) -> int:
    return int(now * BUCKETS / seconds)
