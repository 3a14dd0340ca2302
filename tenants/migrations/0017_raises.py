"""Raises of limits that wait, and a note on tenants whose limits an upgrade set."""

import django.db.models.deletion
import django.utils.timezone
import tenants.models.limit_raise
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0015_rotation_and_proof'),
        ('tenants', '0016_ringing'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LimitRaise',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thing', models.CharField(max_length=32)),
                ('row_key', models.CharField(max_length=64)),
                ('row_name', models.CharField(max_length=400)),
                ('field', models.CharField(max_length=64)),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
                ('asked_by_name', models.CharField(max_length=150)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('due_at', models.DateTimeField(default=tenants.models.limit_raise.a_day_from_now)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('decision', models.CharField(blank=True, choices=[('', 'waits for a second person'), ('confirmed', 'confirmed'), ('elapsed', 'holds since its waiting time was over'), ('withdrawn', 'withdrawn'), ('overtaken', 'given up: the value was changed meanwhile')], default='', max_length=16)),
                ('decided_by', models.CharField(blank=True, max_length=150)),
                ('decided_at', models.DateTimeField(null=True)),
                ('fell_back_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='limit_raises', to='tenants.tenant')),
            ],
            options={
                'verbose_name': 'raise of a limit',
                'verbose_name_plural': 'raises of limits',
                'ordering': ['-asked_at'],
                'indexes': [models.Index(condition=models.Q(('ends_at__isnull', False), ('fell_back_at', None)), fields=['ends_at'], name='limit_raise_ending')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('decision', '')), fields=('thing', 'row_key', 'field'), name='limit_raise_once_waiting'), models.CheckConstraint(condition=models.Q(('ends_at', None), ('ends_at__gt', models.F('asked_at')), _connector='OR'), name='limit_raise_ends_later')],
            },
        ),
        # Last: whoever asks for a tenant waits from here to the end.
        migrations.AddField(
            model_name='tenant',
            name='limits_fitted_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
