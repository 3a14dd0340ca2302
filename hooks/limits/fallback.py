"""Who is called: whom the visitor asked for, or somebody of that callee's fallback list."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from hooks.limits.facts import LimitFacts
from hooks.limits.ledger import Ledger
from hooks.limits.scope import callee_scope
from hooks.limits.weighing import Verdict, weigh_call
from hooks.reasons import Reason

# Seconds for which a callee who was not reached is passed over for the same visitor.
PASSED_OVER = 120


class Choice(NamedTuple):
    facts: LimitFacts
    alias: str
    target: str


def weigh_callees(
    facts: LimitFacts, ledger: Ledger, domain_id: int | None, account_id: str | None, target: str
) -> Verdict:
    """The first who may be called; if nobody may be, why the first one may not."""
    asked_for = Choice(facts, facts.callee_alias, target)
    why, first_refusal = "", None
    for choice in _list_choices(asked_for, ledger):
        verdict = weigh_call(choice.facts, ledger, domain_id, account_id, choice.target)
        if verdict.reservation and choice is not asked_for:
            return _call_instead(
                verdict, choice.alias, f"{facts.callee_alias}: {why or 'not reached'}"
            )
        if verdict.reservation or verdict.again:
            return verdict

        first_refusal, why = first_refusal or verdict, why or verdict.reason.value
        if verdict.detail != callee_scope(choice.facts):  # another callee would be refused too
            break
    return first_refusal or Verdict(Reason.LIMIT_UNREADABLE)


def _list_choices(asked_for: Choice, ledger: Ledger) -> list[Choice]:
    """Without those whom the visitor just did not reach, unless those are all."""
    facts = asked_for.facts
    choices = [asked_for]
    for fallback in draw_by_weight(facts.fallbacks or (), facts.session):
        fields = {name: fallback[name] for name in fallback if name in LimitFacts._fields}
        other = facts._replace(**fields, asked_callee_id=facts.callee_id)
        choices.append(Choice(other, other.callee_alias, fallback["target"]))

    missed = ledger[facts.attempts].failed_in(PASSED_OVER, facts.clock)
    return [one for one in choices if str(one.facts.callee_id) not in missed] or choices


def draw_by_weight(fallbacks: Sequence[Mapping[str, Any]], session: str) -> list[Mapping[str, Any]]:
    """Those with a weight share their places by chance, the others keep theirs.

    One of twice the weight is first twice as often. A session is chance enough, and for a call
    that is decided again it is the same.
    """
    drawn = iter(sorted(filter(_weight, fallbacks), key=lambda one: _lot(one, session)))
    return [next(drawn) if _weight(one) else one for one in fallbacks]


def _weight(fallback: Mapping[str, Any]) -> int:
    """0: it keeps its place."""
    return fallback.get("weight") or 0


def _lot(fallback: Mapping[str, Any], session: str) -> float:
    """The smallest wins. Exponential: a race in which the weight is the speed."""
    digest = hashlib.sha256(f"{session} {fallback['callee_id']}".encode()).digest()
    uniform = (int.from_bytes(digest[:8]) + 1) / 2**64
    return -math.log(uniform) / _weight(fallback)


def _call_instead(verdict: Verdict, alias: str, why: str) -> Verdict:
    return verdict._replace(
        reason=Reason.FALLBACK, alias=alias, detail=f"{alias}, instead of {why}"
    )
