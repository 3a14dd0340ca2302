"""What a new column holds where a gateway of before adds the row: so an upgrade can roll.

Defaults alone change, so no table is rewritten.
"""

import django.core.validators
import tenants.models.stored_json
import tenants.secrets.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    # One table after the other: whoever locks several at once makes hooks wait in a circle.
    atomic = False
    dependencies = [
        ('tenants', '0018_label_is_shown'),
    ]

    operations = [
        migrations.AlterField(
            model_name='callee',
            name='fallback',
            field=models.JSONField(blank=True, db_default=[], default=list, help_text='Who is called when this one cannot be: aliases in this order, or by weight.', validators=[tenants.models.stored_json.check_fallback]),
        ),
        migrations.AlterField(
            model_name='callee',
            name='keypad',
            field=models.BooleanField(db_default=False, default=False, help_text='Visitors may send tones during the call, such as for a menu.'),
        ),
        migrations.AlterField(
            model_name='callee',
            name='limits',
            field=models.JSONField(blank=True, db_default={}, default=dict, validators=[tenants.models.stored_json.check_limits]),
        ),
        migrations.AlterField(
            model_name='callee',
            name='number',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=20),
        ),
        migrations.AlterField(
            model_name='domain',
            name='limits',
            field=models.JSONField(blank=True, db_default={}, default=dict, validators=[tenants.models.stored_json.check_limits]),
        ),
        migrations.AlterField(
            model_name='sipaccount',
            name='limits',
            field=models.JSONField(blank=True, db_default={}, default=dict, validators=[tenants.models.stored_json.check_limits]),
        ),
        migrations.AlterField(
            model_name='tenant',
            name='country',
            field=models.CharField(blank=True, db_default='', default='', help_text='Two capital letters, like DE: how numbers without a country code are read, and where calls may go unless destinations say otherwise.', max_length=2, validators=[tenants.models.stored_json.check_country]),
        ),
        migrations.AlterField(
            model_name='tenant',
            name='currency',
            field=models.CharField(db_default='EUR', default='EUR', help_text='Three capital letters, like EUR: of the limits and rates.', max_length=3, validators=[tenants.models.stored_json.check_currency]),
        ),
        migrations.AlterField(
            model_name='tenant',
            name='holidays',
            field=models.JSONField(blank=True, db_default=[], default=list, validators=[tenants.models.stored_json.check_holidays]),
        ),
        migrations.AlterField(
            model_name='tenant',
            name='limits',
            field=models.JSONField(blank=True, db_default={'call_seconds': 1800, 'calls_per_day': 100, 'calls_per_hour': 60, 'calls_per_second': 1, 'concurrent_calls': 2, 'money_per_day': '20.00', 'money_per_month': '200.00', 'price_per_minute': '0.20', 'visitor': {'callees_per_hour': 2, 'calls_per_10_minutes': 3, 'calls_per_day': 15, 'calls_per_hour': 7}}, default=tenants.models.stored_json.safe_limits, validators=[tenants.models.stored_json.check_limits]),
        ),
        migrations.AlterField(
            model_name='tenant',
            name='time_zone',
            field=models.CharField(db_default='UTC', default='UTC', help_text='Of the opening hours and of the limits per day and month, like Europe/Berlin.', max_length=64, validators=[tenants.models.stored_json.check_time_zone]),
        ),
        migrations.AlterField(
            model_name='wcsinstance',
            name='rest_api_password',
            field=tenants.secrets.fields.SecretField(blank=True, db_default='', default='', verbose_name='REST API password'),
        ),
        migrations.AlterField(
            model_name='wcsinstance',
            name='rest_api_url',
            field=models.CharField(blank=True, db_default='', default='', help_text='Like https://wcs.example:8444/rest-api: where calls are listed and ended.', max_length=500, verbose_name='REST API URL'),
        ),
        migrations.AlterField(
            model_name='wcsinstance',
            name='rest_api_user',
            field=models.CharField(blank=True, db_default='', default='', max_length=150, validators=[django.core.validators.RegexValidator('\\A[^\\x00-\\x1f\\x7f-\\x9f]*\\Z', 'No control characters, such as a tab or the end of a line.'), django.core.validators.RegexValidator('\\A[^:]*\\Z', "No colon: HTTP's Basic authentication ends the user there.")], verbose_name='REST API user'),
        ),
    ]
