"""What the button offers where no call comes about."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0024_streams'),
    ]

    operations = [
        migrations.AddField(
            model_name='tenant',
            name='way_out',
            field=models.CharField(choices=[('none', 'nothing'), ('callback', 'to be called back: they leave a name and how to reach them'), ('link', 'a text with a link')], db_default='none', default='none', help_text="What the button offers when you are closed, busy or do not answer, or a limit refuses the call. It needs the gateway's tickets.", max_length=16, verbose_name='where no call comes about'),
        ),
        migrations.AddField(
            model_name='tenant',
            name='way_out_text',
            field=models.CharField(blank=True, db_default='', default='', max_length=100, validators=[django.core.validators.RegexValidator('\\A[^\\x00-\\x1f\\x7f-\\x9f]*\\Z', 'No control characters, such as a tab or the end of a line.')], verbose_name='text of the link'),
        ),
        migrations.AddField(
            model_name='tenant',
            name='way_out_url',
            field=models.CharField(blank=True, db_default='', default='', max_length=300, validators=[django.core.validators.RegexValidator('\\Ahttps://[^\\s/?#@\\"\'<>\\\\]+([/?#][^\\s\\"\'<>\\\\]*)?\\Z', 'An address like https://www.acme.example/contact.')], verbose_name='address of the link'),
        ),
    ]
