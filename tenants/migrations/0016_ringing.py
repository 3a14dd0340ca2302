"""How many calls ring at a callee at once, and how long short calls close one."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0015_rotation_and_proof'),
    ]

    operations = [
        migrations.AddField(
            model_name='callee',
            name='cool_down',
            field=models.PositiveIntegerField(blank=True, help_text='Seconds without calls after 5 short or abandoned ones in 10 minutes; empty: such calls close nothing.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(86400)], verbose_name='cool-down'),
        ),
        migrations.AddField(
            model_name='callee',
            name='ringing_capacity',
            field=models.PositiveSmallIntegerField(blank=True, help_text='How many calls may ring there at once; empty: any number.', null=True, validators=[django.core.validators.MinValueValidator(1)]),
        ),
    ]
