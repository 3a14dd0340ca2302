"""WCS instances: for keys of the whole installation."""

from __future__ import annotations

from typing import ClassVar

from clickhook.api.rows import RowsView, RowView
from tenants.transfer.tables import WCS_INSTANCE


class WcsInstances(RowsView):
    resource, table, order = "wcs-instances", WCS_INSTANCE, ("name",)
    for_whole_installation = True
    parameters: ClassVar[dict[str, tuple[str, ...]]] = {"GET": ("cursor",)}


class OneWcsInstance(RowView):
    resource, table = "wcs-instances", WCS_INSTANCE
    for_whole_installation = True
    instead_of_deleting = "An instance with sessions stays: take its tenants away instead."
