"""A tenant's domains in order, by an index of their own."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is made while hooks are answered
    dependencies = [("tenants", "0026_api_keys")]

    operations = [
        AddIndexConcurrently(
            model_name="domain",
            index=models.Index(fields=["tenant", "origin"], name="domain_of_tenant"),
        ),
    ]
