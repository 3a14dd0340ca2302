"""When each WCS instance last posted a hook."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hooks", "0028_callback_room"),
        ("tenants", "0032_webhook_key_pair"),
    ]

    operations = [
        migrations.CreateModel(
            name="LastHook",
            fields=[
                ("instance", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="last_hook", serialize=False, to="tenants.wcsinstance")),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
