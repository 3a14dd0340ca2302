"""WCS's id of a call is `wcs_call_id`; `call_id` is our row's."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hooks", "0003_looking")]

    operations = [
        migrations.RenameField(model_name="call", old_name="call_id", new_name="wcs_call_id"),
        # PostgreSQL renames the column in its constraint and its index too: only Django has to learn of it.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint(model_name="call", name="call_once_per_session"),
                migrations.RemoveIndex(model_name="call", name="call_by_id"),
                migrations.AddIndex(
                    model_name="call",
                    index=BrinIndex(
                        fields=["wcs_call_id"],
                        opclasses=["text_bloom_ops"],
                        autosummarize=True,
                        name="call_by_id",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="call",
                    constraint=models.UniqueConstraint(
                        fields=("session", "wcs_call_id"), name="call_once_per_session"
                    ),
                ),
            ]
        ),
    ]
