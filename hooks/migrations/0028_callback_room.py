"""Whether a visitor may ask to be called back, decided one after the other for each tenant."""

from django.db import migrations

# Each of its statements sees what was committed before it began, so the count is that of after the
# lock. A statement that took the lock itself would count what was there before it waited.
HAS_ROOM = """
CREATE OR REPLACE FUNCTION callback_has_room(
    tenant bigint, asking text, most_of_tenant integer, most_of_visitor integer
) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    of_tenant integer;
    of_visitor integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('callback requests of ' || tenant, 0));
    SELECT count(*), count(*) FILTER (WHERE latest.visitor = asking) INTO of_tenant, of_visitor
      FROM (SELECT visitor FROM hooks_callbackrequest
             WHERE tenant_id = tenant AND asked_at > clock_timestamp() - interval '1 hour'
             ORDER BY tenant_id DESC, asked_at DESC LIMIT most_of_tenant) latest;
    RETURN of_tenant < most_of_tenant AND of_visitor < most_of_visitor;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("hooks", "0027_alarming_streams")]

    operations = [
        migrations.RunSQL(HAS_ROOM, "DROP FUNCTION IF EXISTS callback_has_room"),
    ]
