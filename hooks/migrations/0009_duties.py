"""What the worker needs: its heartbeat, alarms, switches, calls that are to be ended."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hooks', '0008_tickets'),
        ('tenants', '0014_rest_api'),
    ]

    operations = [
        migrations.CreateModel(
            name='Alarm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('call_never_asked', 'WCS placed a call without asking'), ('refused_call_went_on', 'WCS placed a call that was refused'), ('call_went_elsewhere', 'WCS called somebody else than it was told'), ('honey_alias', 'somebody tried the honey alias'), ('unknown_call', 'WCS has a call that it never reported'), ('not_ended', 'WCS does not end a call')], max_length=32)),
                ('wcs_call_id', models.CharField(blank=True, max_length=512, verbose_name='callId')),
                ('at', models.DateTimeField()),
                ('mailed_at', models.DateTimeField(null=True)),
                ('cleared_at', models.DateTimeField(null=True)),
                ('cleared_by', models.CharField(blank=True, db_default='', max_length=150)),
            ],
        ),
        migrations.CreateModel(
            name='AnsweringNode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.TextField()),
                ('node_id', models.TextField()),
                ('first_seen_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Ending',
            fields=[
                ('call', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='ending', serialize=False, to='hooks.call')),
                ('because', models.CharField(choices=[('switch', 'switched off'), ('hang_up', 'somebody hung up on the live page'), ('longest', 'the call lasted as long as its limits allow'), ('money', 'the money or the time of a limit was used up'), ('bypass', 'the call was never allowed'), ('left_over', 'the call had ended here, and went on at WCS')], max_length=16)),
                ('since', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('tries', models.PositiveIntegerField(default=0)),
                ('result', models.CharField(blank=True, max_length=32)),
                ('done_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='RefusedId',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('noted_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Switch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(editable=False, max_length=120)),
                ('name', models.CharField(help_text='What is switched off, as people call it.', max_length=400)),
                ('because', models.CharField(max_length=400)),
                ('by', models.CharField(max_length=150)),
                ('on_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('off_by', models.CharField(blank=True, db_default='', max_length=150)),
                ('off_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name_plural': 'switches',
                'ordering': [models.OrderBy(models.F('off_at'), descending=True, nulls_first=True), '-on_at'],
            },
        ),
        migrations.CreateModel(
            name='Worker',
            fields=[
                ('name', models.CharField(max_length=200, primary_key=True, serialize=False)),
                ('started_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('duties', models.JSONField(default=dict)),
            ],
        ),
        migrations.AddField(
            model_name='alarm',
            name='call',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='hooks.call'),
        ),
        migrations.AddField(
            model_name='alarm',
            name='instance',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.wcsinstance'),
        ),
        migrations.AddField(
            model_name='alarm',
            name='tenant',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant'),
        ),
        migrations.AddField(
            model_name='answeringnode',
            name='instance',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.wcsinstance'),
        ),
        migrations.AddIndex(
            model_name='ending',
            index=models.Index(condition=models.Q(('done_at', None)), fields=['due_at'], name='ending_due'),
        ),
        migrations.AddField(
            model_name='switch',
            name='tenant',
            field=models.ForeignKey(blank=True, help_text="Whose; empty: several tenants' or everybody's.", null=True, on_delete=django.db.models.deletion.CASCADE, related_name='switches', to='tenants.tenant'),
        ),
        migrations.AddIndex(
            model_name='alarm',
            index=models.Index(condition=models.Q(('cleared_at', None)), fields=['tenant', 'at'], name='alarm_uncleared'),
        ),
        migrations.AddConstraint(
            model_name='alarm',
            constraint=models.UniqueConstraint(fields=('wcs_call_id', 'instance', 'kind'), name='alarm_once_per_call'),
        ),
        migrations.AddConstraint(
            model_name='answeringnode',
            constraint=models.UniqueConstraint(fields=('instance', 'url', 'node_id'), name='answering_node_once'),
        ),
        migrations.AddConstraint(
            model_name='switch',
            constraint=models.UniqueConstraint(condition=models.Q(('off_at', None)), fields=('key',), name='switch_on_once'),
        ),
    ]
