"""How fast the gateway is in bad states: a busy tenant, many living sessions, a pool, no ANALYZE.

Each state is compared with another one in the same round; figures are medians of the rounds. All
hooks are of one tenant. The processors' time of a hook, of gateway and PostgreSQL together, is
nearly the same on a busy machine; hooks a second are not. Needs wrk.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench import hooks
from tests.bench.rig import Rig
from tests.bench.sides import Gateway

LIVING = """
INSERT INTO hooks_session (id, tenant_id, instance_id, node_id, wcs_session_id, app_key, origin,
                           sip_account_id, sip_login, connect_digest, opened_at, ended_by)
SELECT gen_random_uuid(), 1, (SELECT id FROM tenants_wcsinstance), 'n', 'living' || n, '', '',
       (SELECT array_agg(id) FROM tenants_sipaccount WHERE tenant_id = 1)[1 + n %% %(pool)s], '',
       '', now(), ''
  FROM generate_series(1, %(living)s) AS n
"""


MOST = 1_000_000
# Every kind of limit, at each scope, and none is reached.
ARMED = {
    "concurrent_calls": MOST,
    "calls_per_second": MOST,
    "calls_per_minute": MOST,
    "calls_per_hour": MOST,
    "calls_per_day": MOST,
    "call_seconds": 1800,
    "minutes_per_day": MOST,
    "minutes_per_month": MOST,
    "money_per_day": "1000000.00",
    "money_per_month": "1000000.00",
    "price_per_minute": "1.00",
}
SCOPES = ("tenants_tenant", "tenants_domain", "tenants_callee", "tenants_sipaccount")
WORKER = """
INSERT INTO hooks_worker (name, started_at, seen_at, duties)
VALUES ('bench', now(), now() + interval '1 day', '{}')
ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at
"""
# 100,000 calls in the last day and hour, 20,000 of them alive.
CROWD = """
INSERT INTO hooks_meter (tenant_id, scope, version, state, touched_at)
SELECT 1, 'tenant', 1, jsonb_build_object('living', 20000, 'windows', jsonb_object_agg(
           seconds, buckets)), now()
  FROM (SELECT seconds, jsonb_agg(jsonb_build_array(
                   floor(extract(epoch FROM now()) * 60 / seconds)::bigint - back, 1640)
                   ORDER BY back DESC) AS buckets
          FROM unnest(ARRAY[60, 3600, 86400]) AS seconds, generate_series(0, 60) AS back
         GROUP BY seconds) AS windows
"""


class Figure(NamedTuple):
    rate: float  # hooks a second
    p99_ms: float
    cpu_us: float  # of a hook


MAKE_METER = """
INSERT INTO hooks_meter (tenant_id, scope, version, state, touched_at)
VALUES (1, 'tenant', 1, '{}', now()) ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class State:
    name: str
    goal: float | None = None  # of its rate, against the state it is compared with
    beside: str = "plain"
    living: int = 100
    accounts: int = 1
    analysed: bool = True
    whole_calls: bool = False
    armed: bool = False
    crowded: bool = False
    connections: int | None = None
    # Whole calls of other tenants are measured, while one calls too.
    locked: bool | None = None  # whether somebody keeps that one's meter locked


PLAIN = State("plain")
STATES = [
    PLAIN,
    State("20,000 living sessions", 0.9, living=20_000),
    State("a pool of 20 accounts", 0.85, accounts=20),
    State("never analysed", 0.9, analysed=False),
    State("never analysed, 20,000 living", 0.9, living=20_000, analysed=False),
    State("whole calls", whole_calls=True),
    State("whole calls, all limits", 0.75, "whole calls", whole_calls=True, armed=True),
    State(
        "all limits, 100,000 calls before",
        0.9,
        "whole calls, all limits",
        whole_calls=True,
        armed=True,
        crowded=True,
        living=20_000,
    ),
    State("other tenants", connections=8, locked=False),
    State("other tenants, one locked", 0.9, "other tenants", connections=8, locked=True),
]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.states",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seconds", type=float, default=4, help="of each measurement (default 4)")
    parser.add_argument("--rounds", type=int, default=3, help="of all states (default 3)")
    parser.add_argument("--connections", type=int, default=64, help="to the gateway (default 64)")
    parser.add_argument("--workers", type=int, default=2, help="of the gateway (default 2)")
    parser.add_argument("--only", help="states whose name holds this text")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()

    played = [state for state in STATES if not options.only or options.only in state.name]
    figures: dict[str, list[Figure]] = {state.name: [] for state in played}
    with (
        tempfile.TemporaryDirectory(prefix="clickhook-bench-") as directory,
        Rig(Path(directory)) as rig,
    ):
        for number in range(options.rounds):
            for state in played:
                figures[state.name].append(measure(rig, state, options))
                last = figures[state.name][-1]
                sys.stderr.write(f"round {number + 1}, {state.name}: {last.rate:.0f}/s\n")
    as_json = {
        name: [figure._asdict() for figure in of_state] for name, of_state in figures.items()
    }
    sys.stdout.write((json.dumps(as_json, indent=1) if options.json else table(figures)) + "\n")
    return 0


