"""Endpoints of webhooks: where a tenant's own system is told what happens."""

import django.db.models.deletion
import tenants.models.webhook_endpoint
import tenants.secrets.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0020_origins_of_every_app'),
    ]

    operations = [
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('url', models.CharField(help_text='Like https://crm.example/clickhook. A redirect is not followed.', max_length=500, validators=[tenants.models.webhook_endpoint.validate_url], verbose_name='URL')),
                ('events', models.JSONField(blank=True, default=list, help_text='None chosen: all of them, also those of a later version.', validators=[tenants.models.webhook_endpoint.validate_event_types], verbose_name='types of events')),
                ('with_numbers', models.BooleanField(default=False, help_text='Also the number behind an alias, and the SIP login. Without this the receiver learns neither.', verbose_name='with numbers')),
                ('enabled', models.BooleanField(default=True)),
                ('disabled_at', models.DateTimeField(editable=False, null=True)),
                ('disabled_because', models.CharField(blank=True, editable=False, max_length=200)),
                ('secret', tenants.secrets.fields.SecretField()),
                ('previous_secret', tenants.secrets.fields.SecretField(blank=True, editable=False, help_text='Signs as well until it is forgotten.')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='webhook_endpoints', to='tenants.tenant')),
            ],
            options={
                'ordering': ['tenant', 'created_at'],
                'indexes': [models.Index(condition=models.Q(('enabled', True)), fields=['tenant'], name='webhook_of_tenant'), models.Index(fields=['tenant', 'created_at'], name='webhook_endpoint_by_time')],
            },
        ),
    ]
