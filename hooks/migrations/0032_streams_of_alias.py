"""Streams of an alias that is removed end, and a shorter longest time holds for those that live.

The trigger goes with the alias, whoever changes it. It changes the version of the tenant's meter,
so that a stream that is being decided meanwhile is decided again.
"""

from django.db import migrations

MAKE = """
CREATE FUNCTION hooks_shorten_streams() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.longest_seconds >= OLD.longest_seconds THEN
        RETURN NULL;
    END IF;
    UPDATE hooks_meter SET version = version + 1
     WHERE tenant_id = OLD.tenant_id AND scope = 'streams';
    UPDATE hooks_stream
       SET ends_by = least(ends_by, CASE WHEN TG_OP = 'DELETE' THEN now()
                                         ELSE asked_at + make_interval(secs => NEW.longest_seconds)
                                    END)
     WHERE tenant_id = OLD.tenant_id AND scope = 'streams alias ' || OLD.id
       AND decision = 'allowed' AND ended_at IS NULL
       AND asked_at > now() - interval '2 days';  -- none lasts longer: this bounds what is read
    RETURN NULL;
END $$;

CREATE TRIGGER shorten_streams AFTER DELETE OR UPDATE OF longest_seconds ON tenants_streamalias
   FOR EACH ROW EXECUTE FUNCTION hooks_shorten_streams();
"""
REMOVE = """
DROP TRIGGER shorten_streams ON tenants_streamalias;
DROP FUNCTION hooks_shorten_streams();
"""


class Migration(migrations.Migration):
    dependencies = [("hooks", "0031_cut_messages"), ("tenants", "0024_streams")]

    operations = [migrations.RunSQL(MAKE, REMOVE)]
