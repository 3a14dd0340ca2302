"""Which messages of pages a tenant takes, and how many in a minute."""
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0027_domain_of_tenant'),
    ]

    operations = [
        migrations.AddField(
            model_name='tenant',
            name='message_bytes',
            field=models.PositiveIntegerField(db_default=4096, default=4096, help_text='Bytes.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(4096)], verbose_name='longest message'),
        ),
        migrations.AddField(
            model_name='tenant',
            name='message_operations',
            field=models.CharField(blank=True, db_default='', default='', help_text='Names with spaces between, like chat order-status. Empty: no messages.', max_length=400, validators=[django.core.validators.RegexValidator('\\A([a-z][a-z0-9_-]{0,62}( [a-z][a-z0-9_-]{0,62})*)?\\Z', 'Names of lower-case letters, digits, - and _, with one space between, like chat.')], verbose_name='operations'),
        ),
        migrations.AddField(
            model_name='tenant',
            name='messages_a_minute',
            field=models.PositiveIntegerField(db_default=20, default=20, help_text="Of one visitor's connection.", validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(600)], verbose_name='messages a minute'),
        ),
        migrations.AddField(
            model_name='tenant',
            name='messages_a_minute_of_all',
            field=models.PositiveIntegerField(db_default=600, default=600, help_text="Of all the tenant's visitors together.", validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(60000)], verbose_name='messages a minute of all'),
        ),
    ]
