"""How often a key asked, for all processes together; and to whom its secret was shown."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0028_messages")]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="issued_to",
            field=models.CharField(db_default="", default="", editable=False, max_length=150),
        ),
        migrations.AddField(
            model_name="apikey",
            name="previous_issued_to",
            field=models.CharField(db_default="", default="", editable=False, max_length=150),
        ),
        migrations.CreateModel(
            name="ApiPace",
            fields=[
                ("pk", models.CompositePrimaryKey("api_key_id", "of", blank=True, editable=False, primary_key=True, serialize=False)),
                ("api_key", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.apikey")),
                ("of", models.CharField(max_length=16)),
                ("full_at", models.DateTimeField()),
            ],
        ),
    ]
