"""Messages that pages send, their pace, and the webhook that tells of them."""
import django.db.models.deletion
import hooks.row_id
from django.db import migrations, models

TELL = """
CREATE OR REPLACE FUNCTION webhook_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM tenants_webhookendpoint
                    WHERE tenant_id = NEW.tenant_id AND enabled) THEN
        RETURN NULL;
    END IF;
    PERFORM webhook_tell(
        NEW.tenant_id, 'message.received', NEW.session_id, NEW.received_at,
        jsonb_build_object(
            'tenant', (SELECT slug FROM tenants_tenant WHERE id = NEW.tenant_id),
            'message_id', NEW.id, 'session_id', NEW.session_id, 'operation', NEW.operation,
            'text', NEW.text, 'received_at', webhook_time(NEW.received_at))
        || (SELECT jsonb_build_object(
                       'origin', left(origin, 300), 'label', left(label, 100),
                       'context', coalesce(context, '[]'))
              FROM hooks_session WHERE id = NEW.session_id),
        '{}');
    RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER webhook_message AFTER INSERT ON hooks_pagemessage
   FOR EACH ROW EXECUTE FUNCTION webhook_message()
"""


class Migration(migrations.Migration):

    dependencies = [
        ('hooks', '0024_data_message'),
        ('tenants', '0028_messages'),
    ]

    operations = [
        migrations.CreateModel(
            name='MessagePace',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'session_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('session_id', models.UUIDField()),
                ('minute', models.BigIntegerField()),
                ('number', models.PositiveIntegerField()),
                ('most', models.PositiveIntegerField()),
                ('tenant', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
            options={
                'indexes': [models.Index(fields=['minute'], name='message_pace_by_minute')],
            },
        ),
        migrations.CreateModel(
            name='PageMessage',
            fields=[
                ('id', models.UUIDField(default=hooks.row_id.new_row_id, editable=False, primary_key=True, serialize=False)),
                ('operation_id', models.CharField(max_length=64, verbose_name='operationId')),
                ('operation', models.CharField(max_length=63)),
                ('text', models.TextField()),
                ('received_at', models.DateTimeField(verbose_name='received')),
                ('session', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='page_messages', to='hooks.session')),
                ('tenant', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant')),
            ],
            options={
                'verbose_name': 'message of a visitor',
                'verbose_name_plural': 'messages of visitors',
                'indexes': [models.Index(fields=['tenant', 'received_at'], name='page_message_of_tenant'), models.Index(fields=['received_at'], name='page_message_by_time')],
                'constraints': [models.UniqueConstraint(fields=('session', 'operation_id'), name='page_message_once_per_operation')],
            },
        ),
        migrations.RunSQL(TELL, 'DROP FUNCTION webhook_message'),
        migrations.RunSQL(TRIGGER, 'DROP TRIGGER webhook_message ON hooks_pagemessage'),
    ]
