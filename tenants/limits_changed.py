"""The news that limits or destinations of tenants have changed, for whoever decides calls.

It is sent within the transaction that changes them, as late as possible.
"""

from __future__ import annotations

from django.dispatch import Signal

limits_changed = Signal()  # with `tenant_ids`
