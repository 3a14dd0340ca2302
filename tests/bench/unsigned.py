"""What an unsigned body costs beyond reading it: processor time of the hook path, in microseconds.

The gateway's own ASGI application is called in this process, with the body in the pieces in which a
socket would bring it, and so is the reading of the body alone. Neither database nor HTTP is in it:
those are the same for both. Needs nothing but this repository.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from clickhook import datadir

GOAL_US = 50
SIZES = (1_000, 16_000, 256 * 1024)  # bytes
PIECE = 64 * 1024
CALLS = 500
HEADERS = {
    "no signature": {},
    "what is no signature": {b"authorization": b"Basic eDp5"},
    "a wrong signature": {b"authorization": b"WCS " + b"0" * 32},
}
Visit = Callable[[dict[bytes, bytes], bytes], Awaitable[object]]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.unsigned",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"Exit status: 0 where no unsigned body costs {GOAL_US} us or more, else 1.",
    )
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="clickhook-bench-") as directory:
        refuse, read = prepare(Path(directory))
        return report(refuse, read, options.rounds)


def prepare(directory: Path) -> tuple[Visit, Visit]:
    """The whole hook path, and the reading alone."""
    datadir.prepare(directory)
    os.environ |= {
        "CLICKHOOK_DATA_DIR": str(directory),
        "CLICKHOOK_LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "clickhook.settings",
    }
    import django

    django.setup()
    from hooks import views
    from hooks.body import read_body
    from hooks.gateway import Gateway
    from hooks.steady_pace import SteadyPace
    from tests.hooks.pure.pieces import instance_facts

    instance = instance_facts().instance
    views._strangers_pace = SteadyPace(a_second=10**9, at_once=10**9)  # waiting costs nothing

    async def ask(key: str) -> Any:
        return instance

    async def record(outcome: Any) -> None:
        """One event in ten seconds is recorded."""

    known = SimpleNamespace(get=lambda key: instance, ask=ask)
    gateway = Gateway(SimpleNamespace(known=known, record=record))  # type: ignore[arg-type]

    async def refuse(headers: dict[bytes, bytes], body: bytes) -> object:
        scope = {"path": "/hooks/some-key/connect", "method": "POST", "headers": headers.items()}
        return await gateway(scope, pieces(body), discard)

    async def read(headers: dict[bytes, bytes], body: bytes) -> object:
        return await read_body(pieces(body), headers)

    return refuse, read


def pieces(body: bytes) -> Callable[[], Awaitable[dict[str, Any]]]:
    start = 0

    async def receive() -> dict[str, Any]:
        nonlocal start
        piece, start = body[start : start + PIECE], start + PIECE
        return {"type": "http.request", "body": piece, "more_body": start < len(body)}

    return receive


async def discard(message: Any) -> None:
    pass


def report(refuse: Visit, read: Visit, rounds: int) -> int:
    print("|  | body | reading it | and refusing it | beyond |\n|---|---|---|---|---|")
    worst = 0.0
    for name, headers in HEADERS.items():
        for size in SIZES:
            turns = [(cost_us(read, headers, size), cost_us(refuse, headers, size))]
            turns += [
                (cost_us(read, headers, size), cost_us(refuse, headers, size))
                for _ in range(rounds - 1)
            ]
            alone, whole = (statistics.median(column) for column in zip(*turns, strict=True))
            print(
                f"| {name} | {size:,} | {alone:.0f} us | {whole:.0f} us | {whole - alone:.0f} us |"
            )
            if "wrong" not in name:
                worst = max(worst, whole - alone)
    return int(worst >= GOAL_US)


def cost_us(visit: Visit, headers: dict[bytes, bytes], size: int) -> float:
    body = b"x" * size

    async def visit_often() -> float:
        began = time.process_time()
        for _ in range(CALLS):
            await visit(headers, body)
        return (time.process_time() - began) / CALLS * 1e6

    return asyncio.run(visit_often())


if __name__ == "__main__":
    sys.exit(main())
