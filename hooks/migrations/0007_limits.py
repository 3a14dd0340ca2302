"""Meters, and what a call holds in them. Nothing is rewritten and nothing is locked for long."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# Meters are written with every call: room in each page keeps the new versions beside the old ones,
# and what is dead is cleared away early.
STORAGE = """
ALTER TABLE hooks_meter SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02,
                             autovacuum_vacuum_cost_delay = 0)
"""


def text(**more):
    return models.TextField(blank=True, default="", db_default="", **more)


class Migration(migrations.Migration):
    atomic = False  # the index is made while hooks are answered
    dependencies = [("hooks", "0006_time_display"), ("tenants", "0011_origins_of_apps")]

    operations = [
        migrations.CreateModel(
            name="Meter",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "tenant_id",
                        "scope",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
                ("scope", models.TextField()),
                ("version", models.BigIntegerField(default=0)),
                ("state", models.JSONField()),
                ("touched_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.AddField(
            "call",
            "cost",
            models.BigIntegerField(help_text="Millionths of the currency's unit.", null=True),
        ),
        migrations.AddField("call", "reservation", models.JSONField(null=True)),
        migrations.AddField("call", "settled_at", models.DateTimeField(null=True)),
        migrations.AddField("call", "visitor", text(help_text="Empty: cannot be told apart.")),
        migrations.AddField("session", "context", models.JSONField(null=True)),
        migrations.AddField("session", "label", text()),
        migrations.AddField("session", "ticket_alias", text(help_text="Empty: any callee.")),
        migrations.AddField(
            "session", "ticketed", models.BooleanField(db_default=False, default=False)
        ),
        migrations.AddField("session", "visitor", text(help_text="Empty: cannot be told apart.")),
        AddIndexConcurrently(
            "call",
            models.Index(
                condition=models.Q(
                    ended_at__isnull=False, reservation__isnull=False, settled_at=None
                ),
                fields=["tenant", "id"],
                name="call_unsettled",
            ),
        ),
    ]
