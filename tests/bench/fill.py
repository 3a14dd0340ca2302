"""Run in `manage.py shell` by the benchmark, which sets DOMAINS, SECRET and KEY: as many tenants, set-wise."""

from django.db import connection

from tenants.encryption import place
from tenants.fields import key_ring
from tenants.models import WcsInstance

CONSTRAINT = "EXCLUDE USING gist (origin_span(origin, include_subdomains) WITH &&, tenant_id WITH <>)"

with connection.cursor() as cursor:
    cursor.execute("TRUNCATE tenants_tenant, tenants_wcsinstance, hooks_session, hooks_call, hooks_event CASCADE")
    cursor.execute("ALTER TABLE tenants_domain DROP CONSTRAINT IF EXISTS domain_of_one_tenant")
    numbers = "FROM generate_series(0, %s) AS n"
    cursor.execute(
        "INSERT INTO tenants_tenant (id, slug, name, status, sip_register_required, created_at) "
        f"SELECT n + 1, 't' || n, 'Tenant ' || n, 'active', false, now() {numbers}",
        [DOMAINS - 1],
    )
    cursor.execute(
        "INSERT INTO tenants_domain (tenant_id, origin, include_subdomains) "
        f"SELECT n + 1, 'https://www.tenant' || n || '.example', false {numbers}",
        [DOMAINS - 1],
    )
    cursor.execute(
        'INSERT INTO tenants_callee (tenant_id, alias, target, "default") '
        f"SELECT n + 1, 'sales', '10002', true {numbers}",
        [DOMAINS - 1],
    )
    accounts = [(f"00000000-0000-4000-8000-{n:012x}", n + 1) for n in range(DOMAINS)]
    with cursor.copy(
        "COPY tenants_sipaccount (id, tenant_id, login, authentication_name, password, domain, outbound_proxy, port, enabled) FROM STDIN"
    ) as copy:
        for row, tenant in accounts:
            sealed = key_ring().seal("bench-sip-password", place(tenant, "tenants_sipaccount", row, "password"))
            copy.write_row((row, tenant, "10001", "", sealed, "sip.example", "", 5060, True))
    instance = WcsInstance.objects.create(name="bench", key=KEY, signing_secret=SECRET)
    cursor.execute(
        "INSERT INTO tenants_wcsinstance_tenants (wcsinstance_id, tenant_id) SELECT %s, id FROM tenants_tenant",
        [instance.id],
    )
