"""Several tenants may have an origin that every mobile app has."""

from django.db import migrations, models

# Such an origin speaks for nothing that other rows speak for, so the exclusion constraint stays as
# it is and is not built again under a lock. Its index keeps the former range of rows that are there
# already; that overlaps with no range that is looked for.
SPAN = """
CREATE OR REPLACE FUNCTION origin_span(origin text, include_subdomains boolean)
RETURNS origin_range
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path FROM CURRENT AS $$
    SELECT {} origin_range(key, CASE WHEN include_subdomains THEN key || '"' ELSE key END,
                           CASE WHEN include_subdomains THEN '[)' ELSE '[]' END) {}
      FROM (SELECT translate(
                       split_part(origin, '://', 1)
                       || coalesce(substring(origin FROM ':[0-9]+$'), '') || '!'
                       || reverse(substring(origin FROM '^[a-z]+://(\\[[^]]*\\]|[^:]*)')),
                       '.', '!') AS key) keyed
$$
"""
OF_EVERY_APP = """
    CASE WHEN origin IN ('http://localhost', 'https://localhost', 'capacitor://localhost',
                         'ionic://localhost')
         THEN 'empty'::origin_range ELSE
"""
INDEX = """
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS domain_once_per_tenant
    ON tenants_domain (origin, tenant_id)
"""
CONSTRAINT = """
ALTER TABLE tenants_domain
  ADD CONSTRAINT domain_once_per_tenant UNIQUE USING INDEX domain_once_per_tenant
"""
DROP = "ALTER TABLE tenants_domain DROP CONSTRAINT IF EXISTS domain_once_per_tenant"


class Migration(migrations.Migration):
    atomic = False  # the index is made while hooks are answered
    dependencies = [("tenants", '0019_database_defaults')]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(INDEX, migrations.RunSQL.noop),
                migrations.RunSQL(CONSTRAINT, DROP),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="domain",
                    constraint=models.UniqueConstraint(
                        fields=["origin", "tenant"],
                        name="domain_once_per_tenant",
                        violation_error_message="This tenant has this origin already.",
                    ),
                )
            ],
        ),
        # Its index goes last: hooks find a domain by the new one from here on.
        migrations.AlterField(
            model_name="domain",
            name="origin",
            field=models.CharField(
                max_length=270,
                help_text="Scheme, host and, if it is not the default, port: "
                "https://www.example.com. http only if the page is served without TLS.",
            ),
        ),
        # Two tenants may have one of these as soon as the origin is not unique any more.
        migrations.RunSQL(SPAN.format(OF_EVERY_APP, "END"), SPAN.format("", "")),
    ]
