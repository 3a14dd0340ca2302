"""Recorded calls under other limits: which would have been refused, or ended earlier.

The rules, meters, slices and settlements are those of the gateway; times are as recorded. Opening
hours, destinations, the ringing at a callee and the worker are left out: the limits are tried.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from hooks.limits.asked import LEAD, Asked, bound_slice
from hooks.limits.facts import LimitFacts
from hooks.limits.meter import DAY, Meter
from hooks.limits.past_call import PastCall
from hooks.limits.reservation import Reservation
from hooks.limits.rules.price import limit_price
from hooks.limits.scope import TENANT, Scope, VisitorScope, call_scopes, visitor_scopes
from hooks.limits.settlement import settle_call
from hooks.limits.slices import reserve_next_slice
from hooks.limits.weighing import find_longest, weigh_asked
from hooks.reasons import Reason
from tenants.limits import Limits

FORGET_EVERY = 5_000  # calls
Kind = Literal["refused", "ended earlier", "allowed"]


class Change(NamedTuple):
    """What would have been different."""

    call: PastCall
    kind: Kind
    reason: Reason
    scope: str = ""  # whose limit it was, where that is known
    money: int = 0  # in millionths, that would not have been spent
    seconds: int = 0  # of talk that would not have been


@dataclass(frozen=True, slots=True)
class TriedLimits:
    """JSON texts by scope, and what else of the tenant the rules look at."""

    limits: Mapping[str, str]
    time_zone: str
    currency: str
    tickets: str

    def facts(self, call: PastCall) -> LimitFacts:
        nothing = dict.fromkeys(LimitFacts._fields)
        named: dict[str, object] = {
            "clock": call.asked_at,
            "tickets": self.tickets,
            "tenant_limits": self.limits.get(TENANT, "{}"),
            "domain_limits": self.limits.get(f"domain {call.domain_id}", "{}"),
            "account_limits": self.limits.get(f"account {call.account_id}", "{}"),
            "callee_limits": self.limits.get(f"callee {call.callee_id}", "{}"),
            "callee_id": call.callee_id,
            "visitor": call.visitor,
            "ticketed": call.ticketed,
        }
        return LimitFacts(**{**nothing, **named})  # type: ignore[arg-type]  # most are not looked at


class _Meters(dict[str, Meter]):
    more_have_ended = False

    def __missing__(self, scope: str) -> Meter:
        return Meter()

    def forget_visitors(self, now: float) -> None:
        """Of those who did not call for a day, so that many visitors take no more room."""
        for scope in [scope for scope in self if scope.startswith("visitor ")]:
            if max(self[scope].callees.values(), default=0) < now - DAY:
                del self[scope]


@dataclass(slots=True)
class _Talk:
    call: PastCall
    reservation: Reservation
    scopes: list[Scope]

    @property
    def due(self) -> int | None:
        """Seconds of talk after which the next slice is reserved; None: it ends before."""
        if self.call.answered_at is None:
            return None
        longest = self.reservation["longest"]
        due = self.reservation["seconds"] - LEAD
        return due if longest is None else min(due, longest)

    @property
    def next_moment(self) -> float:
        if self.due is None or self.call.answered_at is None:
            return self.call.ended_at
        return min(self.call.answered_at + self.due, self.call.ended_at)


@dataclass(slots=True)
class Replay:
    tried: TriedLimits
    _meters: _Meters = field(default_factory=_Meters)
    _talks: list[tuple[float, int, _Talk]] = field(default_factory=list)  # the next event first
    _pushed: int = 0  # so that events of the same moment keep their order

    def run(self, calls: Iterable[PastCall]) -> Iterator[Change]:
        """`calls` in the order in which they were asked for."""
        for number, call in enumerate(calls, 1):
            yield from self._advance(call.asked_at)
            yield from self._ask(call)
            if number % FORGET_EVERY == 0:
                self._meters.forget_visitors(call.asked_at)
        yield from self._advance(float("inf"))

    def _ask(self, call: PastCall) -> Iterator[Change]:
        facts = self.tried.facts(call)
        scopes = call_scopes(facts, call.domain_id, call.account_id)
        visitors: list[VisitorScope] = list(visitor_scopes(call.visitor, scopes))
        verdict = weigh_asked(
            self._read_asked(call, facts, scopes), self._meters, scopes, visitors, (limit_price,)
        )
        if verdict.reservation:
            if not call.was_allowed:
                yield Change(call, "allowed", verdict.reason)
            self._push(_Talk(call, verdict.reservation, scopes))
        elif call.was_allowed:
            money, seconds = call.real_cost, call.talked
            yield Change(call, "refused", verdict.reason, verdict.detail, money, seconds)

    def _read_asked(self, call: PastCall, facts: LimitFacts, scopes: list[Scope]) -> Asked:
        longest = find_longest(scopes)
        return Asked(
            self._local(call.asked_at),
            facts,
            call.destination,
            call.rate,
            bound_slice(longest),
            longest,
            [scope.limits for scope in scopes],
        )

    def _local(self, moment: float) -> datetime:
        return datetime.fromtimestamp(moment, ZoneInfo(self.tried.time_zone))

    def _push(self, talk: _Talk) -> None:
        self._pushed += 1
        heapq.heappush(self._talks, (talk.next_moment, self._pushed, talk))

    def _advance(self, until: float) -> Iterator[Change]:
        while self._talks and self._talks[0][0] <= until:
            moment, _, talk = heapq.heappop(self._talks)
            if moment >= talk.call.ended_at:
                talked = talk.call.talked if talk.call.is_end_known else None
                self._settle(talk, moment, talked)
            else:
                yield from self._go_on(talk, moment)

    def _go_on(self, talk: _Talk, moment: float) -> Iterator[Change]:
        limits: dict[str, Limits] = {scope.name: scope.limits for scope in talk.scopes}
        talked = talk.due or 0
        following = reserve_next_slice(
            talk.reservation, talked, self._meters, limits, self._local(moment)
        )
        if following.reservation:
            talk.reservation = following.reservation
            self._push(talk)
        elif following.refused:
            self._settle(talk, moment, talked)
            call = talk.call
            money = max(call.price_until(call.ended_at) - call.price_until(moment), 0)
            seconds = call.talked - talked
            yield Change(call, "ended earlier", following.refused, "", money, seconds)

    def _settle(self, talk: _Talk, moment: float, talked: int | None) -> None:
        ended = {
            "id": talk.call.id,
            "reservation": talk.reservation,
            "talked": talked,
            "rang": None,
            "ended_by": "finish",
            "at": moment,
        }
        settle_call(ended, self._meters)
