"""Triggers that write the outbox of webhooks, in the transaction of what they report.

A call ends in many statements: hooks, the reaper, the comparison with WCS. A trigger sees them all,
and a row as it was and as it became, so nothing is lost and nothing is told twice. Where a tenant
has no endpoint it costs one look into an index; of most updates a condition alone sees that they
are of no interest.
"""

from django.db import migrations

# Inserts alone, and no constraint: the hooks' statements wait for nobody here.
TELL = """
CREATE OR REPLACE FUNCTION webhook_tell(tenant bigint, what text, subject_id uuid, at timestamptz,
                                        about jsonb, its_numbers jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    WITH wanting AS (
        SELECT id FROM tenants_webhookendpoint
         WHERE tenant_id = tenant AND enabled AND (events = '[]' OR events ? what)
    ), message AS (
        INSERT INTO hooks_webhookmessage (tenant_id, type, subject, happened_at, data, numbers)
        SELECT tenant, what, subject_id, at, about, jsonb_strip_nulls(its_numbers)
         WHERE EXISTS (SELECT FROM wanting)
        RETURNING id, created_at
    )
    INSERT INTO hooks_webhookdelivery (tenant_id, endpoint_id, message_id, subject, due_at)
    SELECT tenant, wanting.id, message.id, subject_id, message.created_at FROM message, wanting;
END $$
"""
TIME = """
CREATE OR REPLACE FUNCTION webhook_time(at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$
"""
OF_SESSION = """
CREATE OR REPLACE FUNCTION webhook_session() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about jsonb;
BEGIN
    IF NOT EXISTS (SELECT FROM tenants_webhookendpoint
                    WHERE tenant_id = NEW.tenant_id AND enabled) THEN
        RETURN NULL;
    END IF;
    about := jsonb_build_object(
        'tenant', (SELECT slug FROM tenants_tenant WHERE id = NEW.tenant_id),
        'session_id', NEW.id, 'wcs_session_id', NEW.wcs_session_id,
        'instance', (SELECT name FROM tenants_wcsinstance WHERE id = NEW.instance_id),
        'origin', left(NEW.origin, 300), 'ticketed', NEW.ticketed, 'label', left(NEW.label, 100),
        'context', coalesce(NEW.context, '[]'), 'connected_at', webhook_time(NEW.opened_at));
    IF TG_OP = 'INSERT' THEN
        PERFORM webhook_tell(NEW.tenant_id, 'session.connected', NEW.id, NEW.opened_at, about,
                             jsonb_build_object('sip_login', left(NEW.sip_login, 150)));
        RETURN NULL;
    END IF;
    about := about || jsonb_build_object(
        'ended_at', webhook_time(NEW.ended_at), 'ended_by', NEW.ended_by,
        'seconds', round(extract(epoch FROM NEW.ended_at - NEW.opened_at)::numeric, 3));
    PERFORM webhook_tell(NEW.tenant_id, 'session.ended', NEW.id, NEW.ended_at, about,
                         jsonb_build_object('sip_login', left(NEW.sip_login, 150)));
    RETURN NULL;
END $$
"""
# The words of an outcome: hooks.calls.outcomes draws the same lines. A call with a reservation is
# told as ended when it is settled, a moment after its end: then its cost is known.
OF_CALL = """
CREATE OR REPLACE FUNCTION webhook_call() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about jsonb;
    numbers jsonb;
    is_missed bool;
BEGIN
    IF NOT EXISTS (SELECT FROM tenants_webhookendpoint
                    WHERE tenant_id = NEW.tenant_id AND enabled) THEN
        RETURN NULL;
    END IF;
    SELECT jsonb_build_object(
               'tenant', tenant.slug, 'call_id', NEW.id, 'wcs_call_id', NEW.wcs_call_id,
               'session_id', NEW.session_id, 'origin', left(session.origin, 300),
               'alias', left(NEW.alias, 255), 'fallback', left(NEW.fallback, 255),
               'label', left(session.label, 100), 'context', coalesce(session.context, '[]'),
               'asked_at', webhook_time(NEW.asked_at)),
           jsonb_build_object('target', left(nullif(NEW.target, ''), 300),
                              'sip_login', left(session.sip_login, 150))
      INTO about, numbers
      FROM tenants_tenant tenant LEFT JOIN hooks_session session ON session.id = NEW.session_id
     WHERE tenant.id = NEW.tenant_id;

    IF TG_OP = 'INSERT' THEN
        PERFORM webhook_tell(NEW.tenant_id, 'call.refused', NEW.id, NEW.asked_at,
                             about || jsonb_build_object('reason', NEW.reason), numbers);
        RETURN NULL;
    END IF;
    IF OLD.ringing_at IS NULL AND NEW.ringing_at IS NOT NULL THEN
        about := about || jsonb_build_object('ringing_at', webhook_time(NEW.ringing_at));
        PERFORM webhook_tell(NEW.tenant_id, 'call.ringing', NEW.id, NEW.ringing_at, about, numbers);
    END IF;
    about := about || jsonb_build_object('ringing_at', webhook_time(NEW.ringing_at),
                                         'answered_at', webhook_time(NEW.answered_at));
    IF OLD.answered_at IS NULL AND NEW.answered_at IS NOT NULL THEN
        PERFORM webhook_tell(
            NEW.tenant_id, 'call.answered', NEW.id, NEW.answered_at, about, numbers);
    END IF;
    IF OLD.settled_at IS NULL AND NEW.settled_at IS NOT NULL
       OR OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND NEW.reservation IS NULL THEN
        is_missed := NEW.ringing_at IS NOT NULL AND NEW.answered_at IS NULL
            AND (NEW.ended_by IN ('finish', 'session')
                 OR NEW.ended_by = 'failed' AND NEW.sip_status IN (408, 480, 487));
        about := about || jsonb_build_object(
            'ended_at', webhook_time(NEW.ended_at), 'ended_by', NEW.ended_by,
            'outcome', CASE WHEN NEW.ended_by = 'reaper' THEN 'unknown'
                            WHEN NEW.answered_at IS NOT NULL THEN 'answered'
                            WHEN is_missed THEN 'no_answer'
                            WHEN NEW.ended_by IN ('busy', 'failed') THEN NEW.ended_by
                            ELSE 'cancelled' END,
            'sip_status', NEW.sip_status,
            'seconds', CASE WHEN NEW.answered_at IS NULL AND NEW.ended_by <> 'reaper' THEN 0
                            ELSE round(extract(epoch FROM NEW.duration)::numeric, 3) END,
            'cost', (NEW.cost::numeric / 1000000)::numeric(20, 6)::text,
            'currency', (SELECT currency FROM tenants_tenant WHERE id = NEW.tenant_id));
        PERFORM webhook_tell(NEW.tenant_id, 'call.ended', NEW.id, NEW.ended_at, about, numbers);
    END IF;
    RETURN NULL;
END $$
"""
OF_EVENT = """
CREATE OR REPLACE FUNCTION webhook_registration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM webhook_tell(
        NEW.tenant_id, 'registration.failed', NEW.session_id, NEW.received_at,
        jsonb_build_object(
            'tenant', (SELECT slug FROM tenants_tenant WHERE id = NEW.tenant_id),
            'session_id', NEW.session_id, 'sip_status', NEW.body->'sipStatus'),
        jsonb_build_object('sip_login', (SELECT left(sip_login, 150) FROM hooks_session
                                          WHERE id = NEW.session_id)));
    RETURN NULL;
END $$
"""
OF_ALARM = """
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
# The place of an account holds its login.
OF_NOTICE = """
CREATE OR REPLACE FUNCTION webhook_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM webhook_tell(
        NEW.tenant_id, CASE NEW.level WHEN 'warning' THEN 'limit.warning' ELSE 'limit.reached' END,
        NULL, NEW.at,
        jsonb_build_object(
            'tenant', tenant.slug, 'limit', NEW.limit, 'used', NEW.used, 'most', NEW.most,
            'currency', tenant.currency,
            'place', CASE WHEN NEW.place LIKE 'account %' THEN 'account' ELSE NEW.place END),
        jsonb_build_object('place', CASE WHEN NEW.place LIKE 'account %' THEN NEW.place END))
      FROM tenants_tenant tenant WHERE tenant.id = NEW.tenant_id;
    RETURN NULL;
