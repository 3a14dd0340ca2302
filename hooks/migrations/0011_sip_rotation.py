"""Which password a session got, and which session tries the next one."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('hooks', '0010_duties_event_index'),
        ('tenants', '0015_rotation_and_proof'),
    ]

    operations = [
        migrations.AddField(
            model_name='session',
            name='sip_password_since',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='PasswordTrial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField(help_text='When the password was entered.')),
                ('session_id', models.UUIDField()),
                ('began_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('state', models.CharField(choices=[('proving', 'one session tries it'), ('proved', 'it works'), ('failed', 'the SIP server did not accept it')], max_length=16)),
                ('detail', models.TextField(blank=True, help_text='What the SIP server said.')),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenants.sipaccount')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'proving')), fields=['id'], name='password_trial_proving')],
                'constraints': [models.UniqueConstraint(fields=('account', 'since'), name='password_trial_one_at_a_time')],
            },
        ),
    ]
