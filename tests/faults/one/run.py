"""One fault after the other on one machine, each under load, with a verdict."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tests.faults import rows
from tests.faults.judging import Verdict, judge, leave_out
from tests.faults.load import Load
from tests.faults.one.fault import Fault
from tests.faults.one.machine import Machine
from tests.faults.one.report import sum_up
from tests.faults.one.watching import Watch

CALLS_PER_SECOND = 20.0
BEFORE, AFTER = 3.0, 6.0  # seconds of load around the fault
GHOSTS_END_WITHIN = 80.0  # seconds: a lease, and until it is looked at


@dataclass
class Run:
    machine: Machine
    tell: Callable[[str], None]
    is_selection: bool = False
    # One thread all the time: a database that it starts ends with the thread.
    _hand: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    def verdicts(self, faults: Sequence[Fault]) -> Iterator[Verdict]:
        for fault in faults:
            self.tell(f"{self.machine.kind}: {fault.name}")
            self.machine.database.wait_for(lambda connection: connection.execute(rows.EMPTY))
            verdict = asyncio.run(self._play(fault))
            rules = "; ".join(verdict.broken_rules) or "no rule is broken"
            self.tell(f"  {sum_up(verdict)}: {rules}")
            yield verdict

    async def _play(self, fault: Fault) -> Verdict:
        self.machine.forgotten_since = None
        load = Load(f"http://127.0.0.1:{self.machine.up.port}", CALLS_PER_SECOND)
        over = asyncio.Event()
        with Watch(self.machine.up.port) as watch:
            playing = asyncio.create_task(load.run(over))
            await asyncio.sleep(BEFORE)
            loop = asyncio.get_running_loop()
            span = await loop.run_in_executor(self._hand, self._let_happen, fault)
            await asyncio.sleep(AFTER)
            over.set()
            await playing
        load.write(self.machine.directory / f"{fault.name}.jsonl")
        return await asyncio.to_thread(self._judge, fault, load, watch, span)

    def _let_happen(self, fault: Fault) -> tuple[float, float]:
        """When it began, and when it was over."""
        began = time.monotonic()
        heal = fault.happen(self.machine)
        lasts = fault.lasts
        if self.is_selection and fault.selected_lasts is not None:
            lasts = fault.selected_lasts
        time.sleep(max(began + lasts - time.monotonic(), 0))
        heal()
        return began, time.monotonic()

    def _judge(self, fault: Fault, load: Load, watch: Watch, span: tuple[float, float]) -> Verdict:
        """As soon as nothing is left over, or when it has had its minute."""
        log, since = load.log, self.machine.forgotten_since
        if since is not None:
            log = leave_out(log, since, until=span[1])
        while True:
            found = self.machine.database.wait_for(rows.read)
            verdict = judge(
                fault.name,
                str(self.machine.kind),
                log,
                found,
                span,
                leader_after=span[1] - span[0],
                ready_max=watch.ready_max,
            )
            is_late = time.monotonic() > span[1] + GHOSTS_END_WITHIN
            if is_late or not (verdict.is_unfinished or self.machine.spooled):
                has_ended = self.machine.up.process.poll() is not None
                return dataclasses.replace(
                    verdict,
                    ended_programs=int(has_ended),
                    may_refuse_events=fault.may_refuse_events,
                    found=fault.check(self.machine),
                )
            time.sleep(0.5)
