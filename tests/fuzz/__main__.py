"""Posts nonsense for some time: `python -m tests.fuzz --seconds 60 --seed 1`.

Each example is a few requests, one after the other: lives of visitors in odd orders, payload files
with fields and bytes changed, correctly signed garbage, and raw bytes. What fails is made as small
as it can be made, and written to a file, which `--replay` sends again; put it into
tests/fuzz/found/, where a test sends it from then on.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Flaky

from tests.attack.wire import PROBE, Unanswered, exchange
from tests.bench.processes import descendants
from tests.bench.rig import Rig
from tests.bench.sides import Gateway
from tests.fuzz import requests_file
from tests.fuzz.judging import Found, judge_answer, judge_log, judge_rows
from tests.fuzz.posts import EXAMPLES, Bytes, Post
from tests.fuzz.stage import standing

EXAMPLES_A_TURN = 250
PATIENCE = 20.0  # seconds
REASONS = "SELECT reason, count(*) FROM hooks_eventlog GROUP BY reason"
# So that calls which nobody ends do not fill the cap for good.
FORGET = "TRUNCATE hooks_session, hooks_call, hooks_eventlog, hooks_meter CASCADE"


class Fuzz:
    def __init__(self, rig: Rig, gateway: Gateway) -> None:
        self._rig, self._gateway = rig, gateway
        self._log = (rig.directory / "gateway.log").open(errors="replace")
        # Those that are there once one answers; the others may only be starting.
        self._workers = set(descendants(gateway.processes[0].pid))
        self._nonces = itertools.count()
        self._runner = asyncio.Runner()
        self._connection = rig.connect()
        self.statuses: Counter[int] = Counter()
        self.reasons: Counter[str] = Counter()  # how far into the gateway the examples came
        self.examples = 0
        # The latest that failed, which is the smallest of its kind so far.
        self.sent: list[bytes] = []
        self.found: Found | None = None

    def play(self, example: list[Post | Bytes]) -> None:
        """Raises Found."""
        nonce = f"n{next(self._nonces)}-"
        self.examples += 1
        sent = [one.render(nonce) for one in example]
        try:
            for one, rendered in zip(example, sent, strict=True):
                self.send(rendered, one.is_whole)
            judge_log(self._log.read())  # since the last time
        except Found as found:
            self.found, self.sent = found, sent
            time.sleep(0.05)
            self._log.read()  # what the log says of this one is not said of the next
            raise

    def send(self, sent: bytes, must_answer: bool = False) -> None:
        """Raises Found."""
        received = self._exchange(sent)
        if (
            must_answer and not received
        ):  # sent too late, on a busy machine: the gateway waits 0.3 s
            received = self._exchange(sent)
        self.statuses.update(judge_answer(received, sent, must_answer))

    def _exchange(self, sent: bytes) -> bytes:
        """Raises Found."""
        try:
            return self._runner.run(exchange(self._gateway.port, sent + PROBE, None, PATIENCE))
        except Unanswered as error:
            raise Found("the connection stays open, unanswered") from error

    def judge(self) -> None:
        """Raises Found."""
        judge_rows(self._connection)
        judge_log(self._log.read())
        self.reasons.update(dict(self._connection.execute(REASONS).fetchall()))
        self._connection.execute(FORGET)
        if not self._workers <= set(descendants(self._gateway.processes[0].pid)):
            raise Found("a process of the gateway ended")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Exit status: 0 nothing found, 1 something found.",
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, help="the same examples again; else the time's")
    parser.add_argument("--replay", type=Path, nargs="+", metavar="FILE", help="send these alone")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="clickhook-fuzz-") as directory,
        standing(Path(directory)) as (rig, gateway),
    ):
        fuzz = Fuzz(rig, gateway)
        if options.replay:
            return replay(fuzz, options.replay)
        return run(fuzz, options.seconds, options.seed or int(time.time()))


def replay(fuzz: Fuzz, files: list[Path]) -> int:
    for file in files:
        for sent in requests_file.read(file):
            fuzz.send(sent)
        fuzz.judge()
    print(f"{len(files)} files: nothing found")
    return 0


def run(fuzz: Fuzz, seconds: float, first_seed: int) -> int:
    ends = time.monotonic() + seconds
    for turn in itertools.count(first_seed):
        if time.monotonic() >= ends:
            break
        try:
            play_turn(fuzz, turn, ends)
            fuzz.judge()
        except (Found, Flaky) as error:
            return report(fuzz, turn, fuzz.found or error)
    print(f"seed {first_seed}: {fuzz.examples} examples, nothing found")
    print("answers:", listed(fuzz.statuses))
    print("reasons of recorded hooks:", listed(fuzz.reasons))
    return 0


def listed(counts: Counter) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def play_turn(fuzz: Fuzz, turn: int, ends: float) -> None:
    """Raises Found."""

    @seed(turn)
    @settings(
        max_examples=EXAMPLES_A_TURN,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
    )
    @given(EXAMPLES)
    def play(example: list[Post | Bytes]) -> None:
        if time.monotonic() < ends or fuzz.found:
            fuzz.play(example)

    play()


def report(fuzz: Fuzz, turn: int, found: Exception) -> int:
    file = Path(f"found-{turn}.http")
    requests_file.write(file, fuzz.sent)
    print(f"Found with --seed {turn} after {fuzz.examples} examples: {found}", file=sys.stderr)
    print(f"{file}, to be sent again with --replay:", file=sys.stderr)
    for sent in fuzz.sent:
        print(sent, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
