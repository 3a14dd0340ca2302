"""The faults: what happens to the cluster, and how it is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.ha.cluster import Cluster

Heal = Callable[[], None]


@dataclass(frozen=True)
class Fault:
    name: str
    happen: Callable[[Cluster], Heal]
    lasts: float  # seconds


def kill_postgres(cluster: Cluster) -> Heal:
    cluster.kill_postgres(cluster.leader())
    return _nothing


def kill_primary(cluster: Cluster) -> Heal:
    return _kill(cluster, cluster.leader())


def kill_standby(cluster: Cluster) -> Heal:
    return _kill(cluster, cluster.other(cluster.leader()))


def cut_primary_off(cluster: Cluster) -> Heal:
    return _cut(cluster, cluster.leader())


def cut_primary_off_etcd(cluster: Cluster) -> Heal:
    return _cut(cluster, cluster.leader(), *cluster.etcds)


def cut_standby_off(cluster: Cluster) -> Heal:
    return _cut(cluster, cluster.other(cluster.leader()))


def cut_etcd_off(cluster: Cluster) -> Heal:
    heals = [_cut(cluster, name) for name in cluster.etcds]
    return lambda: [heal() for heal in heals] and None


def switch_over(cluster: Cluster) -> Heal:
    cluster.switch_over()
    return _nothing


def _kill(cluster: Cluster, node: str) -> Heal:
    cluster.kill_node(node)
    return lambda: cluster.start_node(node)


def _cut(cluster: Cluster, node: str, *others: str) -> Heal:
    cluster.network.cut(node, *others)
    return lambda: cluster.network.heal(node)


def _nothing() -> None:
    """Patroni mends it by itself."""


FAULTS = [
    Fault("postgres killed", kill_postgres, 12),
    Fault("node killed", kill_primary, 18),
    Fault("primary cut off from all", cut_primary_off, 22),
    Fault("primary cut off from etcd alone", cut_primary_off_etcd, 22),
    Fault("switchover", switch_over, 12),
    Fault("standby killed", kill_standby, 10),
    Fault("standby cut off", cut_standby_off, 18),
    Fault("etcd away for 30 s", cut_etcd_off, 30),
]
NAMES = [fault.name for fault in FAULTS]


def wait_out(fault: Fault, since: float) -> None:
    time.sleep(max(since + fault.lasts - time.monotonic(), 0))