END $$
"""
# At the end of its transaction, when all its rows are written. An import may touch many tenants:
# each that wants to know is told of its own rows alone.
OF_IMPORT = """
CREATE OR REPLACE FUNCTION webhook_import() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM tenants_webhookendpoint WHERE enabled) THEN
        RETURN NULL;
    END IF;
    PERFORM webhook_tell(
        tenant.id, 'import.done', NULL, NEW.at,
        jsonb_build_object('tenant', tenant.slug, 'import', NEW.id, 'undoes', NEW.undoes_id,
                           'counts', own.counts), '{}')
      FROM (SELECT touched.tenant, jsonb_build_object(
                       'added', count(*) FILTER (WHERE before IS NULL),
                       'changed', count(*) FILTER (WHERE before IS NOT NULL AND after IS NOT NULL),
                       'removed', count(*) FILTER (WHERE after IS NULL)) AS counts
              FROM tenants_importedrow imported
             CROSS JOIN LATERAL (
                   SELECT coalesce(after, before)->>'tenant_id' AS tenant
                    UNION
                   SELECT key WHERE imported.table = 'tenants_tenant'
                    UNION
                   SELECT jsonb_array_elements_text(coalesce(after, before)->'tenants')
                    WHERE imported.table = 'tenants_wcsinstance') touched
             WHERE run_id = NEW.id AND touched.tenant IS NOT NULL
             GROUP BY touched.tenant
             UNION ALL
            SELECT NEW.tenant_id::text, NEW.counts
             WHERE NEW.tenant_id IS NOT NULL
               AND NOT EXISTS (SELECT FROM tenants_importedrow WHERE run_id = NEW.id)
           ) own
      JOIN tenants_tenant tenant ON tenant.id = own.tenant::bigint
     WHERE EXISTS (SELECT FROM tenants_webhookendpoint
                    WHERE tenant_id = tenant.id AND enabled);
    RETURN NULL;
