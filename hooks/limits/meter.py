"""What one scope has used: calls that live, calls in time, talk and money of a day and a month.

A scope is a tenant, one of its domains, SIP accounts, callees or visitors. Meters are immutable.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self

from hooks.limits.window import Window, add_call, count_calls

SECOND, MINUTE, TEN_MINUTES, HOUR, DAY = 1, 60, 600, 3600, 86_400  # seconds
MANY_SHORT_CALLS = 5  # in 10 minutes, to one callee


class Tally(NamedTuple):
    """Of one day or month, in the tenant's time zone. Money in millionths."""

    period: str = ""  # 2026-11-26 or 2026-11
    seconds: int = 0
    money: int = 0

    def in_period(self, period: str) -> Tally:
        """The later one stays, so that moving the time zone to and fro begins no day twice.

        Nor does a clock that is stepped back: what was spent on a later day counts until then.
        """
        return self if self.period >= period else Tally(period)

    def add(self, period: str, seconds: int, money: int) -> Tally:
        current = self.in_period(period)
        return current._replace(seconds=current.seconds + seconds, money=current.money + money)

    def give_back(self, period: str, seconds: int, money: int) -> Tally:
        """Nothing where that period is over: what was reserved in it stays spent there."""
        if self.period != period:
            return self
        return Tally(period, max(self.seconds - seconds, 0), max(self.money - money, 0))


@dataclass(frozen=True, slots=True)
class Meter:
    living: int = 0
    windows: Mapping[int, Window] = field(default_factory=dict)  # by their length in seconds
    day: Tally = Tally()
    month: Tally = Tally()
    callees: Mapping[str, float] = field(default_factory=dict)  # when each was last called
    ringing: tuple[str, ...] = ()  # calls that were not answered yet when they were last read
    short_calls: tuple[float, ...] = ()  # when the last ones ended, the oldest first
    failed: Mapping[str, float] = field(default_factory=dict)  # when each callee last failed

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        windows = stored.get("windows", {}).items()
        return cls(
            living=stored.get("living", 0),
            windows={int(length): tuple(map(tuple, window)) for length, window in windows},
            day=Tally(*stored.get("day", ())),
            month=Tally(*stored.get("month", ())),
            callees=stored.get("callees", {}),
            ringing=tuple(stored.get("ringing", ())),
            short_calls=tuple(stored.get("short_calls", ())),
            failed=stored.get("failed", {}),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "living": self.living,
            "windows": {str(length): window for length, window in self.windows.items()},
            "day": list(self.day),
            "month": list(self.month),
            "callees": self.callees,
            "ringing": self.ringing,
            "short_calls": self.short_calls,
            "failed": self.failed,
        }

    def calls_in(self, seconds: int, now: float) -> int:
        return count_calls(self.windows.get(seconds, ()), seconds, now)

    def callees_in(self, seconds: int, now: float) -> set[str]:
        return {callee for callee, at in self.callees.items() if abs(now - at) < seconds}

    def admit(self, lengths: Iterable[int], now: float) -> Self:
        """One more call lives, and counts in the windows of these lengths, and in no others."""
        windows = {
            length: add_call(self.windows.get(length, ()), length, now) for length in lengths
        }
        return replace(self, living=self.living + 1, windows=windows)

    def note_callee(self, callee: str, now: float) -> Self:
        recent = {name: at for name, at in self.callees.items() if abs(now - at) < HOUR}
        return replace(self, callees=recent | {callee: now})

    def failed_in(self, seconds: int, now: float) -> set[str]:
        return {callee for callee, at in self.failed.items() if abs(now - at) < seconds}

    def note_failure(self, callee: str, at: float) -> Self:
        recent = {name: then for name, then in self.failed.items() if abs(at - then) < HOUR}
        return replace(self, failed=recent | {callee: at})

    def ring(self, call_id: str) -> Self:
        return replace(self, ringing=(*self.ringing, call_id))

    def keep_ringing(self, call_ids: Container[str]) -> Self:
        return replace(self, ringing=tuple(id_ for id_ in self.ringing if id_ in call_ids))

    def note_short_call(self, ended_at: float) -> Self:
        """Calls are settled in any order. A day ahead is before a step of the clock."""
        times = sorted(at for at in (*self.short_calls, ended_at) if at < ended_at + DAY)
        return replace(self, short_calls=tuple(times[-MANY_SHORT_CALLS:]))

    def reserve(self, day: str, month: str, seconds: int, money: int) -> Self:
        return replace(
            self,
            day=self.day.add(day, seconds, money),
            month=self.month.add(month, seconds, money),
        )

    def release(self) -> Self:
        return replace(self, living=max(self.living - 1, 0))

    def give_back_in_day(self, day: str, seconds: int, money: int) -> Self:
        return replace(self, day=self.day.give_back(day, seconds, money))

    def give_back_in_month(self, month: str, seconds: int, money: int) -> Self:
        return replace(self, month=self.month.give_back(month, seconds, money))