def measure(rig: Rig, state: State, options: argparse.Namespace) -> Figure:
    rig.fill(10, accounts=state.accounts)
    with rig.connect() as connection:
        for table in ("hooks_session", "hooks_call", "hooks_eventlog"):
            enabled = "true" if state.analysed else "false"
            connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = {enabled})")
        if not state.analysed:
            connection.execute("DELETE FROM pg_statistic")
        arm(connection, state)
        connection.execute(LIVING, {"living": state.living, "pool": state.accounts})
        if state.analysed:
            connection.execute("ANALYZE")

    file = write_hooks(rig, state, int(options.seconds * 9000))
    connections = state.connections or options.connections
    with Gateway(rig, options.workers) as gateway, beside(rig, gateway, state, options.seconds):
        rig.warm(gateway)
        before = gateway.cpu_seconds() + rig.postgres_cpu()
        report = rig.post(gateway, connections, options.seconds, file)
        used = gateway.cpu_seconds() + rig.postgres_cpu() - before
    file.unlink()
    # Now and then a call overtakes its connect.
    if report["refused"] > report["requests"] / 1000:
        raise SystemExit(f"{state.name}: {report['refused']} hooks were refused")
    done = report["requests"]
    return Figure(done / report["seconds"], report["p99_ms"], used / done * 1e6)


def write_hooks(rig: Rig, state: State, count: int) -> Path:
    if state.locked is not None:
        return hooks.write(rig.directory, hooks.whole_calls([2, 3, 4, 5, 6, 7, 8] * (count // 63)))
    if state.whole_calls:
        return hooks.write(rig.directory, hooks.whole_calls([1] * (count // 9)))
    return rig.write_connects(count, one_tenant=True)


@contextlib.contextmanager
def beside(rig: Rig, gateway: Gateway, state: State, seconds: float) -> Iterator[None]:
    """The first tenant calls too, with its meter locked or not."""
    if state.locked is None:
        yield
        return

    file = hooks.write(rig.directory, hooks.whole_calls([1] * 2000))
    with rig.connect() as connection, ThreadPoolExecutor(1) as thread:
        connection.execute(MAKE_METER)
        with connection.transaction():
            if state.locked:
                connection.execute("SELECT FROM hooks_meter WHERE tenant_id = 1 FOR UPDATE")
            calling = thread.submit(rig.post, gateway, 4, seconds + 2, file)
            yield
            calling.result()
    file.unlink()


def arm(connection: Any, state: State) -> None:
    connection.execute(WORKER)
    if state.armed:
        arm_every_limit(connection)
    if state.crowded:
        connection.execute(CROWD)


def arm_every_limit(connection: Any) -> None:
    """At each scope; none is reached."""
    for name in SCOPES:
        connection.execute(f"UPDATE {name} SET limits = %s", [json.dumps(ARMED)])


def table(figures: dict[str, list[Figure]]) -> str:
    titles = f"{'state':<34}{'hooks/s':>9}{'ratio':>7}{'p99 ms':>8}{'CPU us':>8}{'ratio':>7}"
    lines = [f"{titles}{'goal':>7}  of"]
    medians = {name: median(of_state) for name, of_state in figures.items()}
    for state in [state for state in STATES if state.name in medians]:
        own = medians[state.name]
        other = medians.get(state.beside, own)
        goal = f"{state.goal:7.2f}" if state.goal else f"{'':7}"
        lines.append(
            f"{state.name:<34}{own.rate:>9.0f}{own.rate / other.rate:>7.2f}{own.p99_ms:>8.1f}"
            f"{own.cpu_us:>8.0f}{other.cpu_us / own.cpu_us:>7.2f}{goal}  {state.beside}"
        )
    return "\n".join(lines)


def median(figures: list[Figure]) -> Figure:
    return Figure(*(statistics.median(of_kind) for of_kind in zip(*figures, strict=True)))


if __name__ == "__main__":
    sys.exit(main())
