"""The demo's customer: a page, a SIP account, two phones and a media server.

The secrets are made anew for every run.
"""

from __future__ import annotations

import secrets

from clickhook.sample_tenant import SampleTenant
from tenants.models import Tenant, WcsInstance

SIP_DOMAIN = "sip.demo.example"
CALLER = "10001"
PHONES = {"sales": "10002", "support": "10003"}  # by the page's alias for each; support is busy


class Customer:
    def __init__(self) -> None:
        self.signing_secret = secrets.token_urlsafe(32)
        self.passwords = {user: secrets.token_urlsafe(16) for user in (CALLER, *PHONES.values())}

    @property
    def sip_accounts(self) -> str:
        """As the SIP server reads them."""
        return "".join(
            f"{user}@{SIP_DOMAIN}:{user}:{password}\n" for user, password in self.passwords.items()
        )

    def prepare(self, origin: str, sip_port: int) -> str:
        """Writes the gateway's rows for a page of that origin; gives the key of the hook URL."""
        sample = SampleTenant(
            origin=origin,
            callees=PHONES,
            login=CALLER,
            sip_domain=SIP_DOMAIN,
            password=self.passwords[CALLER],
            signing_secret=self.signing_secret,
            outbound_proxy="127.0.0.1",
            sip_port=sip_port,
        )
        return sample.prepare().key

    def note_rest_api(self, hook_key: str, url: str) -> None:
        """Where the worker lists and ends the calls of the stand-in."""
        WcsInstance.objects.filter(key=hook_key).update(rest_api_url=url)

    def find_public_key(self, hook_key: str) -> str:
        """By which the customer's page asks for tickets."""
        return str(Tenant.objects.get(wcs_instances__key=hook_key).public_key)
