"""The operations that were a text become the list."""

from django.db import migrations

BATCH = 500  # rows
LIST = """
UPDATE tenants_tenant
   SET message_operation_list = (SELECT jsonb_agg(DISTINCT word)
                                   FROM unnest(string_to_array(message_operations, ' '))
                                        AS operation (word))
 WHERE id IN (SELECT id FROM tenants_tenant
               WHERE message_operations <> '' AND message_operation_list = '[]'
               ORDER BY id LIMIT %s)
"""
TEXT = """
UPDATE tenants_tenant
   SET message_operations = (SELECT coalesce(string_agg(word, ' '), '')
                               FROM jsonb_array_elements_text(message_operation_list)
                                    AS operation (word))
"""


def make_lists(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(LIST, [BATCH])
        while cursor.rowcount:
            cursor.execute(LIST, [BATCH])


class Migration(migrations.Migration):
    atomic = False  # a batch holds its own rows alone
    dependencies = [
        ("tenants", "0033_message_operation_list"),
    ]

    operations = [
        migrations.RunPython(make_lists, migrations.RunPython.noop),
        migrations.RunSQL(migrations.RunSQL.noop, TEXT),
    ]
