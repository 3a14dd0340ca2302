"""WCS's id of a call is `wcs_call_id`; `call_id` is our row's."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("hooks", "0003_looking")]

    operations = [
        migrations.RenameField(model_name="call", old_name="call_id", new_name="wcs_call_id"),
    ]
