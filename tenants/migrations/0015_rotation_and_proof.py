"""A second password of a SIP account, and the proof of each domain. What is there counts as proved."""

import django.db.models.deletion
import django.utils.timezone
import tenants.models.domain_proof
import tenants.secrets.fields
from django.db import migrations, models


EXISTING = """
INSERT INTO tenants_domainproof (domain_id, origin, token, claimed_at, proved_at, proved_by,
                                 due_at, problem)
SELECT id, origin, replace(gen_random_uuid()::text, '-', ''), now(), now(), 'before', now(), ''
  FROM tenants_domain
"""


class Migration(migrations.Migration):

    dependencies = [
        ('tenants', '0014_rest_api'),
    ]

    operations = [
        migrations.CreateModel(
            name='DomainProof',
            fields=[
                ('domain', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, primary_key=True, related_name='proof', serialize=False, to='tenants.domain')),
                ('origin', models.CharField(max_length=270)),
                ('token', models.CharField(default=tenants.models.domain_proof.new_token, max_length=64)),
                ('claimed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('proved_at', models.DateTimeField(null=True)),
                ('proved_by', models.CharField(blank=True, choices=[('before', 'before proof was required'), ('dns', 'by a DNS record'), ('web', 'by a file on its web site'), ('administrator', "by an administrator's word")], max_length=16)),
                ('lost_at', models.DateTimeField(null=True)),
                ('checked_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('problem', models.TextField(blank=True, help_text='Why the last look found nothing.')),
            ],
            options={
                'indexes': [models.Index(fields=['due_at'], name='domain_proof_due')],
            },
        ),
        migrations.RunSQL(EXISTING, migrations.RunSQL.noop),
        # Last, because connects wait for them.
        migrations.AddField(
            model_name='sipaccount',
            name='next_password',
            field=tenants.secrets.fields.SecretField(blank=True, db_default='', default='', editable=False),
        ),
        migrations.AddField(
            model_name='sipaccount',
            name='next_since',
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
