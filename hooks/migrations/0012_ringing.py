"""Fallbacks that were called, tones that were sent, and the alarm of short calls."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hooks', '0011_sip_rotation'),
    ]

    operations = [
        migrations.CreateModel(
            name='Keypad',
            fields=[
                ('call', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='keypad', serialize=False, to='hooks.call')),
                ('presses', models.PositiveIntegerField()),
                ('sent', models.PositiveIntegerField()),
                ('last', models.JSONField()),
            ],
        ),
        migrations.AddField(
            model_name='call',
            name='fallback',
            field=models.TextField(blank=True, db_default='', default='', help_text='Alias that was called instead.'),
        ),
        migrations.AlterField(
            model_name='alarm',
            name='kind',
            field=models.CharField(choices=[('call_never_asked', 'WCS placed a call without asking'), ('refused_call_went_on', 'WCS placed a call that was refused'), ('call_went_elsewhere', 'WCS called somebody else than it was told'), ('honey_alias', 'somebody tried the honey alias'), ('unknown_call', 'WCS has a call that it never reported'), ('not_ended', 'WCS does not end a call'), ('short_calls', 'many short calls closed a callee for a while')], max_length=32),
        ),
    ]
