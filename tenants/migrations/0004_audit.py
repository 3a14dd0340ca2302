"""The audit's table. Its triggers are no migration's: tenants.audit.triggers puts them right after each migrate."""

from django.conf import settings
from django.db import migrations, models

# Without the table, the triggers of other tables would refuse every change.
BACKWARD = """
DO $$
DECLARE name regprocedure;
BEGIN
    FOR name IN SELECT oid FROM pg_proc
                 WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'audit\\_%' LOOP
        EXECUTE 'DROP FUNCTION IF EXISTS ' || name || ' CASCADE';
    END LOOP;
END $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0003_scope'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField(help_text='Its place in the chain, given at commit.', null=True, unique=True)),
                ('at', models.DateTimeField()),
                ('actor_name', models.CharField(help_text='A user, or who ran the command on the server.', max_length=200, verbose_name='who')),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='from')),
                ('via', models.CharField(help_text='The admin, the name of a command, or sql: neither of them.', max_length=64)),
                ('action', models.CharField(help_text='thing:what happened to it, see tenants.audit.actions', max_length=80)),
                ('tenant_slug', models.CharField(blank=True, max_length=63, verbose_name='tenant')),
                ('object_table', models.CharField(blank=True, max_length=63)),
                ('object_pk', models.CharField(blank=True, max_length=64)),
                ('object_name', models.CharField(blank=True, max_length=400, verbose_name='what')),
                ('before', models.JSONField(default=dict)),
                ('after', models.JSONField(default=dict)),
                ('previous_hash', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('actor', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=models.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tenant', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=models.DO_NOTHING, related_name='+', to='tenants.tenant')),
            ],
            options={
                'verbose_name': 'audit entry',
                'verbose_name_plural': 'audit entries',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['tenant', 'id'], name='audit_of_tenant'), models.Index(fields=['actor_name', 'id'], name='audit_of_actor'), models.Index(fields=['action', 'id'], name='audit_of_action'), models.Index(condition=models.Q(('number', None)), fields=['id'], name='audit_not_sealed')],
            },
        ),
        migrations.RunSQL(migrations.RunSQL.noop, BACKWARD),
    ]
