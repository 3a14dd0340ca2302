-- Tables stand here with their schema, so that no temporary table of a session takes their place.

-- Who acts, as tenants.audit.acting wrote it before the statement; without it, the database's own user.
CREATE OR REPLACE FUNCTION {schema}.audit_acting() RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('via', 'sql', 'name', session_user, 'address', '')
        || coalesce(substring(left(current_query(), 4000) FROM '^/\*clickhook (\{[^*]*\})\*/')::jsonb, '{}')
$$;

-- After each statement on a watched table. Its arguments: see tenants.audit.watched.
CREATE OR REPLACE FUNCTION {schema}.audit_statement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    thing CONSTANT text := TG_ARGV[0];
    names CONSTANT text[] := string_to_array(TG_ARGV[1], ',');
    secrets CONSTANT text[] := string_to_array(TG_ARGV[2], ',');
    -- A sealed secret, should one stand where none belongs.
    token CONSTANT text := '\mv1\.[A-Za-z0-9_-]{1,32}\.[A-Za-z0-9+/]{30}';
    hidden CONSTANT text[] := string_to_array(TG_ARGV[3], ',') || '{id}';
    tenant_is CONSTANT text := CASE TG_TABLE_NAME WHEN 'tenants_tenant' THEN 'id' ELSE 'tenant_id' END;
    acting CONSTANT jsonb := {schema}.audit_acting();
    action CONSTANT text :=
        thing || CASE TG_OP WHEN 'INSERT' THEN ':added' WHEN 'DELETE' THEN ':removed' ELSE ':changed' END;
    rows_changed bigint;
    old_rows jsonb[];
    new_rows jsonb[];
BEGIN
    IF acting ? 'entry' THEN
        IF TG_OP = 'INSERT' THEN
            SELECT count(*) INTO rows_changed FROM rows_after;
        ELSIF TG_OP = 'DELETE' THEN
            SELECT count(*) INTO rows_changed FROM rows_before;
        ELSE
            SELECT count(*) INTO rows_changed
              FROM rows_before AS b FULL JOIN rows_after AS a USING (id) WHERE b IS DISTINCT FROM a;
        END IF;
        PERFORM {schema}.audit_count(acting ->> 'entry', action, rows_changed);
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(to_jsonb(a)) INTO new_rows FROM rows_after AS a;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(to_jsonb(b)) INTO old_rows FROM rows_before AS b;
    ELSE
        SELECT array_agg(to_jsonb(b)), array_agg(to_jsonb(a)) INTO old_rows, new_rows
          FROM rows_before AS b FULL JOIN rows_after AS a USING (id);
    END IF;
    INSERT INTO {schema}.tenants_auditentry (
        actor_id, actor_name, address, via, action, tenant_id, tenant_slug,
        object_table, object_pk, object_name, before, after)
    SELECT (acting ->> 'user')::bigint, acting ->> 'name', acting ->> 'address', acting ->> 'via', action,
           (object ->> tenant_is)::bigint,
           coalesce(CASE tenant_is WHEN 'id' THEN object ->> 'slug' ELSE
                    (SELECT slug FROM {schema}.tenants_tenant WHERE id = (object ->> 'tenant_id')::bigint) END, ''),
           TG_TABLE_NAME, object ->> 'id',
           left(CASE WHEN names <> '{}' THEN concat_ws('@', object ->> names[1], object ->> names[2])
                     ELSE concat_ws(' ',  -- it only ties others together
                         (SELECT username FROM {schema}.auth_user WHERE id = (object ->> 'user_id')::bigint),
                         (SELECT name FROM {schema}.tenants_wcsinstance WHERE id = (object ->> 'wcsinstance_id')::uuid))
                END, 400),
           coalesce(was, '{}'), coalesce(became, '{}')
      FROM (SELECT old_row, new_row, coalesce(new_row, old_row) AS object
              FROM unnest(old_rows, new_rows) AS changed (old_row, new_row)) AS changed,
           LATERAL (
               SELECT jsonb_object_agg(key, CASE WHEN shown THEN old_row -> key
                                                 WHEN had THEN '"set"' ELSE '"not set"' END)
                          FILTER (WHERE old_row IS NOT NULL) AS was,
                      jsonb_object_agg(key, CASE WHEN shown THEN new_row -> key
                                                 WHEN had AND has THEN '"changed"'
                                                 WHEN has THEN '"set"' ELSE '"not set"' END)
                          FILTER (WHERE new_row IS NOT NULL) AS became
                 FROM jsonb_object_keys(object) AS key,
                      LATERAL (SELECT coalesce(old_row ->> key, '') <> '' AS had,
                                      coalesce(new_row ->> key, '') <> '' AS has,
                                      key <> ALL (secrets) AND coalesce(old_row ->> key, '') !~ token
                                          AND coalesce(new_row ->> key, '') !~ token AS shown) AS secret
                WHERE key <> ALL (hidden) AND old_row -> key IS DISTINCT FROM new_row -> key
           ) AS sides
     WHERE coalesce(was, became) IS NOT NULL;
    RETURN NULL;
