"""Texts for the pages of connected visitors, and to whom each goes."""

import django.db.models.functions.datetime
import hooks.row_id
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hooks', '0023_blocks_of_visitor'),
        ('tenants', '0027_domain_of_tenant'),
    ]

    operations = [
        migrations.CreateModel(
            name='DataMessage',
            fields=[
                ('id', models.UUIDField(default=hooks.row_id.new_row_id, editable=False, primary_key=True, serialize=False)),
                ('goes_to', models.CharField(choices=[('session', 'one session'), ('call', 'the visitor of a call'), ('everybody', 'all connected visitors')], max_length=16, verbose_name='receivers')),
                ('text', models.TextField()),
                ('by', models.TextField(verbose_name='sent by')),
                ('sent_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='sent')),
                ('tenant', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='data_messages', to='tenants.tenant')),
            ],
            options={
                'verbose_name': 'message',
            },
        ),
        migrations.CreateModel(
            name='DataRecipient',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('taken', 'WCS took it'), ('gone', 'no longer connected'), ('failed', 'given up')], default='waiting', max_length=16)),
                ('result', models.CharField(blank=True, help_text='Why it was not taken.', max_length=32)),
                ('tries', models.PositiveIntegerField(default=0)),
                ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('instance', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.wcsinstance')),
                ('message', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='recipients', to='hooks.datamessage')),
                ('session', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='hooks.session')),
                ('tenant', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
        ),
        migrations.AddIndex(
            model_name='datamessage',
            index=models.Index(fields=['tenant', 'sent_at'], name='data_message_of_tenant'),
        ),
        migrations.AddIndex(
            model_name='datamessage',
            index=models.Index(fields=['sent_at'], name='data_message_by_time'),
        ),
        migrations.AddIndex(
            model_name='datarecipient',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['instance', 'due_at', 'id'], name='data_recipient_due'),
        ),
        migrations.AddConstraint(
            model_name='datarecipient',
            constraint=models.UniqueConstraint(fields=('message', 'session'), name='data_recipient_once'),
        ),
    ]
