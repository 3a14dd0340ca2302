"""The look-up of the domain that covers an origin, for the statements of a `hook`.

`hook.origins` is the origin and its parents, the nearest first, with spaces between.
"""

from __future__ import annotations

from tenants.models.served_apps import MOST_SERVED
from tenants.origins import EVERY_APPS

# Many tenants may have an origin that every mobile app has: never look for it without the tenant.
_IS_OF_EVERY_APP = "hook.origins IN ({})".format(", ".join(f"'{origin}'" for origin in EVERY_APPS))
_OF_ONE_TENANT = f"""
           SELECT id, tenant_id, default_callee_id FROM tenants_domain
            WHERE NOT {_IS_OF_EVERY_APP} AND origin = ANY (string_to_array(hook.origins, ' '))
              AND (include_subdomains OR origin = split_part(hook.origins, ' ', 1))
            ORDER BY length(origin) DESC LIMIT 1"""
# Along the index of both columns, from where these are: the index of a constraint or of the tenant
# alone would cost what others have, or what the tenant has.
_APP_OF_TENANT = """
           SELECT id, tenant_id, default_callee_id FROM (
                  SELECT * FROM tenants_domain
                   WHERE (origin, tenant_id) >= (hook.origins, {0})
                   ORDER BY origin, tenant_id LIMIT 1
                  ) nearest WHERE origin = hook.origins AND tenant_id = {0}"""
_SERVED = f"""
           SELECT tenant_id, count(*) OVER () AS number FROM (
                  SELECT tenant_id FROM tenants_wcsinstance_tenants
                   WHERE wcsinstance_id = instance.id LIMIT {MOST_SERVED + 1}
                  ) looked_at"""
# None where the instance serves two tenants that have the origin, or too many to look at them all.
_APP_OF_INSTANCE = f"""
    SELECT id, tenant_id, default_callee_id FROM (
           SELECT app.*, count(*) OVER () AS clashing
             FROM tenants_wcsinstance instance
            CROSS JOIN LATERAL ({_SERVED}) served
            CROSS JOIN LATERAL ({_APP_OF_TENANT.format("served.tenant_id")}) app
            WHERE instance.key = hook.key AND served.number <= {MOST_SERVED}
           ) found WHERE clashing = 1 AND {_IS_OF_EVERY_APP}"""

# `hook.key` names the WCS instance, which tells whose app it is.
DOMAIN_AT_INSTANCE = f"""
    SELECT * FROM ({_OF_ONE_TENANT}) web UNION ALL {_APP_OF_INSTANCE}"""
# Where `tenant` is known already; the domain may still be another's.
DOMAIN_NEAR_TENANT = f"""
    SELECT * FROM ({_OF_ONE_TENANT}) web UNION ALL
    SELECT * FROM ({_APP_OF_TENANT.format("tenant.id")}) app WHERE {_IS_OF_EVERY_APP}"""
