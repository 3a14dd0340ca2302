"""The figures as the README's tables."""

from __future__ import annotations

from tests.bench.calls import Figure

CONNECTS = """\
| domains | connections | | hooks/s | times PHP | p50 | p99 | CPU per hook: server + PostgreSQL |
|---|---|---|---|---|---|---|---|"""
CALLS = """\
| whole calls of | | hooks/s | calls/s | times PHP | p50 | p99 \
| CPU per hook: server + worker + PostgreSQL | calls/s per core | times PHP |
|---|---|---|---|---|---|---|---|---|---|"""
MEMORY = """\
| hooks | MiB of each process |
|---|---|"""
NAMES = {"php": "PHP + PDO", "php-tuned": "PHP + PDO, tuned", "gateway": "one gateway"}


def write(figures: dict) -> str:
    tables = []
    if "connects" in figures:
        tables.append([CONNECTS, *connects(figures["connects"])])
    if "calls" in figures:
        tables.append([CALLS, *calls(figures["calls"])])
    if "memory" in figures:
        rows = [f"| {point['hooks']:,} | {point['mib']} |" for point in figures["memory"]]
        tables.append([MEMORY, *rows])
    return "\n\n".join("\n".join(lines) for lines in tables)


def connects(rows: list[dict]) -> list[str]:
    peers = {
        (row["domains"], row["connections"]): row["rate"] for row in rows if row["side"] == "php"
    }
    return [_connect(row, peers.get((row["domains"], row["connections"]))) for row in rows]


def _connect(row: dict, peer: float | None) -> str:
    times = f"{row['rate'] / peer:.2f}" if peer else ""
    return (
        f"| {row['domains']:,} | {row['connections']} | {NAMES[row['side']]} | {row['rate']:,.0f} "
        f"| {times} | {row['p50_ms']:.1f} ms | {row['p99_ms']:.1f} ms "
        f"| {row['server_us']:.0f} + {row['postgres_us']:.0f} µs |"
    )


def calls(figures: dict[str, dict[str, Figure]]) -> list[str]:
    return [
        _calls(load, side, figure, sides["php"])
        for load, sides in figures.items()
        for side, figure in sides.items()
    ]


def _calls(load: str, side: str, figure: Figure, peer: Figure) -> str:
    cpu = f"{figure.server_us:.0f} + {figure.worker_us:.0f} + {figure.postgres_us:.0f} µs"
    return (
        f"| {load} | {NAMES.get(side, side)} | {figure.hooks:,.0f} | {figure.calls:,.0f} "
        f"| {figure.hooks / peer.hooks:.2f} | {figure.p50_ms:.0f} ms | {figure.p99_ms:.0f} ms "
        f"| {cpu} | {figure.calls_per_core:,.0f} "
        f"| {figure.calls_per_core / peer.calls_per_core:.2f} |"
    )
