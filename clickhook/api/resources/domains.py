"""Domains: the origins whose pages may connect."""

from __future__ import annotations

from clickhook.api.rows import RowsView, RowView
from tenants.transfer.tables import DOMAIN


class Domains(RowsView):
    resource, table, order = "domains", DOMAIN, ("tenant", "origin")


class OneDomain(RowView):
    resource, table = "domains", DOMAIN
