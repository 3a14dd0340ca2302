"""A tenant's imports in order, by an index of their own."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is made while hooks are answered
    dependencies = [("tenants", "0030_key_holders")]

    operations = [
        AddIndexConcurrently(
            model_name="importrun",
            index=models.Index(fields=["tenant", "id"], name="import_of_tenant"),
        ),
    ]
