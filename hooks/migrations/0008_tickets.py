"""Spent tickets, blocked visitors and their breaches. Nothing is rewritten or locked for long."""

import django.db.models.deletion
from django.db import migrations, models


def tenant(**more):
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.CASCADE,
        to="tenants.tenant",
        **more,
    )


def composite(*names):
    return models.CompositePrimaryKey(
        *names, blank=True, editable=False, primary_key=True, serialize=False
    )


class Migration(migrations.Migration):
    dependencies = [("hooks", "0007_limits"), ("tenants", "0013_tickets")]

    operations = [
        migrations.AddField(
            "session",
            "visitor_display",
            models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="The visitor's short form.",
                verbose_name="known as",
            ),
        ),
        migrations.CreateModel(
            name="SpentTicket",
            fields=[
                ("pk", composite("tenant_id", "jti")),
                ("tenant", tenant(db_constraint=False, related_name="+")),
                ("jti", models.TextField()),
                ("session_id", models.UUIDField(help_text="Empty for a challenge.", null=True)),
                (
                    "until",
                    models.DateTimeField(
                        help_text="When it has expired anyway, and the row may go."
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["until"], name="spent_ticket_until")]},
        ),
        migrations.CreateModel(
            name="VisitorBlock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "visitor",
                    models.TextField(
                        help_text="A keyed hash of the subject, the login or the address."
                    ),
                ),
                ("display", models.TextField(blank=True, verbose_name="known as")),
                ("since", models.DateTimeField()),
                (
                    "until",
                    models.DateTimeField(help_text="Empty: until somebody lifts it.", null=True),
                ),
                ("because", models.TextField()),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lifted_by", models.TextField(blank=True)),
                ("tenant", tenant(related_name="visitor_blocks")),
            ],
            options={
                "ordering": ["-since"],
                "indexes": [
                    models.Index(fields=["tenant", "visitor"], name="visitor_block_of_visitor"),
                    models.Index(fields=["since"], name="visitor_block_by_time"),
                ],
            },
        ),
        migrations.CreateModel(
            name="VisitorBreach",
            fields=[
                ("pk", composite("tenant_id", "visitor")),
                ("tenant", tenant(db_constraint=False, related_name="+")),
                ("visitor", models.TextField()),
                ("times", models.PositiveIntegerField()),
                ("since", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["since"], name="visitor_breach_since")]},
        ),
    ]