END $$;

-- Changed rows that are only counted, in an entry of this very transaction; audit_seal puts the counts into it.
CREATE OR REPLACE FUNCTION {schema}.audit_count(entry text, action text, rows_changed bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    counts jsonb := coalesce(nullif(current_setting('clickhook.counts', true), ''), '{}');
    counted jsonb := coalesce(counts -> entry, '{}');
BEGIN
    IF rows_changed = 0 THEN
        RETURN;
    END IF;
    -- One that is not sealed yet is seen by its own transaction alone.
    IF NOT EXISTS (SELECT FROM {schema}.tenants_auditentry WHERE id = entry::bigint AND number IS NULL) THEN
        RAISE EXCEPTION 'Audit entry % takes no counts: it is sealed, or another transaction''s.', entry;
    END IF;
    counted := counted || jsonb_build_object(action, coalesce((counted ->> action)::bigint, 0) + rows_changed);
    PERFORM set_config('clickhook.counts', (counts || jsonb_build_object(entry, counted))::text, true);
END $$;

-- Before an entry is inserted: what only the database may say of it.
CREATE OR REPLACE FUNCTION {schema}.audit_enter() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    acting jsonb;
BEGIN
    NEW.at := clock_timestamp();
    NEW.number := NULL;
    NEW.previous_hash := '';
    NEW.hash := '';
    IF pg_trigger_depth() = 1 THEN  -- not from audit_statement, which knows who acts
        acting := {schema}.audit_acting();
        NEW.actor_id := acting ->> 'user';
        NEW.actor_name := acting ->> 'name';
        NEW.address := acting ->> 'address';
        NEW.via := acting ->> 'via';
    END IF;
    RETURN NEW;
END $$;

-- SHA-256 of the JSON array of its columns as texts; tenants.audit.chain computes the same.
CREATE OR REPLACE FUNCTION {schema}.audit_hash(entry {schema}.tenants_auditentry) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(json_build_array(
               entry.previous_hash, entry.number::text, (extract(epoch FROM entry.at) * 1000000)::bigint::text,
               entry.actor_id::text, entry.actor_name, entry.address, entry.via, entry.action,
               entry.tenant_id::text, entry.tenant_slug, entry.object_table, entry.object_pk, entry.object_name,
               entry.before::text, entry.after::text)::text, 'UTF8')), 'hex')
$$;

-- At commit, once for each entry of the transaction. The last one chains them all: whatever was deferred before it is done
-- by then, so that no transaction waits for a row while it holds the chain. The lock is gone when the transaction is committed.
CREATE OR REPLACE FUNCTION {schema}.audit_seal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    counts CONSTANT jsonb := coalesce(nullif(current_setting('clickhook.counts', true), ''), '{}');
    head {schema}.tenants_auditentry;
    entry {schema}.tenants_auditentry;
BEGIN
    IF EXISTS (SELECT FROM {schema}.tenants_auditentry WHERE number IS NULL AND id > NEW.id) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('clickhook.audit'));
    SELECT * INTO head FROM {schema}.tenants_auditentry WHERE number IS NOT NULL ORDER BY number DESC LIMIT 1;
    FOR entry IN SELECT * FROM {schema}.tenants_auditentry WHERE number IS NULL ORDER BY id LOOP
        entry.number := coalesce(head.number, 0) + 1;
        entry.previous_hash := coalesce(head.hash, repeat('0', 64));
        entry.after := entry.after || coalesce(counts -> entry.id::text, '{}');
        entry.hash := {schema}.audit_hash(entry);
        UPDATE {schema}.tenants_auditentry
           SET number = entry.number, previous_hash = entry.previous_hash, after = entry.after, hash = entry.hash
         WHERE id = entry.id;
        head := entry;
    END LOOP;
    RETURN NULL;
END $$;

-- Nothing but audit_seal changes an entry, and that only once.
CREATE OR REPLACE FUNCTION {schema}.audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.number IS NULL AND pg_trigger_depth() > 1 THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The audit only grows: % of an entry is refused.', TG_OP;
END $$;

-- TRUNCATE tells no trigger which rows it takes.
CREATE OR REPLACE FUNCTION {schema}.audit_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'TRUNCATE of % is refused: delete rows, so that the audit sees them.', TG_TABLE_NAME;
END $$;
