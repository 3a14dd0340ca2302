"""What WCS did with a stream against our answer raises an alarm and is told, as with calls."""

import django.db.models.deletion
from django.db import migrations, models

KINDS = (
    "'call_never_asked', 'refused_call_went_on', 'call_went_elsewhere', 'unknown_call'"
)
OF_STREAMS = "'stream_never_asked', 'refused_stream_went_on', 'stream_went_elsewhere'"
OF_ALARM = """
CREATE OR REPLACE FUNCTION webhook_bypass() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM webhook_tell(
        NEW.tenant_id, 'bypass.detected', coalesce(NEW.call_id, NEW.stream_id), NEW.at,
        jsonb_build_object(
            'tenant', (SELECT slug FROM tenants_tenant WHERE id = NEW.tenant_id),
            'kind', NEW.kind, 'call_id', NEW.call_id, 'stream_id', NEW.stream_id,
            'instance', (SELECT name FROM tenants_wcsinstance WHERE id = NEW.instance_id))
        || CASE WHEN NEW.kind LIKE '%%stream%%'
                THEN jsonb_build_object('media_session_id', NEW.wcs_call_id)
                ELSE jsonb_build_object('wcs_call_id', NEW.wcs_call_id) END,
        jsonb_build_object('target', (SELECT left(nullif(target, ''), 300) FROM hooks_call
                                       WHERE id = NEW.call_id)));
    RETURN NULL;
END $$
""".replace("%%", "%")
OF_ALARM_BEFORE = """
CREATE OR REPLACE FUNCTION webhook_bypass() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM webhook_tell(
        NEW.tenant_id, 'bypass.detected', NEW.call_id, NEW.at,
        jsonb_build_object(
            'tenant', (SELECT slug FROM tenants_tenant WHERE id = NEW.tenant_id),
            'kind', NEW.kind, 'call_id', NEW.call_id, 'wcs_call_id', NEW.wcs_call_id,
            'instance', (SELECT name FROM tenants_wcsinstance WHERE id = NEW.instance_id)),
        jsonb_build_object('target', (SELECT left(nullif(target, ''), 300) FROM hooks_call
                                       WHERE id = NEW.call_id)));
    RETURN NULL;
END $$
"""


def trigger(kinds: str) -> str:
    return f"""
CREATE OR REPLACE TRIGGER webhook_bypass AFTER INSERT ON hooks_alarm
   FOR EACH ROW WHEN (NEW.tenant_id IS NOT NULL AND NEW.kind IN ({kinds}))
   EXECUTE FUNCTION webhook_bypass()
"""


class Migration(migrations.Migration):
    dependencies = [("hooks", "0025_page_message")]

    operations = [
        migrations.AddField(
            model_name="alarm",
            name="stream",
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="hooks.stream"),
        ),
        migrations.AlterField(
            model_name="alarm",
            name="wcs_call_id",
            field=models.CharField(blank=True, max_length=512, verbose_name="callId, or mediaSessionId of a stream"),
        ),
        migrations.AlterField(
            model_name="alarm",
            name="kind",
            field=models.CharField(choices=[("call_never_asked", "WCS placed a call without asking"), ("refused_call_went_on", "WCS placed a call that was refused"), ("call_went_elsewhere", "WCS called somebody else than it was told"), ("stream_never_asked", "WCS opened a stream without asking"), ("refused_stream_went_on", "WCS opened a stream that was refused"), ("stream_went_elsewhere", "WCS opened another stream than it was told"), ("honey_alias", "somebody tried the honey alias"), ("unknown_call", "WCS has a call that it never reported"), ("not_ended", "WCS does not end a call"), ("short_calls", "many short calls closed a callee for a while")], max_length=32),
        ),
        migrations.RunSQL(OF_ALARM, OF_ALARM_BEFORE),
        migrations.RunSQL(trigger(f"{KINDS}, {OF_STREAMS}"), trigger(KINDS)),
    ]
