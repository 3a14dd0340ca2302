"""An event knows its hook; living sessions are counted along an index of their own."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

ONCE = """
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS event_once_per_hook ON hooks_event (hook_id)
"""
CONSTRAINT = """
ALTER TABLE hooks_event ADD CONSTRAINT event_once_per_hook UNIQUE USING INDEX event_once_per_hook
"""
DROP = "ALTER TABLE hooks_event DROP CONSTRAINT IF EXISTS event_once_per_hook"


class Migration(migrations.Migration):
    atomic = False  # indexes are made while hooks are answered
    dependencies = [("hooks", "0004_wcs_call_id")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="hook_id",
            field=models.UUIDField("hook", null=True, editable=False),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(ONCE, migrations.RunSQL.noop),
                migrations.RunSQL(CONSTRAINT, DROP),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="event",
                    constraint=models.UniqueConstraint(
                        fields=["hook_id"], name="event_once_per_hook"
                    ),
                )
            ],
        ),
        RemoveIndexConcurrently(model_name="session", name="session_of_sip_account"),
        RemoveIndexConcurrently(model_name="session", name="session_living"),
        AddIndexConcurrently(
            model_name="session",
            index=models.Index(
                fields=["sip_account", "id"], condition=Q(ended_at=None), name="session_living"
            ),
        ),
    ]
