"""The events that raise an alarm, those of streams too, by an index of their own."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is made while hooks are answered
    dependencies = [("hooks", "0026_alarms_of_streams")]

    operations = [
        migrations.AlterField(
            model_name="streamending",
            name="because",
            field=models.CharField(choices=[("switch", "switched off"), ("longest", "the stream lasted as long as its alias allows"), ("closed", "somebody ended it on its page"), ("bypass", "the stream was never allowed")], max_length=16),
        ),
        AddIndexConcurrently(
            model_name="event",
            index=models.Index(condition=models.Q(("reason__in", ["call_never_asked", "refused_call_went_on", "call_went_elsewhere", "honey_alias", "stream_never_asked", "refused_stream_went_on", "stream_went_elsewhere"])), fields=["id"], name="event_raising_alarm"),
        ),
        RemoveIndexConcurrently(model_name="event", name="event_alarming"),
    ]
