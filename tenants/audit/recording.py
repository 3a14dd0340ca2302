"""Entries for what is not a change of a row, and one entry for a transaction of many changes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Model

from tenants.audit.acting import counted_in
from tenants.audit.actions import Action
from tenants.models import AuditEntry, Tenant


def record(
    action: Action,
    about: Model | None = None,
    *,
    name: str = "",
    tenant: Tenant | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEntry:
    """`about` is the row that it happened to; `before` and `after` are shown, so never a secret.

    The database fills in who, when, from where, and the hash.
    """
    owner: Any = tenant or (about if isinstance(about, Tenant) else getattr(about, "tenant", None))
    return AuditEntry.objects.create(
        action=action,
        tenant=owner,
        tenant_slug=owner.slug if owner else "",
        object_table=about._meta.db_table if about else "",
        object_pk=str(about.pk) if about else "",
        object_name=(name or str(about or ""))[:400],
        before=before or {},
        after=after or {},
    )


def record_sign_in(user: Model, **kwargs: Any) -> None:
    """For the signal `user_logged_in`."""
    record(Action.SIGNED_IN, user)


@contextlib.contextmanager
def as_one_entry(
    action: Action, about: Model | None = None, **details: Any
) -> Iterator[AuditEntry]:
    """A transaction whose changes are one entry, however many they are.

    The database counts the changes and adds them to the entry's `after`: {"callee:added": 100000}.
    Constraints that are deferred may be checked at its end, not before.
    """
    with transaction.atomic():
        entry = record(action, about, **details)
        with counted_in(entry.pk):
            yield entry
