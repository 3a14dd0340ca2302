"""A deck of rates beside the stored one: what differs is staged like the rows of every import."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.db import connection

from tenants.money import write_money
from tenants.transfer.reading.rate_deck import DeckRow

CREATE = """
DROP TABLE IF EXISTS pg_temp.import_deck;
CREATE TEMPORARY TABLE import_deck (
    prefix text COLLATE "C", per_minute bigint, connect_fee bigint,
    first_increment integer, next_increment integer, price text, fee text
) ON COMMIT DROP;
CREATE OR REPLACE FUNCTION pg_temp.amount(micros bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT round(micros / 1000000.0, greatest(2, min_scale(micros / 1000000.0)))::text
$$
"""
COPY = """
COPY import_deck (prefix, per_minute, connect_fee, first_increment, next_increment, price, fee)
FROM STDIN
"""
# A new row lists what is not the usual, a removed one its price. Amounts have two digits after the
# point, or more, as tenants.money writes them.
STAGE = """
INSERT INTO import_staging (number, "table", key, label, differences, before, after)
WITH pairs AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY prefix) AS number, prefix, stored, given,
           coalesce(stored.id, nextval(pg_get_serial_sequence('tenants_rate', 'id'))) AS id
      FROM (SELECT * FROM tenants_rate WHERE tenant_id = %(tenant)s) stored
      FULL JOIN import_deck given USING (prefix)
     WHERE (stored.per_minute, stored.connect_fee, stored.first_increment, stored.next_increment,
            stored.currency)
           IS DISTINCT FROM
           (given.per_minute, given.connect_fee, given.first_increment, given.next_increment,
            CASE WHEN given IS NOT NULL THEN %(currency)s END)
)
SELECT number, 'tenants_rate', id, %(slug)s || '/' || prefix,
       (SELECT jsonb_agg(jsonb_build_object('field', term.field, 'before', term.before,
                                            'after', term.after))
          FROM (VALUES
                ('per_minute', pg_temp.amount((stored).per_minute),
                 (given).price, NULL),
                ('connect_fee', pg_temp.amount((stored).connect_fee),
                 (given).fee, '0.00'),
                ('first_increment', (stored).first_increment::text,
                 (given).first_increment::text, '60'),
                ('next_increment', (stored).next_increment::text,
                 (given).next_increment::text, '60'),
                ('currency', (stored).currency, CASE WHEN given IS NOT NULL THEN %(currency)s END,
                 %(currency)s)
               ) AS term (field, before, after, usual)
         WHERE term.before IS DISTINCT FROM term.after
           AND (stored IS NOT NULL OR term.after IS DISTINCT FROM term.usual)
           AND (given IS NOT NULL OR term.field = 'per_minute')),
       CASE WHEN stored IS NOT NULL THEN to_jsonb(stored) END,
       CASE WHEN given IS NOT NULL
            THEN jsonb_build_object(
                     'id', id, 'tenant_id', %(tenant)s::bigint, 'prefix', prefix,
                     'per_minute', (given).per_minute, 'connect_fee', (given).connect_fee,
                     'first_increment', (given).first_increment,
                     'next_increment', (given).next_increment,
                     'currency', %(currency)s::text) END
  FROM pairs
"""


def stage_deck(rows: Iterable[DeckRow], tenant_id: int, slug: str, currency: str) -> int:
    """How many rates the deck has."""
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        with cursor.copy(COPY) as copy:
            for row in rows:
                copy.write_row((*row, _text(row.per_minute), _text(row.connect_fee)))
        cursor.execute("ANALYZE import_deck")
        cursor.execute(STAGE, {"tenant": tenant_id, "slug": slug, "currency": currency})
        cursor.execute("SELECT count(*) FROM import_deck")
        return int(cursor.fetchone()[0])


@lru_cache(maxsize=10_000)
def _text(micros: int) -> str:
    return write_money(micros)
