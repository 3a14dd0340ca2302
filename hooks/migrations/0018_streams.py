"""Streams: the right to one with its session, the record of each, and those to be ended."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import hooks.models.call
import hooks.row_id
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hooks', '0017_tenant_move'),
        ('tenants', '0024_streams'),
    ]

    operations = [
        migrations.CreateModel(
            name='Stream',
            fields=[
                ('id', models.UUIDField(default=hooks.row_id.new_row_id, editable=False, primary_key=True, serialize=False)),
                ('media_session_id', models.CharField(max_length=255, verbose_name='mediaSessionId')),
                ('kind', models.CharField(choices=[('publish', 'published'), ('play', 'played')], max_length=16)),
                ('alias', models.TextField(help_text='What the page asked for.')),
                ('name', models.TextField(blank=True, help_text='What WCS was told.', verbose_name='real name')),
                ('scope', models.TextField(blank=True, editable=False)),
                ('decision', models.CharField(choices=hooks.models.call.decisions, max_length=16)),
                ('reason', models.CharField(choices=hooks.models.call.reasons, max_length=32)),
                ('asked_at', models.DateTimeField()),
                ('began_at', models.DateTimeField(null=True)),
                ('ends_by', models.DateTimeField(help_text='Then the worker has WCS end it.', null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.CharField(blank=True, choices=[('stopped', 'stopped'), ('failed', 'failed'), ('refused', 'refused'), ('session', 'the session ended'), ('reaper', 'nobody ended it')], max_length=16)),
                ('end_info', models.TextField(blank=True, help_text="WCS's own words.")),
                ('visitor', models.TextField(blank=True, help_text='Empty: cannot be told apart.')),
                ('settled_at', models.DateTimeField(null=True)),
                ('duration', models.GeneratedField(db_persist=True, expression=models.Case(models.When(models.Q(('ended_by', 'reaper'), _negated=True), then=django.db.models.expressions.CombinedExpression(models.F('ended_at'), '-', models.F('began_at')))), null=True, output_field=models.DurationField())),
                ('session', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='streams', to='hooks.session')),
                ('tenant', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='streams', to='tenants.tenant')),
            ],
        ),
        migrations.CreateModel(
            name='StreamEnding',
            fields=[
                ('stream', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='ending', serialize=False, to='hooks.stream')),
                ('because', models.CharField(choices=[('switch', 'switched off'), ('longest', 'the stream lasted as long as its alias allows'), ('closed', 'somebody ended it on its page')], max_length=16)),
                ('since', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('tries', models.PositiveIntegerField(default=0)),
                ('result', models.CharField(blank=True, max_length=32)),
                ('done_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('done_at', None)), fields=['due_at'], name='stream_ending_due')],
            },
        ),
        migrations.AddIndex(
            model_name='stream',
            index=models.Index(fields=['asked_at'], name='stream_by_time'),
        ),
        migrations.AddIndex(
            model_name='stream',
            index=models.Index(fields=['tenant', 'asked_at'], name='stream_of_tenant'),
        ),
        migrations.AddIndex(
            model_name='stream',
            index=models.Index(condition=models.Q(('decision', 'refused')), fields=['asked_at'], name='stream_refused'),
        ),
        migrations.AddIndex(
            model_name='stream',
            index=models.Index(condition=models.Q(('decision', 'refused')), fields=['tenant', 'asked_at'], name='stream_refused_of_tenant'),
        ),
        migrations.AddIndex(
            model_name='stream',
            index=models.Index(condition=models.Q(('decision', 'allowed'), ('ended_at', None)), fields=['ends_by'], name='stream_living'),
        ),
        migrations.AddIndex(
            model_name='stream',
            index=models.Index(condition=models.Q(('decision', 'allowed'), ('ended_at__isnull', False), ('settled_at', None)), fields=['tenant', 'id'], name='stream_counted_still'),
        ),
        migrations.AddIndex(
            model_name='stream',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['media_session_id'], name='stream_by_id', opclasses=['text_bloom_ops']),
        ),
        migrations.AddConstraint(
            model_name='stream',
            constraint=models.UniqueConstraint(fields=('session', 'media_session_id', 'decision'), name='stream_once_per_session'),
        ),
        # Last, so that the table of the hooks is locked for a moment.
        migrations.AddField(
            model_name='session',
            name='play_alias',
            field=models.TextField(blank=True, db_default='', default='', help_text='Alias; empty: no stream.', verbose_name='may play'),
        ),
        migrations.AddField(
            model_name='session',
            name='publish_alias',
            field=models.TextField(blank=True, db_default='', default='', help_text='Alias; empty: no stream.', verbose_name='may publish'),
        ),
    ]
