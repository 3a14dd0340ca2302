"""The kill switch's history in order, by an index of its own."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is made while hooks are answered
    dependencies = [("hooks", "0021_callback_request")]

    operations = [
        AddIndexConcurrently(
            model_name="switch",
            index=models.Index(fields=["on_at"], name="switch_by_time"),
        ),
    ]
