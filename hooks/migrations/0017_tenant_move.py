"""How far a tenant's move from this cell, or to it, is: a new table."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hooks', '0016_outbox'),
        ('tenants', '0021_webhook_endpoint'),
    ]

    operations = [
        migrations.CreateModel(
            name='TenantMove',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('slug', models.CharField(max_length=63)),
                ('other_cell', models.PositiveIntegerField()),
                ('phase', models.CharField(choices=[('frozen', 'no call is allowed any more'), ('exported', 'the bundle is written'), ('handed_over', 'the other cell serves the tenant'), ('arrived', 'its rows are here, and no call is allowed yet'), ('thawed', 'this cell serves the tenant'), ('undone', 'undone')], max_length=16)),
                ('digest', models.CharField(blank=True, help_text='Of the bundle.', max_length=64)),
                ('began_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('tenant', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.tenant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('phase__in', ['handed_over', 'thawed', 'undone']), _negated=True), fields=('tenant',), name='tenant_moves_once')],
            },
        ),
    ]
