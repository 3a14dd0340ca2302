"""As many tenants as asked for, made set-wise, for `manage.py shell -c`."""

from __future__ import annotations

from django.db import connection

from tenants.audit.acting import stamped
from tenants.audit.actions import Action
from tenants.audit.recording import as_one_entry
from tenants.models import WcsInstance
from tenants.secrets.encryption import place
from tenants.secrets.fields import key_ring

TENANTS = """
INSERT INTO tenants_tenant (id, slug, name, status, sip_register_required, created_at, country,
                            currency, time_zone, limits, holidays)
SELECT n, 't' || n, 'Tenant ' || n, 'active', false, now(), '', 'EUR', 'UTC', '{}', '[]'
  FROM generate_series(1, %s) AS n
"""
DOMAINS = """
INSERT INTO tenants_domain (tenant_id, origin, include_subdomains, limits)
SELECT id, 'https://www.tenant' || id || '.example', false, '{}' FROM tenants_tenant
"""
CALLEES = """
INSERT INTO tenants_callee (tenant_id, alias, target, "default", number, limits, keypad, fallback)
SELECT id, 'sales', '10002', true, '', '{}', false, '[]' FROM tenants_tenant
"""
ACCOUNTS = """
COPY tenants_sipaccount (id, tenant_id, login, authentication_name, password, domain,
                         outbound_proxy, port, enabled, limits, internal_rate)
FROM STDIN
"""
SERVED = """
INSERT INTO tenants_wcsinstance_tenants (wcsinstance_id, tenant_id)
SELECT %s, id FROM tenants_tenant
"""


# What is there goes unseen by the audit, and what comes is one entry of it.
EMPTY = """
DO $$ DECLARE watched regclass; BEGIN
    FOR watched IN SELECT tgrelid FROM pg_trigger WHERE tgname = 'audit_truncate' LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER audit_truncate', watched);
    END LOOP;
    TRUNCATE tenants_tenant, tenants_wcsinstance, hooks_session, hooks_call, hooks_eventlog,
             hooks_meter CASCADE;
END $$
"""


def fill(domains: int, key: str, secret: str, accounts: int = 1) -> None:
    """`accounts`: of each tenant."""
    with connection.cursor() as cursor:
        cursor.execute(EMPTY)
        # Checking a million rows one by one is not what is measured.
        cursor.execute("ALTER TABLE tenants_domain DROP CONSTRAINT IF EXISTS domain_of_one_tenant")
    with as_one_entry(Action.IMPORTED, name="bench"), connection.cursor() as cursor:
        cursor.execute(TENANTS, [domains])
        cursor.execute(DOMAINS)
        cursor.execute(CALLEES)
        with cursor.copy(stamped(ACCOUNTS)) as copy:
            for tenant in range(1, domains + 1):
                for number in range(accounts):
                    copy.write_row(_account(tenant, number))
        instance = WcsInstance.objects.create(name="bench", key=key, signing_secret=secret)
        cursor.execute(SERVED, [instance.id])


def _account(tenant: int, number: int) -> tuple:
    row = f"00000000-0000-4000-{0x8000 + number:x}-{tenant:012x}"
    sealed = key_ring().seal(
        "bench-sip-password", place(tenant, "tenants_sipaccount", row, "password")
    )
    return row, tenant, str(10001 + number), "", sealed, "sip.example", "", 5060, True, "{}", 0
