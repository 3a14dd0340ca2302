"""Who knew the key that asked for a raise: they do not confirm it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0029_api_pace")]

    operations = [
        migrations.AddField(
            model_name="limitraise",
            name="key_holders",
            field=models.JSONField(editable=False, null=True),
        ),
    ]
