"""What is counted of hooks, for /metrics. Each count costs some microseconds and waits for nothing.

The labels are bounded: words of ours, and ids of WCS instances as `watched_instances` gives them.
"""

from __future__ import annotations

from functools import cache

from prometheus_client import Counter, Histogram

from hooks.database import REASONS_AWAY
from hooks.facts import Instance
from hooks.methods import LANES, METHODS, Method
from hooks.reasons import Decision, Reason
from hooks.watched_instances import OTHER, WatchedInstances

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
# Whoever posted these knows an instance's key, and may be a stranger.
NOT_SIGNED = {Reason.SIGNATURE_MISSING, Reason.SIGNATURE_WRONG, Reason.SECRET_MISSING}
OF_A_STATEMENT = "a statement failed"

HOOKS = Counter("clickhook_hooks", "Hooks that were answered.", ["method", "decision"])
REFUSALS = Counter("clickhook_refusals", "Hooks that were refused.", ["reason"])
WCS_HOOKS = Counter(
    "clickhook_wcs_hooks", "Hooks of a WCS instance that are signed.", ["wcs", "decision"]
)
SIGNATURE_FAILURES = Counter(
    "clickhook_signature_failures", "Hooks with the key of an instance, not signed by it.", ["wcs"]
)
HOOK_SECONDS = Histogram(
    "clickhook_hook_seconds", "From the whole hook to its answer.", ["lane"], buckets=SECONDS
)
BATCH_HOOKS = Histogram(
    "clickhook_batch_hooks", "Hooks that shared a statement.", ["lane"], buckets=SIZES
)
QUEUE_WAIT = Histogram(
    "clickhook_queue_wait_seconds",
    "How long the first hook of a batch waited for it.",
    ["lane"],
    buckets=SECONDS,
)
DATABASE_ERRORS = Counter(
    "clickhook_database_errors",
    "Statements of the gateway itself that the database did not do.",
    ["error"],
)
EVENTS_SPOOLED = Counter("clickhook_events_spooled", "Events that were kept on disk.")
EVENTS_LOST = Counter("clickhook_events_lost", "Events that could not even be kept on disk.")

watched = WatchedInstances.of_this_gateway()
# A counter is looked up by its labels for every hook, and their own look-up takes longer than that.
_hooks, _refusals, _wcs_hooks = cache(HOOKS.labels), cache(REFUSALS.labels), cache(WCS_HOOKS.labels)
_hook_seconds, _batch_hooks = cache(HOOK_SECONDS.labels), cache(BATCH_HOOKS.labels)
_queue_wait, _signature_failures = cache(QUEUE_WAIT.labels), cache(SIGNATURE_FAILURES.labels)

# What is there from the start, at 0: the first of them shows as an increase.
for _lane in LANES:
    _batch_hooks(_lane)
    _queue_wait(_lane)
for _lane in {method.lane for method in METHODS.values()}:  # a busy tenant's calls are calls too
    _hook_seconds(_lane)
for _error in (*REASONS_AWAY, OF_A_STATEMENT):
    DATABASE_ERRORS.labels(_error)
for _reason in Reason:
    if _reason.decision is Decision.REFUSED:
        REFUSALS.labels(_reason)


def count_hook(method: Method, instance: Instance | None, reason: Reason, seconds: float) -> None:
    """`instance`: whom the key in the URL names; None where it names nobody."""
    name = method.name if method.name in METHODS else OTHER
    _hooks(name, reason.decision).inc()
    _hook_seconds(method.lane).observe(seconds)
    if reason.decision is Decision.REFUSED:
        _refusals(reason).inc()
    if instance is None:
        return

    wcs = watched.label(instance.id)
    _begin_at_zero(wcs)
    if reason in NOT_SIGNED:
        _signature_failures(wcs).inc()
    else:
        _wcs_hooks(wcs, reason.decision).inc()


@cache
def _begin_at_zero(wcs: str) -> None:
    _signature_failures(wcs)
    for decision in Decision:
        _wcs_hooks(wcs, decision)


def count_batch(lane: str, hooks: int, waited: float) -> None:
    """`waited`: seconds, of the hook that waited longest."""
    _batch_hooks(lane).observe(hooks)
    _queue_wait(lane).observe(waited)
