"""Streams: the aliases that visitors may publish or play."""

from __future__ import annotations

from clickhook.api.rows import RowsView, RowView
from tenants.transfer.tables import STREAM


class Streams(RowsView):
    resource, table, order = "streams", STREAM, ("tenant", "alias")


class OneStream(RowView):
    resource, table = "streams", STREAM
