"""The outbox of webhooks, its deliveries, and endpoints that fail."""

import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hooks', '0014_notices'),
        ('tenants', '0021_webhook_endpoint'),
    ]

    operations = [
        migrations.CreateModel(
            name='WebhookStanding',
            fields=[
                ('endpoint', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='standing', serialize=False, to='tenants.webhookendpoint')),
                ('failing_since', models.DateTimeField()),
                ('problem', models.CharField(max_length=200)),
                ('warned_at', models.DateTimeField(help_text='By mail, before it is disabled.', null=True)),
            ],
        ),
        migrations.CreateModel(
            name='WebhookMessage',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('uid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, unique=True, verbose_name='webhook-id')),
                ('type', models.CharField(max_length=64)),
                ('subject', models.UUIDField(help_text='The call or the session it is about.', null=True)),
                ('happened_at', models.DateTimeField()),
                ('data', models.JSONField(db_default={}, default=dict)),
                ('numbers', models.JSONField(db_default={}, default=dict)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('tenant', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.UUIDField(editable=False, null=True)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('delivered', 'delivered'), ('failed', 'given up')], db_default='waiting', default='waiting', max_length=16)),
                ('tries', models.PositiveIntegerField(db_default=0, default=0)),
                ('due_at', models.DateTimeField()),
                ('taken_until', models.DateTimeField(help_text='A worker has it until then.', null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('status', models.PositiveIntegerField(null=True, verbose_name='last HTTP status')),
                ('attempts', models.JSONField(db_default=[], default=list)),
                ('endpoint', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.webhookendpoint')),
                ('tenant', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
                ('message', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='hooks.webhookmessage')),
            ],
            options={
                'verbose_name': 'webhook delivery',
                'verbose_name_plural': 'webhook deliveries',
            },
        ),
        migrations.AddIndex(
            model_name='webhookmessage',
            index=models.Index(fields=['tenant', 'created_at'], name='webhook_message_of_tenant'),
        ),
        migrations.AddIndex(
            model_name='webhookmessage',
            index=models.Index(fields=['subject'], name='webhook_message_of_subject'),
        ),
        migrations.AddIndex(
            model_name='webhookmessage',
            index=models.Index(fields=['created_at'], name='webhook_message_by_time'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('done_at', None)), fields=['endpoint', 'due_at', 'message'], name='webhook_due'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('done_at', None)), fields=['subject'], name='webhook_waiting_of_subject'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(condition=models.Q(('state', 'failed')), fields=['endpoint', 'message'], name='webhook_given_up'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(fields=['tenant', 'message'], name='webhook_delivery_of_tenant'),
        ),
        migrations.AddConstraint(
            model_name='webhookdelivery',
            constraint=models.UniqueConstraint(fields=('endpoint', 'message'), name='webhook_delivery_once_per_message'),
        ),
    ]
