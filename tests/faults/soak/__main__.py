"""Plays millions of whole calls, compressed, and says whether memory, files and tables stay flat.

Half of the calls are one busy tenant's, the others are spread over all tenants; limits are armed
and talks cost money, so that the worker reserves, settles and reaps. It prunes with a retention of
minutes, because nothing can be flat that is kept for months. Flat is judged by the rule that
tests/faults/soak/flatness.py states.

Exit code 0: all is flat, and every hook was answered 200; 1: something is not, see the last lines.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from tests.faults.soak import sampling
from tests.faults.soak.flatness import Judgement, judge
from tests.faults.soak.load import Load
from tests.faults.soak.place import Place
from tests.faults.soak.sampling import Sample


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.soak",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--hooks", type=int, default=5_000_000)
    parser.add_argument("--seconds", type=float, default=86_400, help="at most (default a day)")
    parser.add_argument("--rate", type=float, default=1500, help="hooks a second, at most")
    parser.add_argument("--tenants", type=int, default=1000)
    parser.add_argument("--every", type=float, default=20, help="seconds between two samples")
    parser.add_argument("--json", action="store_true", help="the samples too, as JSON")
    asked = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="clickhook-soak-") as directory:
        tell(f"making {asked.tenants} tenants")
        with Place(Path(directory), asked.tenants) as place:
            load = Load(place.port, place.slugs, asked.hooks, asked.rate)
            began = time.monotonic()
            samples = asyncio.run(soak(place, load, asked.every, asked.seconds))
            seconds, troubles = time.monotonic() - began, place.troubles()
            return report(load, samples, seconds, troubles, as_json=asked.json)


async def soak(place: Place, load: Load, every: float, seconds: float) -> list[Sample]:
    samples: list[Sample] = []
    ends_at = time.monotonic() + seconds
    playing = asyncio.create_task(load.run())
    with place.connect() as connection:
        while not playing.done():
            await asyncio.wait([playing], timeout=every)
            if ended := place.ended():
                raise SystemExit(f"ended by itself: {', '.join(ended)}")
            samples.append(await asyncio.to_thread(sampling.take, place, connection))
            tell(progress(load, samples[-1]))
            if time.monotonic() > ends_at:
                load.hooks = load.sent
    await playing
    return samples


def progress(load: Load, sample: Sample) -> str:
    memory = ", ".join(
        f"{name.partition(':')[0]} {value / 1024:.0f}"
        for name, value in sample.items()
        if "memory" in name
    )
    return f"{load.sent:,} hooks ({load.rate:.0f}/s); MiB: {memory}; {load.refused or 'all 200'}"


def report(
    load: Load, samples: list[Sample], seconds: float, troubles: dict[str, int], *, as_json: bool
) -> int:
    try:
        judged = judge(samples)
    except ValueError as error:
        raise SystemExit(str(error)) from error
    grown = [one for one in judged if not one.is_flat]
    if as_json:
        told = {"hooks": load.sent, "seconds": seconds, "refused": load.refused}
        told |= {"troubles": troubles}
        series = [asdict(one) for one in judged]
        print(json.dumps(told | {"series": series, "samples": samples}))
    else:
        print(f"{load.sent:,} hooks in {seconds:.0f} s, {load.sent / seconds:.0f} a second")
        print(table(judged))
    for one in grown:
        tell(f"NOT FLAT  {one.series}: {one.level:,.0f}, grew by {grown_by(one)}")
    if load.refused:
        tell(f"NOT ANSWERED 200  {load.refused}; the gateway counts {troubles}")
    return 1 if grown or load.refused else 0


def table(judged: list[Judgement]) -> str:
    head = f"{'series':48}{'second half':>16}{'grew by':>24}{'most':>16}"
    lines = [
        f"{one.series:48}{one.level:16,.0f}{grown_by(one):>24}{one.most:16,.0f}"
        f"  {'flat' if one.is_flat else 'NOT FLAT'}"
        for one in judged
    ]
    return "\n".join([head, *lines])


def grown_by(one: Judgement) -> str:
    return f"{one.growth:,.0f} ± {2 * one.error:,.0f}"


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
