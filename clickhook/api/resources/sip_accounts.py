"""SIP accounts: the password can be written, never read."""

from __future__ import annotations

from clickhook.api.rows import RowsView, RowView
from tenants.transfer.tables import SIP_ACCOUNT


class SipAccounts(RowsView):
    resource, table, order = "sip-accounts", SIP_ACCOUNT, ("tenant", "login", "domain")


class OneSipAccount(RowView):
    resource, table = "sip-accounts", SIP_ACCOUNT
