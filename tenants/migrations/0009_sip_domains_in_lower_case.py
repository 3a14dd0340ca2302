"""SIP.X.EXAMPLE and sip.x.example are one SIP domain; an account that exists in both stays as it is."""

from django.db import migrations

FORWARD = """
UPDATE tenants_sipaccount AS account SET domain = lower(domain)
 WHERE domain <> lower(domain)
   AND NOT EXISTS (SELECT FROM tenants_sipaccount other
                    WHERE other.tenant_id = account.tenant_id AND other.login = account.login
                      AND other.id <> account.id AND lower(other.domain) = lower(account.domain))
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0008_names_as_they_are_dialled")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
