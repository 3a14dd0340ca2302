"""The public keys of endpoints whose messages are signed by ed25519."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0031_imports_of_tenant")]

    operations = [
        migrations.AddField(
            model_name="webhookendpoint",
            name="public_key",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="webhookendpoint",
            name="previous_public_key",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=64),
        ),
    ]
