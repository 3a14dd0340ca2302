"""How well calls came through, as visitors' browsers report it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hooks', '0019_stream_webhooks'),
        ('tenants', '0021_webhook_endpoint'),
    ]

    operations = [
        migrations.CreateModel(
            name='CallQuality',
            fields=[
                ('call', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='quality', serialize=False, to='hooks.call')),
                ('reported_at', models.DateTimeField()),
                ('samples', models.PositiveIntegerField()),
                ('received', models.PositiveIntegerField(null=True)),
                ('lost', models.PositiveIntegerField(null=True)),
                ('sent', models.PositiveIntegerField(null=True)),
                ('sent_lost', models.PositiveIntegerField(null=True)),
                ('jitter', models.PositiveIntegerField(null=True)),
                ('jitter_most', models.PositiveIntegerField(null=True)),
                ('round_trip', models.PositiveIntegerField(null=True)),
                ('round_trip_most', models.PositiveIntegerField(null=True)),
                ('tenant', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
        ),
    ]
