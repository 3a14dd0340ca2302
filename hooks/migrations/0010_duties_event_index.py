"""The events that raise an alarm, by an index of their own."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is made while hooks are answered
    dependencies = [("hooks", "0009_duties")]

    operations = [
        AddIndexConcurrently(
            model_name='event',
            index=models.Index(condition=models.Q(('reason__in', ['call_never_asked', 'refused_call_went_on', 'call_went_elsewhere', 'honey_alias'])), fields=['id'], name='event_alarming'),
        ),
    ]
