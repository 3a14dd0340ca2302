"""An origin belongs to one tenant, subdomains included: no two tenants' rows may speak for the same one."""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

# The origins a row speaks for are a range of texts: scheme and port, then the host backwards with "!" for ".".
# "!" sorts before everything a host may hold, so a host and all the names below it are neighbours with nothing between:
# https://acme.example is https!elpmaxe!emca, and https://www.acme.example is https!elpmaxe!emca!www.
FORWARD = """
CREATE TYPE origin_range AS RANGE (subtype = text, collation = "C");

CREATE FUNCTION origin_span(origin text, include_subdomains boolean) RETURNS origin_range
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path FROM CURRENT AS $$
    SELECT origin_range(key, CASE WHEN include_subdomains THEN key || '"' ELSE key END,
                        CASE WHEN include_subdomains THEN '[)' ELSE '[]' END)
      FROM (SELECT translate(
                       split_part(origin, '://', 1) || coalesce(substring(origin FROM ':[0-9]+$'), '') || '!'
                       || reverse(substring(origin FROM '^[a-z]+://(\\[[^]]*\\]|[^:]*)')),
                       '.', '!') AS key) keyed
$$;

ALTER TABLE tenants_domain ADD CONSTRAINT domain_of_one_tenant
    EXCLUDE USING gist (origin_span(origin, include_subdomains) WITH &&, tenant_id WITH <>);
"""
BACKWARD = """
ALTER TABLE tenants_domain DROP CONSTRAINT domain_of_one_tenant;
DROP FUNCTION origin_span;
DROP TYPE origin_range;
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]
    operations = [BtreeGistExtension(), migrations.RunSQL(FORWARD, BACKWARD)]
