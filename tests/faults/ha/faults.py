"""The faults: what happens to the cluster, and how it is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.ha.cluster import Cluster
from tests.faults.ha.old_weeks import (
    find_broken,
    make_old_weeks,
    wait_until_dropping,
    wait_until_going_on,
)
from tests.faults.old_events import MAKE_OLD, NUMBER, wait_until_fewer

Heal = Callable[[], None]
UNTIL_SWITCHED = 12  # seconds, with room


@dataclass(frozen=True)
class Fault:
    name: str
    happen: Callable[[Cluster], Heal]
    lasts: float  # seconds
    # Looks at the cluster when all is over; what is wrong, or empty.
    check: Callable[[Cluster], str] = lambda cluster: ""
    prepare: Callable[[Cluster], None] = lambda cluster: None  # before the load begins
    restarts_worker: bool = False  # as it happens: a new one takes a turn of every duty at once


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


def switch_over_while_pruning(cluster: Cluster) -> Heal:
    """As soon as the worker's next turn has come."""
    with cluster.connect("postgres", "clickhook") as connection:
        connection.execute(MAKE_OLD)
        wait_until_fewer(connection, NUMBER)
    cluster.switch_over()
    time.sleep(UNTIL_SWITCHED)
    return _nothing


def check_pruned(cluster: Cluster) -> str:
    """The worker goes on by itself, at the new primary."""
    with cluster.connect("postgres", "clickhook") as connection:
        return wait_until_fewer(connection, 1)


def prepare_weeks(cluster: Cluster) -> None:
    with cluster.connect("postgres", "clickhook") as connection:
        make_old_weeks(connection)


def switch_over_while_dropping(cluster: Cluster) -> Heal:
    with cluster.connect("postgres", "clickhook") as connection:
        wait_until_dropping(connection)
    before = cluster.leader()
    cluster.switch_over()
    wait_until_switched(cluster, before)
    with cluster.connect("postgres", "clickhook") as connection:
        broken = find_broken(connection)
        wait_until_going_on(connection)
    if broken:
        raise RuntimeError(broken)
    time.sleep(UNTIL_SWITCHED)
    return _nothing


def wait_until_switched(cluster: Cluster, before: str) -> None:
    deadline = time.monotonic() + UNTIL_SWITCHED
    while cluster.leader() in ("", before):
        if time.monotonic() > deadline:
            raise TimeoutError("there is no other primary")
        time.sleep(0.05)


def check_weeks(cluster: Cluster) -> str:
    with cluster.connect("postgres", "clickhook") as connection:
        return find_broken(connection)


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
    Fault("switchover while it is pruned", switch_over_while_pruning, 0, check_pruned),
    Fault(
        "switchover while weeks are dropped",
        switch_over_while_dropping,
        0,
        check_weeks,
        prepare_weeks,
        restarts_worker=True,
    ),
    Fault("standby killed", kill_standby, 10),
    Fault("standby cut off", cut_standby_off, 18),
    Fault("etcd away for 30 s", cut_etcd_off, 30),
]
NAMES = [fault.name for fault in FAULTS]


def wait_out(fault: Fault, since: float) -> None:
    time.sleep(max(since + fault.lasts - time.monotonic(), 0))
