"""The look-up whether a WCS `instance` may speak for a `tenant`, for the statements of hooks."""

from __future__ import annotations

# Along the index of both columns, from where they are: an instance may speak for many tenants, and
# a tenant may have many instances.
SERVED = """
  LEFT JOIN LATERAL (
       SELECT id FROM (
              SELECT * FROM tenants_wcsinstance_tenants
               WHERE (wcsinstance_id, tenant_id) >= (instance.id, coalesce(tenant.id, 0))
               ORDER BY wcsinstance_id, tenant_id LIMIT 1
              ) nearest WHERE wcsinstance_id = instance.id AND tenant_id = tenant.id
       ) served ON true"""
