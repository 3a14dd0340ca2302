"""Tickets, tokens and logins of visitors, and what a page names a tenant by.

The table of tenants is rewritten, and no other.
"""

import django.contrib.postgres.functions
import django.core.validators
import django.db.models.deletion
import tenants.models.ticket_key
import tenants.models.token_key
import tenants.secrets.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0012_limits'),
    ]

    operations = [
        migrations.CreateModel(
            name='TokenKey',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('secret', tenants.secrets.fields.SecretField(blank=True, help_text='For HS256: at least 32 characters.')),
                ('jwks', models.JSONField(blank=True, help_text='For RS256 and EdDSA: the document of public keys itself; it is never fetched.', null=True, validators=[tenants.models.token_key.validate_jwks], verbose_name='JWKS')),
                ('tenant', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='token_key', to='tenants.tenant')),
            ],
        ),
        migrations.CreateModel(
            name='TicketKey',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kid', models.CharField(default=tenants.models.ticket_key.new_kid, max_length=64, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9_-]{1,64}\\Z', '1 to 64 letters, digits, - and _.')], verbose_name='key id')),
                ('secret', tenants.secrets.fields.SecretField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='ticket_keys', to='tenants.tenant')),
            ],
            options={
                'ordering': ['tenant', 'created_at'],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'kid'), name='ticket_key_once_per_tenant')],
            },
        ),
        migrations.CreateModel(
            name='VisitorLogin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('login', models.CharField(max_length=64, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9][A-Za-z0-9@._+-]{0,63}\\Z', 'Letters, digits and @ . _ + - only, at most 64.')])),
                ('password', models.CharField(editable=False, help_text='Its hash.', max_length=128)),
                ('enabled', models.BooleanField(default=True)),
                ('throttling_failure_count', models.PositiveIntegerField(default=0, editable=False)),
                ('throttling_failure_timestamp', models.DateTimeField(editable=False, null=True)),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='visitor_logins', to='tenants.tenant')),
            ],
            options={
                'ordering': ['tenant', 'login'],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'login'), name='visitor_login_once_per_tenant', violation_error_message='This tenant has that login already.')],
            },
        ),
        # Last: whoever asks for a tenant waits from here to the end.
        migrations.AddField(
            model_name='tenant',
            name='public_key',
            field=models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False, help_text='Names the tenant where a page asks for a ticket. Everybody may know it.', unique=True),
        ),
        migrations.AddField(
            model_name='tenant',
            name='tickets',
            field=models.CharField(choices=[('off', 'off: tickets are not looked at'), ('preferred', 'preferred: without one, tighter limits hold'), ('required', 'required: without one, nobody connects')], db_default='preferred', default='preferred', help_text="A ticket shows that a visitor came from the customer's page a moment ago.", max_length=16, verbose_name='visitor tickets'),
        ),
        migrations.AddField(
            model_name='tenant',
            name='visitors',
            field=models.CharField(choices=[('anyone', 'anyone'), ('members', "members: with a login, a token or a ticket of the customer's own")], db_default='anyone', default='anyone', help_text='Who may connect.', max_length=16),
        ),
    ]
