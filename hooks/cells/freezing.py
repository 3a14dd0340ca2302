"""While a tenant moves no call of theirs is allowed, in either cell: a switch of its own kind."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from hooks.models import Call, Stream, Switch
from hooks.policy import MOVES
from hooks.spool import open_spool
from hooks.statements.switching import BUMP_VERSIONS
from hooks.wcs.kill_switch.switching import (
    EndedCall,
    end_living_calls,
    end_living_streams,
)
from hooks.wcs.kill_switch.targets import Target
from tenants.models import Tenant, WcsInstance

PAUSE = 0.5  # seconds
BECAUSE = "The tenant moves to another cell."


def freeze(tenant: Tenant, by: str) -> None:
    """Within the transaction that records why. Turned on already, it stays as it is."""
    Switch.objects.get_or_create(
        key=f"{MOVES}{tenant.pk}",
        off_at=None,
        defaults={"name": f"tenant {tenant}", "tenant": tenant, "because": BECAUSE, "by": by},
    )
    with connection.cursor() as cursor:
        cursor.execute(BUMP_VERSIONS, [[tenant.pk]])


def thaw(tenant_id: int, by: str) -> None:
    switches = Switch.objects.filter(key=f"{MOVES}{tenant_id}", off_at=None)
    switches.update(off_at=Now(), off_by=by)


def end_calls(tenant: Tenant) -> list[EndedCall]:
    """WCS is asked to end each call and stream that lives; the worker tries again what failed."""
    tenants = Tenant.objects.filter(pk=tenant.pk)
    target = Target("", str(tenant), Q(tenant=tenant), tenants, tenant)
    end_living_streams(target)
    return end_living_calls(target)


def count_living_calls(tenant: Tenant) -> int:
    """And streams. Not those that still hold what they reserved: they give it back in the other
    cell.
    """
    calls = Call.objects.filter(tenant=tenant, ended_at=None)
    streams = Stream.objects.filter(tenant=tenant, ended_at=None)
    return calls.count() + streams.count()


def count_spooled_events(tenant: Tenant) -> int:
    """Status events that a gateway of this machine keeps on disk until the database takes them."""
    keys = WcsInstance.objects.filter(tenants=tenant).values_list("key", flat=True)
    return open_spool().count_waiting(set(keys))


def wait_for_calls(tenant: Tenant, seconds: float, tell: Callable[[int], None]) -> int:
    """How many live at last."""
    ends_at = time.monotonic() + seconds
    # Hooks that were decided before the switch are written by then.
    time.sleep(settings.CLICKHOOK_HOOK_DEADLINE + PAUSE)
    while (left := count_living_calls(tenant)) and time.monotonic() < ends_at:
        tell(left)
        time.sleep(PAUSE)
    return left
