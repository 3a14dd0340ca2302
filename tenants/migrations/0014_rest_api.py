"""How the REST API of a WCS is reached, and an alias that only attackers call."""

import django.core.validators
import tenants.secrets.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0013_tickets'),
    ]

    operations = [
        migrations.AddField(
            model_name='tenant',
            name='honey_alias',
            field=models.CharField(blank=True, db_default='', default='', help_text='An alias that no page uses. Whoever calls it attacks: an alarm is raised.', max_length=63, validators=[django.core.validators.RegexValidator('\\A[a-z][a-z0-9_-]{0,62}\\Z', 'An alias begins with a lower-case letter, then letters, digits, - and _, like director.')]),
        ),
        migrations.AddField(
            model_name='wcsinstance',
            name='rest_api_password',
            field=tenants.secrets.fields.SecretField(blank=True, verbose_name='REST API password'),
        ),
        migrations.AddField(
            model_name='wcsinstance',
            name='rest_api_url',
            field=models.CharField(blank=True, help_text='Like https://wcs.example:8444/rest-api: where calls are listed and ended.', max_length=500, verbose_name='REST API URL'),
        ),
        migrations.AddField(
            model_name='wcsinstance',
            name='rest_api_user',
            field=models.CharField(blank=True, max_length=150, validators=[django.core.validators.RegexValidator('\\A[^\\x00-\\x1f\\x7f-\\x9f]*\\Z', 'No control characters, such as a tab or the end of a line.'), django.core.validators.RegexValidator('\\A[^:]*\\Z', "No colon: HTTP's Basic authentication ends the user there.")], verbose_name='REST API user'),
        ),
    ]
