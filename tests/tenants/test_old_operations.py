"""Operations of messages that were stored as a text."""

from __future__ import annotations

from importlib import import_module

from django.db import connection

migration = import_module("tenants.migrations.0034_list_message_operations")
GIVEN = "UPDATE tenants_tenant SET message_operations = %s WHERE slug = %s"
KEPT = "SELECT message_operations FROM tenants_tenant WHERE slug = %s"


def test_they_become_a_list_and_a_text_again(cast):
    with connection.cursor() as cursor, connection.schema_editor() as editor:
        cursor.execute(GIVEN, ["order-status chat chat", "acme"])
        migration.make_lists(None, editor)
        cast.acme.refresh_from_db()
        cast.globex.refresh_from_db()
        assert cast.acme.message_operations == ["chat", "order-status"]
        assert cast.globex.message_operations == []

        cast.acme.message_operations = ["chat", "help"]
        cast.acme.save()
        cursor.execute(migration.TEXT)
        assert cursor.execute(KEPT, ["acme"]).fetchone() == ("chat help",)
