"""Active tenants that can lose without a bound, and those that cannot take a call."""

from __future__ import annotations

from itertools import islice

from django.db import connection
from django.db.models import QuerySet

from clickhook.doctor.finding import MOST_NAMED, Finding, Findings, name_some
from hooks.exposure import find_unbounded
from hooks.models import Switch
from tenants.models import Tenant

# One of these is missing, so every connect or every call of the tenant is refused.
CANNOT_CALL = """
SELECT slug, lacking
  FROM tenants_tenant tenant
 CROSS JOIN LATERAL (SELECT concat_ws(', ',
       CASE WHEN NOT EXISTS (SELECT FROM tenants_domain domain
                              WHERE domain.tenant_id = tenant.id) THEN 'a domain' END,
       CASE WHEN NOT EXISTS (SELECT FROM tenants_callee callee
                              WHERE callee.tenant_id = tenant.id) THEN 'a callee' END,
       CASE WHEN NOT EXISTS (SELECT FROM tenants_sipaccount account
                              WHERE account.tenant_id = tenant.id AND account.enabled
                                AND account.password <> '') THEN 'a SIP account' END,
       CASE WHEN NOT EXISTS (SELECT FROM tenants_wcsinstance_tenants speaks
                              WHERE speaks.tenant_id = tenant.id) THEN 'a WCS instance' END
       ) AS lacking) AS found
 WHERE status = 'active' AND lacking <> '' AND NOT tenant.id = ANY(%s) ORDER BY slug LIMIT %s
"""


def check_tenants() -> Findings:
    moved = Switch.objects.moved_tenants()
    active = Tenant.objects.filter(status=Tenant.Status.ACTIVE).exclude(pk__in=moved)
    active = active.order_by("slug")
    problems = [*_find_unlimited(active), *_find_unbounded(active)]
    yield from problems
    if not problems:
        yield Finding("tenants", True, "What each active tenant can lose is bounded.")
    yield from _find_those_that_cannot_call(moved)


def _find_unlimited(active: QuerySet[Tenant]) -> Findings:
    unlimited = list(active.filter(limits={}).values_list("slug", flat=True))
    if unlimited:
        remedy = "Set limits on each tenant's page."
        yield Finding("tenants", False, f"Without any limit: {name_some(unlimited)}.", remedy)


def _find_unbounded(active: QuerySet[Tenant]) -> Findings:
    unbounded = list(islice(find_unbounded(active.exclude(limits={})), MOST_NAMED + 1))
    for slug, missing in unbounded[:MOST_NAMED]:
        sentence = f"What {slug} can lose has no bound. {missing}"
        yield Finding("tenants", False, sentence, "See At worst on the tenant's page.")
    if len(unbounded) > MOST_NAMED:
        yield Finding("tenants", False, "What more tenants can lose has no bound.")


def _find_those_that_cannot_call(moved: set[int]) -> Findings:
    with connection.cursor() as cursor:
        cursor.execute(CANNOT_CALL, [list(moved), MOST_NAMED])
        for slug, lacking in cursor.fetchall():
            sentence = f"{slug} is active and cannot take a call: it lacks {lacking}."
            yield Finding("tenants", False, sentence, "See the tenant's overview.")
