"""Keys of the management API, and what requests with them were answered."""

import django.core.validators
import django.db.models.deletion
import tenants.models.api_key
import tenants.secrets.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0025_way_out'),
    ]

    operations = [
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='Who uses it, like crm of acme.', max_length=100, validators=[django.core.validators.RegexValidator('\\A[^\\x00-\\x1f\\x7f-\\x9f]*\\Z', 'No control characters, such as a tab or the end of a line.')])),
                ('kid', models.CharField(default=tenants.models.api_key.new_kid, editable=False, max_length=12, unique=True, verbose_name='key id')),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('previous_digest', models.CharField(blank=True, default='', editable=False, max_length=64)),
                ('previous_until', models.DateTimeField(editable=False, null=True)),
                ('scopes', models.JSONField(default=list, help_text='What it may read and write.', validators=[tenants.models.api_key.validate_scopes])),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField(blank=True, help_text='In UTC. Empty: never.', null=True, verbose_name='expires at')),
                ('revoked_at', models.DateTimeField(editable=False, null=True)),
                ('last_used_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'verbose_name': 'API key',
                'ordering': ['tenant', 'created_at'],
            },
        ),
        migrations.CreateModel(
            name='IdempotentAnswer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=255)),
                ('request_digest', models.CharField(max_length=64)),
                ('status', models.PositiveSmallIntegerField()),
                ('headers', models.JSONField(default=dict)),
                ('answer', tenants.secrets.fields.SecretField(help_text='It may hold a secret that is shown once.')),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='apikey',
            name='tenant',
            field=models.ForeignKey(blank=True, db_index=False, help_text='Empty: all tenants, new ones, and the WCS instances.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='api_keys', to='tenants.tenant'),
        ),
        migrations.AddField(
            model_name='idempotentanswer',
            name='api_key',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.apikey'),
        ),
        migrations.AddIndex(
            model_name='apikey',
            index=models.Index(fields=['tenant', 'created_at'], name='api_key_by_time'),
        ),
        migrations.AddIndex(
            model_name='idempotentanswer',
            index=models.Index(fields=['created_at'], name='idempotent_answer_by_time'),
        ),
        migrations.AddConstraint(
            model_name='idempotentanswer',
            constraint=models.UniqueConstraint(fields=('api_key', 'key'), name='idempotent_answer_once_per_key'),
        ),
    ]
