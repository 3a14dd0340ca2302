"""Which tables have triggers: those of the apps that people and commands change, but for the ones named here."""

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
    "tenants.ImportRun",  # the entry of the import says it
    "tenants.ImportedRow",
    "tenants.Upload",
    "tenants.WcsNode",  # hooks write it, and must never wait for the chain
    "auth.Permission",  # made by migrations
}
# How an object is called, where it is not its slug, name and so on.
NAMES = {"tenants.SipAccount": ("login", "domain")}
NAMED_BY = ("slug", "origin", "alias", "name", "username")
# Beside every SecretField: a password's hash, an instance's part of the hook URL, the digests of recovery codes.
SECRET = {"password", "key", "recovery_digests"}
# What changes by itself with every use.
UNREMARKABLE = (
    "last_login",
    "last_step",
    "last_used_at",
    "throttling_failure_timestamp",
    "throttling_failure_count",
)


@dataclass(frozen=True)
class Watched:
    table: str
    thing: str
    names: tuple[str, ...]
    secrets: tuple[str, ...]

    @property
    def arguments(self) -> tuple[str, ...]:
        """Of the trigger."""
        return self.thing, ",".join(self.names), ",".join(self.secrets), ",".join(UNREMARKABLE)


def watched() -> Iterator[Watched]:
    for model in models_watched():
        yield Watched(model._meta.db_table, thing(model), _names(model), _secrets(model))


def models_watched() -> Iterator[type[models.Model]]:
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if (
            meta.app_label in APPS
            and meta.label not in LEFT_OUT
            and meta.managed
            and not meta.proxy
        ):
            yield model


def thing(model: type[models.Model]) -> str:
    """SipAccount is sip_account, TOTPDevice is totp_device."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", model.__name__)
    return words.lower()


def _names(model: type[models.Model]) -> tuple[str, ...]:
    columns = {field.attname for field in model._meta.local_fields}
    return NAMES.get(model._meta.label) or tuple(name for name in NAMED_BY if name in columns)[:1]


def _secrets(model: type[models.Model]) -> tuple[str, ...]:
    fields = model._meta.local_fields
    return tuple(
        field.attname
        for field in fields
        if isinstance(field, SecretField) or field.attname in SECRET
    )
