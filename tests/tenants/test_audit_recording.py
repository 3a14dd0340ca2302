"""What is recorded by name or as one entry, which tables are watched, and who sees an entry."""

from __future__ import annotations

import inspect
import re

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction

from hooks.duties.reaping import LOST_CALLS, LOST_SESSIONS
from hooks.statements.writing import write
from tenants.audit import acting
from tenants.audit.actions import Action
from tenants.audit.recording import as_one_entry, record
from tenants.audit.watched import LEFT_OUT, watched_models, watched_tables
from tenants.models import Assignment, AuditEntry, Callee, Domain, Tenant

# A new app is added here, or to watched.APPS if people change its tables.
NOT_WATCHED = {"admin", "axes", "contenttypes", "sessions", "hooks"}


def test_what_is_no_change_of_a_row_is_recorded_by_name(manager, cast, entries):
    with acting.acting(via="admin", actor=manager.user, address="203.0.113.5"):
        record(Action.SECRET_SHOWN, cast.acme_1)
        record(Action.EXPORTED, name="callees.csv", tenant=cast.acme, after={"rows": 2})

    shown, exported = [entry for entry in entries() if entry.action in set(Action)]
    assert (shown.action, shown.object_name, shown.actor) == (
        "wcs_instance:secret_shown",
        "acme-1",
        manager.user,
    )
    assert (exported.tenant, exported.object_name, exported.after) == (
        cast.acme,
        "callees.csv",
        {"rows": 2},
    )


def test_many_changes_can_be_one_entry_that_the_database_counts(cast, entries):
    with (
        acting.acting(via="import_callees", name="operator"),
        as_one_entry(Action.IMPORTED, name="callees.csv") as one,
    ):
        Callee.objects.bulk_create(
            (Callee(tenant=cast.acme, alias=f"desk-{n}", target="1") for n in range(25)),
            batch_size=10,
        )
        Callee.objects.filter(tenant=cast.acme, default=False).update(target="2")
        Callee.objects.filter(tenant=cast.acme, default=False).update(target="2")
        with transaction.atomic():
            Domain.objects.all().delete()
            transaction.set_rollback(True)
        Domain.objects.filter(tenant=cast.globex).delete()

    [entry] = entries()
    assert (entry.pk, entry.via, entry.object_name) == (one.pk, "import_callees", "callees.csv")
    assert entry.after == {"callee:added": 25, "callee:changed": 26, "domain:removed": 1}


def test_changes_cannot_be_counted_in_an_entry_of_before(cast, entries):
    with as_one_entry(Action.IMPORTED, name="callees.csv") as one:
        pass
    for entry in (one.pk, 10**9):
        with pytest.raises(DatabaseError, match="takes no counts"), acting.counted_in(entry):
            Callee.objects.filter(tenant=cast.acme).update(target="2")
    assert [entry.after for entry in entries()] == [{}]


def test_every_table_is_watched_or_left_out_on_purpose():
    found = {model._meta.label for model in watched_models()}
    others = {
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label not in NOT_WATCHED
    }
    assert {model._meta.label for model in others} == found | LEFT_OUT


@pytest.mark.proof
def test_hooks_write_no_watched_table():
    """They must never wait for the chain's lock."""
    number = len(inspect.signature(write).parameters)
    every = [
        write(*(bool(bits & 1 << n) for n in range(number))).decode() for bits in range(2**number)
    ]
    written = re.findall(
        r"(?:INSERT INTO|UPDATE|DELETE FROM) (\w+_\w+)",
        " ".join([*every, LOST_SESSIONS, LOST_CALLS]),
    )
    assert {"hooks_session", "hooks_call", "hooks_eventlog", "tenants_wcsnode"} <= set(written)
    assert {"hooks_passwordtrial", "hooks_spentticket", "hooks_meter"} <= set(written)
    assert not set(written) & {table.table for table in watched_tables()}


def test_a_manager_sees_the_entries_of_their_tenants(cast, entries):
    colleague = User.objects.create_user("colleague", password="x", is_staff=True)
    Assignment.objects.create(user=colleague, tenant=cast.acme)
    Tenant.objects.update(status="suspended")
    with acting.acting(via="admin", actor=colleague):
        record(Action.SIGNED_IN, colleague)
    record(Action.SIGNED_IN, name="somebody else")

    visible = [
        (entry.action, entry.object_name) for entry in AuditEntry.objects.visible_to(colleague)
    ]
    assert ("tenant:changed", "acme") in visible
    assert ("tenant:changed", "globex") not in visible
    assert [name for action, name in visible if action == Action.SIGNED_IN] == ["colleague"]
    admin = User.objects.create_superuser("admin", password="x")
    assert AuditEntry.objects.visible_to(admin).count() == AuditEntry.objects.count()
