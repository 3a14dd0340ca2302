"""One fault after the other, each under load, with a verdict."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.faults import rows
from tests.faults.ha.cluster import Cluster
from tests.faults.ha.faults import Fault, wait_out
from tests.faults.ha.gateways import Gateways
from tests.faults.ha.watching import Watch
from tests.faults.judging import Verdict, judge
from tests.faults.load import Load

BEFORE, AFTER = 5.0, 4.0  # seconds of load around the fault
GHOSTS_END_WITHIN = 60.0  # seconds


@dataclass
class Run:
    cluster: Cluster
    gateways: Gateways
    way: str  # how the gateways find the primary
    tell: Callable[[str], None]

    def verdicts(self, faults: list[Fault]) -> Iterator[Verdict]:
        for fault in faults:
            self.tell(f"{self.way}: {fault.name}")
            self.cluster.wait_until_whole()
            with self.cluster.connect("postgres", "clickhook") as connection:
                connection.execute(rows.EMPTY)
            fault.prepare(self.cluster)
            yield asyncio.run(self._play(fault))

    async def _play(self, fault: Fault) -> Verdict:
        load, over = self._make_load(), asyncio.Event()
        with Watch(self.cluster, self.gateways) as watch:
            playing = asyncio.create_task(load.run(over))
            await asyncio.sleep(BEFORE)
            span = await asyncio.to_thread(self._let_happen, fault)
            await asyncio.sleep(AFTER)
            over.set()
            await playing
        load.write(self.gateways.directory / f"{self.way} {fault.name}.jsonl")
        return await asyncio.to_thread(self._judge, fault, load, watch, span)

    def _make_load(self) -> Load:
        url = f"https://localhost:{self.gateways.port}"
        return Load(url, self.cluster.network.calls_per_second, self.gateways.certificate)

    def _let_happen(self, fault: Fault) -> tuple[float, float]:
        began = time.monotonic()
        if fault.restarts_worker:
            self.gateways.restart_worker()
        heal = fault.happen(self.cluster)
        wait_out(fault, began)
        over = time.monotonic()
        heal()
        return began, over

    def _judge(self, fault: Fault, load: Load, watch: Watch, span: tuple[float, float]) -> Verdict:
        """As soon as nothing is left over, or when it has had its minute."""
        self.cluster.wait_until_whole()
        while True:
            with self.cluster.connect("postgres", "clickhook") as connection:
                found = rows.read(connection)
            verdict = judge(
                fault.name,
                self.way,
                load.log,
                found,
                span,
                leader_after=watch.leader_after(*span),
                ready_max=watch.ready_max,
            )
            is_late = time.monotonic() > span[1] + GHOSTS_END_WITHIN
            if is_late or not (verdict.is_unfinished or self.gateways.spooled):
                return dataclasses.replace(
                    verdict,
                    ended_programs=len(self.gateways.ended()),
                    found=fault.check(self.cluster),
                )
            time.sleep(1)
