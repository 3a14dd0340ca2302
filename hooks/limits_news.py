"""Calls that are being decided while limits change are decided again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

from hooks.statements.switching import BUMP_VERSIONS


def bump_versions(tenant_ids: Iterable[int], **kwargs: Any) -> None:
    """For the signal `limits_changed`, within the transaction that changes them."""
    with connection.cursor() as cursor:
        cursor.execute(BUMP_VERSIONS, [sorted(tenant_ids)])
