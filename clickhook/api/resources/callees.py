"""Callees: the aliases that pages may call."""

from __future__ import annotations

from clickhook.api.rows import RowsView, RowView
from tenants.transfer.tables import CALLEE


class Callees(RowsView):
    resource, table, order = "callees", CALLEE, ("tenant", "alias")


class OneCallee(RowView):
    resource, table = "callees", CALLEE
