"""Do the limits leave room for one more stream? Facts and a ledger in, a Verdict out."""

from __future__ import annotations

from typing import NamedTuple

from hooks.limits.rules.worker import is_worker_alive
from hooks.reasons import Reason
from hooks.streams.facts import StreamFacts
from hooks.streams.ledger import TENANT, StreamLedger, alias_scope
from hooks.streams.methods import PUBLISH


class Verdict(NamedTuple):
    reason: Reason
    detail: str = ""
    again: bool = False  # some that have ended were counted still: those go first


def weigh_stream(facts: StreamFacts, kind: str, ledger: StreamLedger) -> Verdict:
    """Counts the stream in the ledger where it is allowed."""
    # Every stream has a longest time, and only a worker ends it.
    if not is_worker_alive(facts.worker_seen_at, facts.clock):
        return Verdict(Reason.WORKER_AWAY)

    scope = alias_scope(facts.alias_id or 0)
    is_publish = kind == PUBLISH
    of_alias = facts.publishers if is_publish else facts.players
    of_tenant = facts.tenant_publishers if is_publish else facts.tenant_players
    busy = Reason.STREAM_PUBLISHERS if is_publish else Reason.STREAM_PLAYERS

    for what, limited, most in (("alias", scope, of_alias), ("tenant", TENANT, of_tenant)):
        if ledger.living(limited, kind) >= (most or 0):
            return Verdict(busy, f"{most or 0} of the {what}", again=ledger.more_have_ended)
    ledger.begin(scope, kind)
    return Verdict(Reason.ALLOWED)
