"""Limits, destinations, hours and rates; what existing tenants call stays open."""

import django.core.validators
import django.db.models.deletion
import tenants.models.stored_json
from django.db import migrations, models

from tenants.destinations import read_destination

EVERYDAY = {"fixed_line", "fixed_line_or_mobile", "mobile", "toll_free", "voip"}
BATCH = 2000  # rows


def open_what_is_called(apps, schema_editor):
    """For each tenant the countries of its callees; for a callee of a costly type that type."""
    Callee, Tenant = apps.get_model("tenants", "Callee"), apps.get_model("tenants", "Tenant")
    countries, changed = {}, []
    for callee in Callee.objects.order_by("pk").iterator(BATCH):
        destination = read_destination(callee.target, "")
        if destination.kind == "internal":
            continue
        callee.number = destination.number[:20]
        if destination.type in EVERYDAY:
            countries.setdefault(callee.tenant_id, set()).add(destination.country)
        elif destination.type != "emergency":
            country = [destination.country] if destination.country else []
            callee.destinations = {"countries": country, "types": [destination.type]}
        changed.append(callee)
    Callee.objects.bulk_update(changed, ["number", "destinations"], BATCH)

    types = ["fixed_line", "mobile", "toll_free", "voip"]
    tenants = list(Tenant.objects.filter(pk__in=countries))
    for tenant in tenants:
        tenant.destinations = {"countries": sorted(countries[tenant.pk]), "types": types}
    Tenant.objects.bulk_update(tenants, ["destinations"], BATCH)


class Migration(migrations.Migration):
    # Reading the numbers of many callees takes long; calls must not wait for the new columns so long.
    atomic = False
    dependencies = [
        ('tenants', '0011_origins_of_apps'),
    ]

    operations = [
        migrations.AddField(
            model_name='callee',
            name='destinations',
            field=models.JSONField(blank=True, default=None, null=True, validators=[tenants.models.stored_json.check_callees_destinations]),
        ),
        migrations.AddField(
            model_name='callee',
            name='fallback',
            field=models.JSONField(blank=True, default=list, help_text='Aliases that are called instead, in this order, when this one cannot be.', validators=[tenants.models.stored_json.check_fallback]),
        ),
        migrations.AddField(
            model_name='callee',
            name='keypad',
            field=models.BooleanField(default=False, help_text='Visitors may send tones during the call, such as for a menu.'),
        ),
        migrations.AddField(
            model_name='callee',
            name='limits',
            field=models.JSONField(blank=True, default=dict, validators=[tenants.models.stored_json.check_limits]),
        ),
        migrations.AddField(
            model_name='callee',
            name='number',
            field=models.CharField(blank=True, editable=False, max_length=20),
        ),
        migrations.AddField(
            model_name='domain',
            name='limits',
            field=models.JSONField(blank=True, default=dict, validators=[tenants.models.stored_json.check_limits]),
        ),
        migrations.AddField(
            model_name='sipaccount',
            name='internal_rate',
            field=models.DecimalField(blank=True, decimal_places=6, help_text='Price per minute of calls to extensions and SIP URIs, like 0.00. Without one, they are refused while a limit of money holds.', max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(0)]),
        ),
        migrations.AddField(
            model_name='sipaccount',
            name='limits',
            field=models.JSONField(blank=True, default=dict, validators=[tenants.models.stored_json.check_limits]),
        ),
        migrations.AddField(
            model_name='tenant',
            name='country',
            field=models.CharField(blank=True, help_text='Two capital letters, like DE: how numbers without a country code are read, and where calls may go unless destinations say otherwise.', max_length=2, validators=[tenants.models.stored_json.check_country]),
        ),
        migrations.AddField(
            model_name='tenant',
            name='currency',
            field=models.CharField(default='EUR', help_text='Three capital letters, like EUR: of the limits and rates.', max_length=3, validators=[tenants.models.stored_json.check_currency]),
        ),
        migrations.AddField(
            model_name='tenant',
            name='destinations',
            field=models.JSONField(blank=True, default=None, null=True, validators=[tenants.models.stored_json.check_tenants_destinations]),
        ),
        migrations.AddField(
            model_name='tenant',
            name='holidays',
            field=models.JSONField(blank=True, default=list, validators=[tenants.models.stored_json.check_holidays]),
        ),
        migrations.AddField(
            model_name='tenant',
            name='hours',
            field=models.JSONField(blank=True, default=None, null=True, validators=[tenants.models.stored_json.check_hours]),
        ),
        migrations.AddField(
            model_name='tenant',
            name='limits',
            field=models.JSONField(blank=True, default=dict, validators=[tenants.models.stored_json.check_limits]),
        ),
        migrations.AddField(
            model_name='tenant',
            name='time_zone',
            field=models.CharField(default='UTC', help_text='Of the opening hours and of the limits per day and month, like Europe/Berlin.', max_length=64, validators=[tenants.models.stored_json.check_time_zone]),
        ),
        migrations.CreateModel(
            name='Rate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prefix', models.CharField(db_collation='C', max_length=15, validators=[django.core.validators.RegexValidator('\\A[1-9][0-9]{0,14}\\Z', 'Expected the first digits of a number, with its country code and without + or 00, like 4930.')])),
                ('per_minute', models.BigIntegerField(validators=[django.core.validators.MinValueValidator(0)])),
                ('connect_fee', models.BigIntegerField(default=0, validators=[django.core.validators.MinValueValidator(0)])),
                ('first_increment', models.PositiveIntegerField(default=60, validators=[django.core.validators.MinValueValidator(1)])),
                ('next_increment', models.PositiveIntegerField(default=60, validators=[django.core.validators.MinValueValidator(1)])),
                ('currency', models.CharField(max_length=3)),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rates', to='tenants.tenant')),
            ],
            options={
                'ordering': ['tenant', 'prefix'],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'prefix'), name='rate_prefix_once_per_tenant')],
            },
        ),
        # Existing tenants start without limits, new ones with safe ones.
        migrations.AlterField(
            model_name='tenant',
            name='limits',
            field=models.JSONField(blank=True, default=tenants.models.stored_json.safe_limits, validators=[tenants.models.stored_json.check_limits]),
        ),
        migrations.RunPython(open_what_is_called, migrations.RunPython.noop),
    ]
