"""A tenant may show the ticket's label to the agent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0017_raises")]

    operations = [
        migrations.AddField(
            "tenant",
            "label_is_shown",
            models.BooleanField(
                "show the ticket's label to the agent",
                db_default=False,
                default=False,
                help_text="As the caller's name, where the ticket of the customer's back end has a "
                "label.",
            ),
        )
    ]
