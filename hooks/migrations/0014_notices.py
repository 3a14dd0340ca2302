"""Notices of limits that are nearly or fully used."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hooks', '0013_fitting_limits'),
    ]

    operations = [
        migrations.CreateModel(
            name='LimitNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.TextField(help_text="Of the meter: the tenant's, or one of what it owns.")),
                ('place', models.TextField(blank=True, help_text="Whose limit; empty: the tenant's own.")),
                ('limit', models.CharField(max_length=32)),
                ('level', models.CharField(choices=[('warning', 'nearly used up'), ('critical', 'used up')], max_length=16)),
                ('period', models.CharField(max_length=16)),
                ('used', models.BigIntegerField()),
                ('most', models.BigIntegerField()),
                ('at', models.DateTimeField()),
                ('mailed_at', models.DateTimeField(null=True)),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='limit_notices', to='tenants.tenant')),
            ],
            options={
                'verbose_name': 'notice of a limit',
                'verbose_name_plural': 'notices of limits',
                'indexes': [models.Index(fields=['at'], name='limit_notice_by_time'), models.Index(fields=['tenant', 'at'], name='limit_notice_of_tenant')],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'scope', 'limit', 'level', 'period'), name='limit_notice_once_per_period')],
            },
        ),
    ]
