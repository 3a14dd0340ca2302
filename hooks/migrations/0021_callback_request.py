"""Visitors who ask to be called back, and the webhook that tells of them."""

import django.db.models.deletion
import hooks.row_id
from django.db import migrations, models

TELL = """
CREATE OR REPLACE FUNCTION webhook_callback() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM webhook_tell(
        NEW.tenant_id, 'callback.requested', NEW.id, NEW.asked_at,
        jsonb_build_object(
            'tenant', (SELECT slug FROM tenants_tenant WHERE id = NEW.tenant_id),
            'request_id', NEW.id, 'alias', NEW.alias, 'because', NEW.because, 'name', NEW.name,
            'reach', NEW.reach, 'sentence', NEW.sentence,
            'asked_at', webhook_time(NEW.asked_at)),
        '{}');
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER webhook_callback AFTER INSERT ON hooks_callbackrequest
   FOR EACH ROW EXECUTE FUNCTION webhook_callback()
"""


class Migration(migrations.Migration):

    dependencies = [
        ('hooks', '0020_call_quality'),
        ('tenants', '0025_way_out'),
    ]

    operations = [
        migrations.CreateModel(
            name='CallbackRequest',
            fields=[
                ('id', models.UUIDField(default=hooks.row_id.new_row_id, editable=False, primary_key=True, serialize=False)),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('alias', models.TextField(verbose_name='callee')),
                ('because', models.CharField(choices=[('closed', 'closed'), ('busy', 'busy'), ('refused', 'refused'), ('no-answer', 'nobody answered'), ('failed', 'the call failed')], max_length=16, verbose_name='reason')),
                ('name', models.CharField(blank=True, max_length=100)),
                ('reach', models.CharField(max_length=100, verbose_name='number or address')),
                ('sentence', models.CharField(blank=True, max_length=300, verbose_name='message')),
                ('visitor', models.TextField(blank=True, help_text='Empty: cannot be told apart.')),
                ('done_at', models.DateTimeField(null=True, verbose_name='done')),
                ('done_by', models.TextField(blank=True)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('tenant', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='callback_requests', to='tenants.tenant')),
            ],
            options={
                'verbose_name': 'call-back request',
                'indexes': [models.Index(fields=['tenant', 'asked_at'], name='callback_of_tenant'), models.Index(fields=['asked_at'], name='callback_by_time')],
            },
        ),
        migrations.RunSQL(TELL, 'DROP FUNCTION webhook_callback'),
        migrations.RunSQL(TRIGGER, 'DROP TRIGGER webhook_callback ON hooks_callbackrequest'),
    ]
