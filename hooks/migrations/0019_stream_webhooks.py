"""Streams in the outbox of webhooks, as 0016_outbox has calls there."""

from django.db import migrations

# The real name is one of the numbers: only an endpoint that asks for those is told.
OF_STREAM = """
CREATE OR REPLACE FUNCTION webhook_stream() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about jsonb;
    numbers jsonb;
BEGIN
    IF NOT EXISTS (SELECT FROM tenants_webhookendpoint
                    WHERE tenant_id = NEW.tenant_id AND enabled) THEN
        RETURN NULL;
    END IF;
    SELECT jsonb_build_object(
               'tenant', tenant.slug, 'stream_id', NEW.id,
               'media_session_id', NEW.media_session_id, 'session_id', NEW.session_id,
               'origin', left(session.origin, 300), 'alias', left(NEW.alias, 255),
               'kind', NEW.kind, 'label', left(session.label, 100),
               'context', coalesce(session.context, '[]'),
               'asked_at', webhook_time(NEW.asked_at)),
           jsonb_build_object('name', left(nullif(NEW.name, ''), 128))
      INTO about, numbers
      FROM tenants_tenant tenant LEFT JOIN hooks_session session ON session.id = NEW.session_id
     WHERE tenant.id = NEW.tenant_id;

    IF TG_OP = 'INSERT' THEN
        PERFORM webhook_tell(NEW.tenant_id, 'stream.refused', NEW.id, NEW.asked_at,
                             about || jsonb_build_object('reason', NEW.reason), numbers);
        RETURN NULL;
    END IF;
    about := about || jsonb_build_object('began_at', webhook_time(NEW.began_at));
    IF OLD.began_at IS NULL AND NEW.began_at IS NOT NULL THEN
        PERFORM webhook_tell(
            NEW.tenant_id,
            CASE NEW.kind WHEN 'publish' THEN 'stream.published' ELSE 'stream.played' END,
            NEW.id, NEW.began_at, about, numbers);
    END IF;
    IF OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL THEN
        PERFORM webhook_tell(
            NEW.tenant_id, 'stream.ended', NEW.id, NEW.ended_at,
            about || jsonb_build_object(
                'ended_at', webhook_time(NEW.ended_at), 'ended_by', NEW.ended_by,
                'seconds', CASE WHEN NEW.began_at IS NULL AND NEW.ended_by <> 'reaper' THEN 0
                                ELSE round(extract(epoch FROM NEW.duration)::numeric, 3) END),
            numbers);
    END IF;
    RETURN NULL;
END $$
"""
REFUSED = """
CREATE OR REPLACE TRIGGER webhook_stream_refused AFTER INSERT ON hooks_stream
   FOR EACH ROW WHEN (NEW.decision = 'refused') EXECUTE FUNCTION webhook_stream()
"""
MOVED = """
CREATE OR REPLACE TRIGGER webhook_stream_moved AFTER UPDATE ON hooks_stream
   FOR EACH ROW WHEN (OLD.began_at IS NULL AND NEW.began_at IS NOT NULL
                      OR OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
   EXECUTE FUNCTION webhook_stream()
"""


class Migration(migrations.Migration):
    dependencies = [
        ('hooks', '0018_streams'),
    ]

    operations = [
        migrations.RunSQL(OF_STREAM, 'DROP FUNCTION IF EXISTS webhook_stream'),
        migrations.RunSQL(
            REFUSED, 'DROP TRIGGER IF EXISTS webhook_stream_refused ON hooks_stream'
        ),
        migrations.RunSQL(MOVED, 'DROP TRIGGER IF EXISTS webhook_stream_moved ON hooks_stream'),
    ]
