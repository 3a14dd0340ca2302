"""Messages that wait, by instance and tenant: tenants share what an instance is told."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is made while hooks are answered
    dependencies = [("hooks", "0029_last_hook")]

    operations = [
        AddIndexConcurrently(
            model_name="datarecipient",
            index=models.Index(condition=models.Q(("state", "waiting")), fields=["instance", "tenant", "due_at", "id"], name="data_recipient_waiting"),
        ),
        RemoveIndexConcurrently(model_name="datarecipient", name="data_recipient_due"),
    ]
