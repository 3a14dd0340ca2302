"""Looks on meanwhile: who is the primary, and are the gateways ready?"""

from __future__ import annotations

import threading
import time
from collections import defaultdict

from tests.faults.ha.cluster import NODES, Cluster
from tests.faults.ha.gateways import Gateways
from tests.faults.ready import ask_ready

EVERY = 0.1  # seconds
HICCUP = 1.0  # seconds
FIRST_LOOK = 0.6  # seconds: a look takes at most 0.4


class Watch:
    """What it saw stands in `primaries` and `ready`, with the time of each look."""

    def __init__(self, cluster: Cluster, gateways: Gateways) -> None:
        self._cluster, self._gateways = cluster, gateways
        self._over = threading.Event()
        self.primaries: dict[str, list[tuple[float, bool]]] = defaultdict(list)
        self.ready: list[tuple[float, int, float]] = []  # when, status, seconds
        self._threads = [
            *(threading.Thread(target=self._watch_node, args=[node]) for node in NODES),
            *(threading.Thread(target=self._watch_gateway, args=[p]) for p in gateways.ports),
        ]

    def __enter__(self) -> Watch:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def leader_after(self, since: float, until: float) -> float | None:
        """Seconds until the primary of the end is one. 0: it was one all the time. None: no one."""
        looks = {
            node: [look for look in seen if since <= look[0] < until]
            for node, seen in self.primaries.items()
        }
        times = {node: _since_when(seen) for node, seen in looks.items()}
        found = [at for at in times.values() if at is not None]
        if not found:
            return None
        began = max(found)
        return 0.0 if began - since < FIRST_LOOK else began - since

    @property
    def ready_max(self) -> float:
        """Seconds that the slowest answer of /readyz took."""
        return max((seconds for _, _, seconds in self.ready), default=0.0)

    def _watch_node(self, node: str) -> None:
        while not self._over.wait(EVERY):
            at = time.monotonic()
            self.primaries[node].append((at, self._cluster.is_primary(node)))

    def _watch_gateway(self, port: int) -> None:
        while not self._over.wait(2 * EVERY):
            at = time.monotonic()
            self.ready.append((at, *ask_ready(port)))


def _since_when(looks: list[tuple[float, bool]]) -> float | None:
    """Since when it has been the primary until the end; a look or two may be lost."""
    began = None
    for at, is_primary in reversed(looks):
        if is_primary:
            began = at
        elif (began or looks[-1][0]) - at > HICCUP:
            break
    return began