END $$
"""
TRIGGERS = [
    ('webhook_opened', 'hooks_session', """
CREATE OR REPLACE TRIGGER webhook_opened AFTER INSERT ON hooks_session
   FOR EACH ROW EXECUTE FUNCTION webhook_session()"""),
    ('webhook_ended', 'hooks_session', """
CREATE OR REPLACE TRIGGER webhook_ended AFTER UPDATE ON hooks_session
   FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
   EXECUTE FUNCTION webhook_session()"""),
    ('webhook_refused', 'hooks_call', """
CREATE OR REPLACE TRIGGER webhook_refused AFTER INSERT ON hooks_call
   FOR EACH ROW WHEN (NEW.decision = 'refused') EXECUTE FUNCTION webhook_call()"""),
    ('webhook_moved', 'hooks_call', """
CREATE OR REPLACE TRIGGER webhook_moved AFTER UPDATE ON hooks_call
   FOR EACH ROW WHEN (
       OLD.ringing_at IS NULL AND NEW.ringing_at IS NOT NULL
       OR OLD.answered_at IS NULL AND NEW.answered_at IS NOT NULL
       OR OLD.settled_at IS NULL AND NEW.settled_at IS NOT NULL
       OR OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND NEW.reservation IS NULL)
   EXECUTE FUNCTION webhook_call()"""),
    ('webhook_registration', 'hooks_event', """
CREATE OR REPLACE TRIGGER webhook_registration AFTER INSERT ON hooks_event
   FOR EACH ROW WHEN (NEW.method = 'RegistrationStatusEvent' AND NEW.tenant_id IS NOT NULL
                      AND NEW.body->>'status' = 'FAILED')
   EXECUTE FUNCTION webhook_registration()"""),
    ('webhook_bypass', 'hooks_alarm', """
CREATE OR REPLACE TRIGGER webhook_bypass AFTER INSERT ON hooks_alarm
   FOR EACH ROW WHEN (
       NEW.tenant_id IS NOT NULL
       AND NEW.kind IN ('call_never_asked', 'refused_call_went_on', 'call_went_elsewhere',
                        'unknown_call'))
   EXECUTE FUNCTION webhook_bypass()"""),
    ('webhook_limit', 'hooks_limitnotice', """
CREATE OR REPLACE TRIGGER webhook_limit AFTER INSERT ON hooks_limitnotice
   FOR EACH ROW EXECUTE FUNCTION webhook_limit()"""),
]
AT_COMMIT = """
CREATE CONSTRAINT TRIGGER webhook_import AFTER INSERT ON tenants_importrun
   DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION webhook_import()
"""
FUNCTIONS = [TELL, TIME, OF_SESSION, OF_CALL, OF_EVENT, OF_ALARM, OF_NOTICE, OF_IMPORT]
DROP_FUNCTIONS = """
DROP FUNCTION IF EXISTS webhook_session, webhook_call, webhook_registration, webhook_bypass,
                        webhook_limit, webhook_import, webhook_tell, webhook_time
"""


class Migration(migrations.Migration):
    # One table after the other: whoever locks several at once makes hooks wait in a circle.
    atomic = False
    dependencies = [
        ('hooks', '0015_webhooks'),
        ('tenants', '0021_webhook_endpoint'),
    ]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, DROP_FUNCTIONS),
        *(migrations.RunSQL(function, migrations.RunSQL.noop) for function in FUNCTIONS),
        *(
            migrations.RunSQL(create, f'DROP TRIGGER IF EXISTS {name} ON {table}')
            for name, table, create in TRIGGERS
        ),
        # Such a trigger cannot be replaced, so a second try drops it first.
        migrations.RunSQL('DROP TRIGGER IF EXISTS webhook_import ON tenants_importrun',
                          migrations.RunSQL.noop),
        migrations.RunSQL(AT_COMMIT, 'DROP TRIGGER IF EXISTS webhook_import ON tenants_importrun'),
    ]
