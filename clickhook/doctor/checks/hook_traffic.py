"""What each WCS instance posted within a day: silence, and methods that are not attached."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from clickhook.doctor.finding import Finding, Findings, name_some
from hooks.models import LastHook, Switch
from tenants.models import Tenant, WcsInstance

NEWEST = 100_000  # events; what is older is not looked at
POSTED = """
SELECT instance_id, method, count(*)
  FROM (SELECT instance_id, method FROM hooks_eventlog
         WHERE received_at > now() - interval '1 day' ORDER BY received_at DESC LIMIT %s) AS newest
 GROUP BY 1, 2
"""
# Which method brings which other one, and how many of the first without the second are strange.
# Without `call` WCS dials what the browser says.
FOLLOWS = {
    "ConnectionStatusEvent": ("connect", 10),
    "call": ("connect", 50),
    "CallStatusEvent": ("call", 10),
}


def check_traffic() -> Findings:
    a_day_ago = timezone.now() - timedelta(days=1)
    posted = _read_posted()
    moved = WcsInstance.objects.for_none_but(Switch.objects.moved_tenants())
    instances = WcsInstance.objects.filter(tenants__status=Tenant.Status.ACTIVE)
    instances = instances.exclude(pk__in=moved)
    names = dict(instances.order_by("name").distinct().values_list("id", "name"))

    # On a busy installation the newest events are those of minutes.
    heard = set(LastHook.objects.filter(at__gt=a_day_ago).values_list("instance_id", flat=True))
    silent = [name for id_, name in names.items() if id_ not in heard and not posted[id_]]
    if silent:
        sentence = f"No hook within a day from: {name_some(silent)}."
        remedy = (
            "See whether each WCS runs, and its application's URL: manage.py wcs_config. "
            "Delete an instance that nobody uses."
        )
        yield Finding("traffic", False, sentence, remedy)
    elif names:
        yield Finding("traffic", True, f"Hooks came from all {len(names)} WCS instances in use.")

    for id_, name in names.items():
        for method in find_missing(posted[id_]):
            sentence = f"{name} posts {FOLLOWS[method][0]}, and never {method}."
            remedy = f"At the WCS: add app-rest-method <application> {method}."
            yield Finding("traffic", False, sentence, remedy)


def find_missing(posted: Mapping[str, int]) -> list[str]:
    """Of the methods that the gateway relies on."""
    return [
        method
        for method, (cause, many) in FOLLOWS.items()
        if posted.get(cause, 0) >= many and not posted.get(method)
    ]


def _read_posted() -> dict[Any, Counter[str]]:
    posted: dict[Any, Counter[str]] = defaultdict(Counter)
    with connection.cursor() as cursor:
        cursor.execute(POSTED, [NEWEST])
        for instance, method, number in cursor.fetchall():
            posted[instance][method] = number
    return posted
