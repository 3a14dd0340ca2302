"""The operations of a tenant's messages are a list, as holidays are, in a column of its own."""

from django.db import migrations, models

import tenants.models.stored_json


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0032_webhook_key_pair"),
    ]

    operations = [
        # Gateways of before read the text until the last of them has ended: its column stays.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveField(model_name="tenant", name="message_operations"),
            ],
        ),
        migrations.AddField(
            model_name="tenant",
            name="message_operations",
            field=models.JSONField(
                blank=True,
                db_column="message_operation_list",
                db_default=[],
                default=list,
                help_text="The messages that pages may send. Empty: none.",
                validators=[tenants.models.stored_json.check_operations],
                verbose_name="operations",
            ),
        ),
    ]
