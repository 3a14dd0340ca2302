"""Which tables have triggers: those that people and commands change, with named exceptions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models

from tenants.secrets.fields import SecretField

APPS = ("tenants", "auth")
LEFT_OUT = {
    "tenants.AuditEntry",
    "tenants.ApiPace",  # changes with every request
    "tenants.DomainProof",  # changes with every look; what matters is recorded by tenants.proof
    "tenants.IdempotentAnswer",  # what was answered; the change itself is recorded
    "tenants.ImportRun",  # the entry of the import tells it
    "tenants.ImportedRow",
    "tenants.Rate",  # 200,000 rows of one import, whose entry counts them
    "tenants.Upload",
    "tenants.UploadAttempt",
    "tenants.WcsNode",  # hooks write it, and must never wait for the chain
    "auth.Permission",  # made by migrations
}
# The columns that name an object, where it is not one of NAMED_BY.
NAMES = {
    "tenants.ApiKey": ("kid", "name"),
    "tenants.LimitRaise": ("row_name", "field"),
    "tenants.SipAccount": ("login", "domain"),
    "tenants.SsoIdentity": ("issuer", "subject"),
    "tenants.TicketKey": ("kid",),
    "tenants.VisitorLogin": ("login",),
    "tenants.WebhookEndpoint": ("url",),
}
NAMED_BY = ("slug", "origin", "alias", "name", "username")
# Beside every SecretField: a password's hash, an instance's part of the hook URL, the digests of
# recovery codes and API keys.
SECRET = {"password", "key", "recovery_digests", "digest", "previous_digest"}
# Columns that change with every use.
UNREMARKABLE = (
    "last_login",
    "last_step",
    "last_used_at",
    "sign_count",
    "throttling_failure_timestamp",
    "throttling_failure_count",
)


@dataclass(frozen=True)
class WatchedTable:
    table: str
    thing: str
    names: tuple[str, ...]
    secrets: tuple[str, ...]

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arguments of the trigger."""
        return self.thing, ",".join(self.names), ",".join(self.secrets), ",".join(UNREMARKABLE)


def watched_tables() -> Iterator[WatchedTable]:
    for model in watched_models():
        yield WatchedTable(
            model._meta.db_table, thing_name(model), _name_columns(model), _secret_columns(model)
        )


def watched_models() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        is_ours = meta.app_label in APPS and meta.label not in LEFT_OUT
        if is_ours and meta.managed and not meta.proxy:
            yield model


def thing_name(model: type[models.Model]) -> str:
    """SipAccount is sip_account, TOTPDevice is totp_device."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", model.__name__)
    return words.lower()


def _name_columns(model: type[models.Model]) -> tuple[str, ...]:
    columns = {field.attname for field in model._meta.local_fields}
    return NAMES.get(model._meta.label) or tuple(name for name in NAMED_BY if name in columns)[:1]


def _secret_columns(model: type[models.Model]) -> tuple[str, ...]:
    fields = model._meta.local_fields
    return tuple(
        field.attname
        for field in fields
        if isinstance(field, SecretField) or field.attname in SECRET
    )
