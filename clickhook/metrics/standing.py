"""How things stand now, as gauges: from the database's figures and from what health has seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from clickhook.health.state import CHECKS, State
from clickhook.metrics.figures import Figures

# Each gauge's name after `clickhook_`, and its help text.
HELP = {
    "ready": "1 where this check of /readyz holds.",
    "clock_offset_seconds": "By which the database's clock is ahead of this machine's.",
    "spool_bytes": "Events on disk that wait for the database.",
    "disk_free_bytes": "Room left where the spool is.",
    "disk_size_bytes": "Size of the disk where the spool is.",
    "live_sessions": "Connections that live, counted up to 50,000.",
    "live_calls": "Calls that live, counted up to 50,000.",
    "worker_heartbeat_age_seconds": "Since the last sign of any worker.",
    "worker_duties_failing": "Duties of living workers whose last turn failed.",
    "limits_near_cap": "Limits that are used to 80 % or more (near) or used up (at).",
    "tenants_near_cap": "Tenants with such limits.",
    "wcs_silent": "WCS instances in use that posted hooks once, and none within a day.",
    "wcs_info": "Always 1: the name of a WCS instance by its id.",
}


class Standing(Collector):
    def __init__(self, state: State, figures: Figures | None) -> None:
        self._state, self._figures = state, figures

    def collect(self) -> Iterator[Metric]:
        yield from _tell_health(self._state)
        if self._figures is not None:
            yield from _tell_figures(self._figures)


def _tell_health(state: State) -> Iterator[Metric]:
    """A check that is not known just now is left out."""
    known = [name for name in CHECKS if name not in state.unknown]
    yield _gauge("ready", {(name,): name not in state.problems for name in known}, "check")
    if state.clock_offset is not None:
        yield _gauge("clock_offset_seconds", {(): state.clock_offset})
    if state.disk.size_bytes:
        yield _gauge("spool_bytes", {(): state.disk.spool_bytes})
        yield _gauge("disk_free_bytes", {(): state.disk.free_bytes})
        yield _gauge("disk_size_bytes", {(): state.disk.size_bytes})


def _tell_figures(seen: Figures) -> Iterator[Metric]:
    yield _gauge("live_sessions", {(): seen.live_sessions})
    yield _gauge("live_calls", {(): seen.live_calls})
    yield _gauge("worker_heartbeat_age_seconds", {(): seen.heartbeat_age})
    yield _gauge("worker_duties_failing", {(): seen.failing_duties})
    limits = {("near",): seen.limits_near, ("at",): seen.limits_used_up}
    yield _gauge("limits_near_cap", limits, "level")
    tenants = {("near",): seen.tenants_near, ("at",): seen.tenants_used_up}
    yield _gauge("tenants_near_cap", tenants, "level")
    yield _gauge("wcs_silent", {(): seen.silent_instances})
    names = dict.fromkeys(map(tuple, seen.instance_names), 1)
    yield _gauge("wcs_info", names, "wcs", "name")


def _gauge(name: str, values: Mapping[Any, float], *labels: str) -> Metric:
    gauge = GaugeMetricFamily(f"clickhook_{name}", HELP[name], labels=labels)
    for label_values, value in values.items():
        gauge.add_metric(label_values, float(value))
    return gauge
