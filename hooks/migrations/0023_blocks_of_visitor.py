"""The blocks of a visitor as they are now, for a statement that has waited for another one.

A statement sees the rows as they were when it began. One that waited for a visitor's count of
breaches did not see the block that the other had made, and made a second one. What a volatile
function reads it sees as it is when the function is called.
"""

from django.db import migrations

BLOCKS = """
CREATE OR REPLACE FUNCTION blocks_of_visitor(
    tenant bigint, name text, OUT is_there boolean, OUT lives boolean)
LANGUAGE sql VOLATILE AS $$
    SELECT count(*) > 0, coalesce(bool_or(until IS NULL OR until > statement_timestamp()), false)
      FROM hooks_visitorblock
     WHERE tenant_id = tenant AND visitor = name AND lifted_at IS NULL
$$
"""


class Migration(migrations.Migration):
    dependencies = [('hooks', '0022_switch_by_time')]

    operations = [migrations.RunSQL(BLOCKS, 'DROP FUNCTION IF EXISTS blocks_of_visitor')]
