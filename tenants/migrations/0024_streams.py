"""Streams that visitors may publish or play: aliases, and how many of a tenant at once."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0023_passkey'),
    ]

    operations = [
        migrations.AddField(
            model_name='tenant',
            name='stream_players',
            field=models.PositiveIntegerField(db_default=100, default=100, help_text="Of all the tenant's streams together.", validators=[django.core.validators.MinValueValidator(1)], verbose_name='players at once'),
        ),
        migrations.AddField(
            model_name='tenant',
            name='stream_publishers',
            field=models.PositiveIntegerField(db_default=10, default=10, help_text="Of all the tenant's streams together.", validators=[django.core.validators.MinValueValidator(1)], verbose_name='publishers at once'),
        ),
        migrations.CreateModel(
            name='StreamAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('alias', models.CharField(help_text='The name that the page and its ticket use, like studio.', max_length=63, validators=[django.core.validators.RegexValidator('\\A[a-z][a-z0-9_-]{0,62}\\Z', 'An alias begins with a lower-case letter, then letters, digits, - and _, like sales.')])),
                ('name', models.CharField(error_messages={'unique': 'Another alias has this name already.'}, help_text="WCS's name of the stream; no visitor learns it. One name belongs to one alias.", max_length=128, unique=True, validators=[django.core.validators.RegexValidator('\\A[A-Za-z0-9][A-Za-z0-9_.-]{0,127}\\Z', "A stream's name has letters, digits, - _ and . only, like studio-4f1c.")], verbose_name='real name')),
                ('may_publish', models.BooleanField(default=False, help_text='Visitors whose ticket says so may publish it.', verbose_name='open for publishing')),
                ('may_play', models.BooleanField(default=False, help_text='Visitors whose ticket says so may play it.', verbose_name='open for playing')),
                ('publishers', models.PositiveIntegerField(default=1, help_text='How many may publish at once.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)])),
                ('players', models.PositiveIntegerField(default=10, help_text='How many may play at once.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(30000)])),
                ('longest_seconds', models.PositiveIntegerField(default=3600, help_text="Seconds; then the worker has WCS end it, the publisher's and each player's.", validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(86400)], verbose_name='longest')),
                ('tenant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='stream_aliases', to='tenants.tenant')),
            ],
            options={
                'verbose_name_plural': 'stream aliases',
                'ordering': ['tenant', 'alias'],
                'constraints': [models.UniqueConstraint(fields=('tenant', 'alias'), name='stream_alias_once_per_tenant', violation_error_message='This tenant has a stream of that alias already.')],
            },
        ),
    ]
