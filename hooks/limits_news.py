"""Calls and streams that are being decided while limits change are decided again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

# A tenant without a meter has not had one yet. In an order, so that nobody waits in a circle.
BUMP_STORED_VERSIONS = """
WITH meters AS MATERIALIZED (
    SELECT tenant_id, scope FROM hooks_meter
     WHERE tenant_id = ANY (%s) AND scope IN ('streams', 'tenant')
     ORDER BY tenant_id, scope FOR NO KEY UPDATE
)
UPDATE hooks_meter meter SET version = version + 1
  FROM meters WHERE meter.tenant_id = meters.tenant_id AND meter.scope = meters.scope
"""


def bump_versions(tenant_ids: Iterable[int], **kwargs: Any) -> None:
    """For the signal `limits_changed`, within the transaction that changes them."""
    with connection.cursor() as cursor:
        cursor.execute(BUMP_STORED_VERSIONS, [sorted(tenant_ids)])
