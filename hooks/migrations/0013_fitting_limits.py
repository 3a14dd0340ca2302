"""Existing tenants get limits that fit what they did in the last 30 days.

Their destinations were opened by the migration that brought them (tenants 0012). One tenant after
the other, each in a statement that reads its calls by index and changes one row.
"""

from django.db import migrations

# As a new tenant has them at least; a migration does not change with the code.
SAFE = {"concurrent_calls": 2, "calls_per_hour": 60, "calls_per_day": 100, "call_seconds": 1800}
DAYS = 30
TENANTS = "SELECT id FROM tenants_tenant WHERE limits = '{}' ORDER BY id"
# Windows are a sixtieth longer than their name says, because a meter may count so much. Calls that
# begin when others end count beside them. Half of a limit is for visitors without a ticket, so
# twice the peak leaves them what they had.
FIT = """
WITH placed AS (
    SELECT asked_at, coalesce(ended_at, now()) AS ended_at, duration
      FROM hooks_call
     WHERE tenant_id = %(tenant)s AND decision = 'allowed'
       AND asked_at > now() - make_interval(days => %(days)s)
), counted AS (
    SELECT count(*) OVER (ORDER BY asked_at
                          RANGE BETWEEN '61 minutes' PRECEDING AND CURRENT ROW) AS in_hour,
           count(*) OVER (ORDER BY asked_at
                          RANGE BETWEEN '1464 minutes' PRECEDING AND CURRENT ROW) AS in_day
      FROM placed
), changes AS (
    SELECT asked_at AS at, 1 AS step FROM placed
     UNION ALL
    SELECT ended_at, -1 FROM placed
), living AS (
    SELECT sum(step) OVER (ORDER BY at, step DESC ROWS UNBOUNDED PRECEDING) AS calls FROM changes
), peaks AS (
    SELECT (SELECT max(calls) FROM living) AS concurrent,
           (SELECT max(in_hour) FROM counted) AS in_hour,
           (SELECT max(in_day) FROM counted) AS in_day,
           (SELECT ceil(extract(epoch FROM max(duration))) FROM placed) AS longest
)
UPDATE tenants_tenant
   SET limits_fitted_at = now(),
       limits = jsonb_build_object(
           'concurrent_calls', greatest(2 * peaks.concurrent, %(concurrent_calls)s)::bigint,
           'calls_per_hour', greatest(2 * peaks.in_hour, %(calls_per_hour)s)::bigint,
           'calls_per_day', greatest(2 * peaks.in_day, %(calls_per_day)s)::bigint,
           'call_seconds', greatest(2 * peaks.longest, %(call_seconds)s)::bigint)
  FROM peaks
 WHERE id = %(tenant)s AND limits = '{}'
"""


def fit_limits(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(TENANTS)
        for (tenant,) in cursor.fetchall():
            cursor.execute(FIT, {"tenant": tenant, "days": DAYS, **SAFE})


class Migration(migrations.Migration):
    atomic = False  # each tenant is changed by itself
    dependencies = [
        ("hooks", "0012_ringing"),
        ("tenants", "0017_raises"),
    ]

    operations = [migrations.RunPython(fit_limits, migrations.RunPython.noop)]
