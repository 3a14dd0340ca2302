"""Compares the log of hooks with the rows: what was lost, doubled, wrongly allowed, left over."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from tests.faults.load import Sent
from tests.faults.rows import Rows
from tests.faults.tenants import CAPPED, MOST_AT_ONCE

ALLOWED, REFUSED, AWAY = 200, 403, 503
WANTED_WITHIN = 1.0  # seconds
LATE_SHARE = 0.01  # of the refusals: what a busy machine may delay
IN_AN_OUTAGE = 3  # refusals, within a second of each other
SERVICE_AFTER_LEADER = 5.0  # seconds, at worst


@dataclass(frozen=True)
class Verdict:
    fault: str
    way: str
    hooks: int
    forbidden: int
    lost: int  # acknowledged, and not in the database
    doubled: int
    wrongly_allowed: int
    wrongly_refused: int  # 403, although the rules allow it
    events_refused: int
    unanswered: int  # in time, or not by a gateway
    ghosts: int  # live although they were refused
    left_over: int  # live although WCS has told their end
    places_held: int
    leader_after: float | None
    service_after: float | None  # None: no hook was refused
    refusals: int
    refusal_p50: float
    refusal_max: float
    event_max: float
    refused_later: float  # seconds from the fault's end to the last refusal after it
    ready_max: float
    ended_programs: int
    repeated: int = 0  # hooks whose connection broke before their answer
    most_at_once: int = 0  # calls of the capped tenant
    refused_late: int = 0  # refusals that took longer than wanted
    may_refuse_events: bool = False  # where there is no disk either
    found: str = ""  # by a look that belongs to this fault alone

    @property
    def is_unfinished(self) -> bool:
        """Something may still be recorded, or ended."""
        return bool(self.lost or self.ghosts or self.left_over or self.places_held)

    @property
    def broken_rules(self) -> list[str]:
        hard = {
            "acknowledged hooks were lost": self.lost,
            "hooks were recorded twice": self.doubled,
            "hooks were wrongly allowed": self.wrongly_allowed,
            "hooks were refused against the rules": self.wrongly_refused,
            "events were refused": 0 if self.may_refuse_events else self.events_refused,
            "hooks were not answered": self.unanswered,
            "refused sessions or calls live": self.ghosts,
            "ended sessions or calls live": self.left_over,
            "places are held by nothing": self.places_held,
            "programs ended": self.ended_programs,
        }
        broken = [f"{number} {what}" for what, number in hard.items() if number]
        broken += [self.found] if self.found else []
        if self.most_at_once > MOST_AT_ONCE:
            broken.append(f"{self.most_at_once} calls at once, where {MOST_AT_ONCE} are allowed")
        if self.refused_late > max(1, self.refusals * LATE_SHARE):
            broken.append(f"{self.refused_late} refusals took more than {WANTED_WITHIN:g} s")
        if self.leader_after is None:
            return [*broken, "there was no primary again"]
        if (self.service_after or 0.0) > self.leader_after + SERVICE_AFTER_LEADER:
            broken.append(f"no full service {SERVICE_AFTER_LEADER:g} s after the primary")
        if self.refused_later > SERVICE_AFTER_LEADER:
            broken.append(f"no full service {SERVICE_AFTER_LEADER:g} s after the fault")
        return broken

    @property
    def wishes(self) -> list[str]:
        """What is not as wanted, and breaks no rule."""
        wanted = {"a refusal": self.refusal_max, "/readyz": self.ready_max}
        return [
            f"{what} took {took:.1f} s" for what, took in wanted.items() if took > WANTED_WITHIN
        ]

    def as_json(self) -> dict[str, object]:
        return asdict(self) | {"broken_rules": self.broken_rules, "wishes": self.wishes}


def judge(
    fault: str,
    way: str,
    log: Sequence[Sent],
    rows: Rows,
    span: tuple[float, float],
    *,
    leader_after: float | None,
    ready_max: float,
) -> Verdict:
    """`span`: when the fault began and when it was over."""
    began, over = span
    refused = [sent for sent in log if is_refused_for_now(sent)]
    times = [sent.seconds for sent in refused] or [0.0]
    during = [sent for sent in find_outage(refused) if began <= sent.sent_at < over]
    return Verdict(
        fault=fault,
        way=way,
        hooks=len(log),
        forbidden=sum(sent.is_forbidden for sent in log),
        lost=count(log, lambda sent: sent.answer == ALLOWED and not is_in(sent, rows)),
        doubled=count_doubled(log, rows),
        wrongly_allowed=count(
            log,
            lambda sent: (
                sent.is_forbidden
                and (sent.answer == ALLOWED or bool(sent.call) and sent.call in rows.allowed_calls)
            ),
        ),
        wrongly_refused=count(log, is_wrongly_refused),
        events_refused=count(log, lambda sent: sent.is_event and sent.answer not in (200, 0)),
        unanswered=count(log, lambda sent: sent.answer not in (ALLOWED, REFUSED, AWAY)),
        ghosts=len(rows.living_sessions - acknowledged(log, "connect"))
        + len((rows.living_calls & rows.allowed_calls) - acknowledged(log, "call")),
        left_over=len(rows.living_sessions & acknowledged(log, "connect"))
        + len(rows.living_calls & acknowledged(log, "call")),
        places_held=rows.held,
        leader_after=leader_after,
        service_after=max((s.sent_at + s.seconds - began for s in during), default=None),
        refusals=len(refused),
        refusal_p50=statistics.median(times),
        refusal_max=max(times),
        event_max=max((sent.seconds for sent in log if sent.is_event), default=0.0),
        refused_later=max(
            (s.sent_at + s.seconds - over for s in find_outage(refused)), default=0.0
        ),
        ready_max=ready_max,
        ended_programs=0,
        repeated=count(log, lambda sent: sent.repeats > 0),
        most_at_once=find_most_at_once(log),
        refused_late=count(refused, lambda sent: sent.seconds > WANTED_WITHIN),
    )


def leave_out(log: Iterable[Sent], since: float, until: float) -> list[Sent]:
    """Without what was recorded in that time, and whatever builds on it: it was taken back."""
    begun = {
        sent.call or sent.session
        for sent in log
        if sent.method in ("connect", "call") and is_within(sent, since, until)
    }
    decided = (ALLOWED, REFUSED)
    return [
        sent
        for sent in log
        if sent.answer not in decided
        or not (is_within(sent, since, until) or {sent.session, sent.call} & begun)
    ]


def is_within(sent: Sent, since: float, until: float) -> bool:
    return sent.sent_at < until and sent.sent_at + sent.seconds >= since


def find_outage(refused: Sequence[Sent]) -> list[Sent]:
    """Without what stands alone, as a busy machine refuses it now and then."""
    times = [sent.sent_at for sent in refused]
    return [
        sent
        for sent in refused
        if sum(abs(sent.sent_at - at) < 1.0 for at in times) >= IN_AN_OUTAGE
    ]


def is_refused_for_now(sent: Sent) -> bool:
    """What the rules allow, and the gateway could not."""
    return not sent.is_event and sent.answer == AWAY and not sent.is_forbidden


def is_wrongly_refused(sent: Sent) -> bool:
    """Of the capped tenant a call may be refused, and nobody knows here when."""
    is_capped = sent.tenant == CAPPED and sent.method == "call"
    is_ours_to_refuse = sent.is_forbidden or sent.is_event or is_capped
    return sent.answer == REFUSED and not is_ours_to_refuse


def is_in(sent: Sent, rows: Rows) -> bool:
    if sent.method == "connect" and not rows.sessions[sent.session]:
        return False
    if sent.method == "call" and not rows.calls[sent.call]:
        return False
    return rows.events[sent.number] > 0


def count_doubled(log: Iterable[Sent], rows: Rows) -> int:
    """A repeated hook may be in the list of events as often as it came, but acts once."""
    came = {sent.number: 1 + sent.repeats for sent in log}
    events = sum(number > came.get(event, 1) for event, number in rows.events.items())
    acted = (rows.sessions, rows.calls)
    return events + sum(number > 1 for counted in acted for number in counted.values())


def find_most_at_once(log: Iterable[Sent]) -> int:
    """Calls of the capped tenant, each from its answer until its end was told."""
    ours = [sent for sent in log if sent.tenant == CAPPED and sent.call]
    ends = {sent.call: sent.sent_at for sent in ours if sent.status == "FINISH"}
    begins = {
        sent.call: sent.sent_at + sent.seconds
        for sent in ours
        if sent.method == "call" and sent.answer == ALLOWED
    }
    return max(
        (
            sum(begin <= at < ends.get(call, math.inf) for call, begin in begins.items())
            for at in begins.values()
        ),
        default=0,
    )


def acknowledged(log: Iterable[Sent], method: str) -> set[str]:
    hooks = [sent for sent in log if sent.method == method and sent.answer == ALLOWED]
    return {sent.call or sent.session for sent in hooks}


def count(log: Iterable[Sent], condition) -> int:
    return sum(1 for sent in log if condition(sent))
