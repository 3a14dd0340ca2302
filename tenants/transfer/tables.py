"""What may stand in a file: the models' editable fields, so that a new field can be imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import models

from tenants.models import Callee, Domain, Rate, SipAccount, StreamAlias, Tenant, WcsInstance
from tenants.secrets.fields import SecretField
from tenants.targets import BadTarget, normalise_target


@dataclass(frozen=True, eq=False)
class Table:
    model: type[models.Model]
    natural_key: tuple[str, ...]  # within its tenant, or everywhere
    lists: Mapping[str, Table] = field(default_factory=dict)
    # By field: the value as the model stores it, so that it is found, compared and shown so.
    normal_forms: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    words: frozenset[str] = frozenset()  # lists that a cell holds, with spaces between

    @cached_property
    def fields(self) -> dict[str, models.Field[Any, Any]]:
        every = (*self.model._meta.fields, *self.model._meta.many_to_many)
        told_by_place = {"tenant"} if self.model is not WcsInstance else set()
        return {
            item.name: item
            for item in every
            if item.editable and not item.primary_key and item.name not in told_by_place
        }

    @cached_property
    def cell_fields(self) -> dict[str, models.Field[Any, Any]]:
        """Those that a cell of a spreadsheet can hold."""
        too_large = self.structured - self.words
        return {name: item for name, item in self.fields.items() if name not in too_large}

    @cached_property
    def structured(self) -> set[str]:
        """The fields that hold an object or a list."""
        return {name for name, item in self.fields.items() if isinstance(item, models.JSONField)}

    @cached_property
    def secrets(self) -> set[str]:
        return {name for name, item in self.fields.items() if isinstance(item, SecretField)}

    @cached_property
    def relations(self) -> set[str]:
        return {name for name, item in self.fields.items() if item.is_relation}

    @cached_property
    def plain(self) -> set[str]:
        """The fields that are compared by their values."""
        return self.fields.keys() - self.secrets - self.relations

    @cached_property
    def required(self) -> set[str]:
        """The fields that a new row needs."""
        return {
            name
            for name, item in self.fields.items()
            if not (item.blank or item.null or item.has_default())
        }

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @cached_property
    def kind(self) -> str:
        return str(self.model._meta.verbose_name)


def _normal_target(text: str) -> str:
    try:
        return normalise_target(text)
    except BadTarget:
        return text  # the model refuses it


DOMAIN = Table(Domain, ("origin",))
SIP_ACCOUNT = Table(SipAccount, ("login", "domain"), normal_forms={"domain": str.lower})
CALLEE = Table(Callee, ("alias",), normal_forms={"target": _normal_target})
STREAM = Table(StreamAlias, ("alias",))
TENANT = Table(
    Tenant,
    ("slug",),
    {"domains": DOMAIN, "sip_accounts": SIP_ACCOUNT, "callees": CALLEE, "streams": STREAM},
    words=frozenset({"message_operations"}),
)
WCS_INSTANCE = Table(WcsInstance, ("name",))
# A tenant's rates are one deck: a file of them holds all there are.
RATE = Table(Rate, ("prefix",))
LISTS: Mapping[str, Table] = {"tenants": TENANT, "wcs_instances": WCS_INSTANCE}
# Names that other systems have a field for, and why there is none here.
NO_FIELDS = {"transport": "WCS sets the transport of SIP itself; leave it out."}
BY_NAME: Mapping[str, Table] = {"tenants": TENANT, **TENANT.lists}
WITH_RATES: Mapping[str, Table] = {**BY_NAME, "rates": RATE}
# In an order in which rows can be written: a domain refers to a callee.
TABLES = (TENANT, CALLEE, DOMAIN, SIP_ACCOUNT, STREAM, WCS_INSTANCE, RATE)
