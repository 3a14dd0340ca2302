"""A message that reached not all who were connected says so. A constant default rewrites no row."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hooks", "0030_shared_messages")]

    operations = [
        migrations.AddField(
            model_name="datamessage",
            name="is_cut",
            field=models.BooleanField(db_default=False, default=False, verbose_name="cut"),
        ),
    ]
