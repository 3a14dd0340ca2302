"""`manage.py verify_audit` finds what a person with all rights did to the audit's tables."""

from __future__ import annotations

import json
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from tenants.audit import triggers
from tenants.audit.acting import acting
from tenants.audit.actions import Action
from tenants.audit.recording import as_one_entry, record
from tenants.models import AuditEntry, Callee, Tenant

GUARDS = ("audit_enter", "audit_seal", "audit_guard", "audit_truncate")


@pytest.fixture
def verify(cast, capsys):
    def run(*options):
        code, said = 0, ""
        try:
            call_command("verify_audit", *options)
        except CommandError as error:
            code, said = error.returncode, str(error)
        return code, capsys.readouterr().out + said

    yield run
    triggers.install_triggers()


def sql(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def tamper(statement):
    """As a superuser who turns the guards off and on again."""
    off, on = (
        [f"ALTER TABLE tenants_auditentry {how} TRIGGER {name}" for name in GUARDS]
        for how in ("DISABLE", "ENABLE ALWAYS")
    )
    sql(*off, statement, *on)


@pytest.mark.proof
def test_a_whole_chain_is_whole(cast, verify, manage):
    with acting(via="admin", name='ü \x07 \x7f \u2028 \\ " 😀', address="203.0.113.5"):
        record(
            Action.EXPORTED,
            name="\t\r\n\b\f",
            after={"ü": [1.5, None, True, "\u2028"], "big": 10**30, "z": {}, "aa": -0.0},
        )
        with as_one_entry(Action.IMPORTED):
            Tenant.objects.update(name="Another")

    count, head = AuditEntry.objects.count(), AuditEntry.objects.first()
    assert count > 10
    assert verify() == (0, f"whole: {count} entries, the last one {head.hash}\n")
    assert verify("--head") == (0, f"{count} {head.hash}\n")
    by_hand = manage("verify_audit", "--json", "--expect", head.hash)
    assert (by_hand.returncode, by_hand.stderr) == (0, "")
    assert json.loads(by_hand.stdout) == {
        "status": "whole",
        "entries": count,
        "head": head.hash,
        "broken": None,
        "unprotected": [],
    }


def test_it_only_grows(cast, verify):
    """Also for a session that turns ordinary triggers off."""
    before = list(AuditEntry.objects.values_list())
    for statement in (
        "UPDATE tenants_auditentry SET actor_name = 'nobody' WHERE number = 3",
        "UPDATE tenants_auditentry SET after = '{}'",
        "DELETE FROM tenants_auditentry WHERE number = 3",
        "TRUNCATE tenants_auditentry",
        "TRUNCATE tenants_callee CASCADE",
    ):
        for role in ("origin", "replica"):
            with pytest.raises(DatabaseError, match="only grows|refused"), transaction.atomic():
                sql(f"SET LOCAL session_replication_role = {role}", statement)
    assert list(AuditEntry.objects.values_list()) == before
    assert verify()[0] == 0


def test_not_even_an_entry_of_the_same_transaction_is_changed(cast):
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        AuditEntry.objects.filter(pk=record(Action.EXPORTED).pk).update(action="nothing")


def test_nobody_but_the_database_says_when_and_who(cast, verify):
    with acting(via="admin", name="manager"):
        forged = AuditEntry.objects.create(
            action="x", at="2000-01-01T00:00:00Z", actor_name="another", hash="0" * 64, number=99
        )
    forged.refresh_from_db()
    assert (forged.at.year > 2000, forged.actor_name, forged.via) == (True, "manager", "admin")
    assert forged.number == AuditEntry.objects.count()
    assert verify()[0] == 0


ALTERED, MISSING = "is the first that is broken: altered", "is the first that is broken: missing"


def test_it_finds_the_first_broken_entry(cast, verify):
    for statement, number, said in (
        ("UPDATE tenants_auditentry SET actor_name = 'nobody' WHERE number = 3", 3, ALTERED),
        ("UPDATE tenants_auditentry SET before = '{\"a\": 1}' WHERE number >= 3", 3, ALTERED),
        (
            "UPDATE tenants_auditentry SET at = at - interval '1 second' WHERE number = 3",
            3,
            ALTERED,
        ),
        ("UPDATE tenants_auditentry SET tenant_id = NULL WHERE number = 3", 3, ALTERED),
        ("DELETE FROM tenants_auditentry WHERE number = 3", 3, MISSING),
        ("DELETE FROM tenants_auditentry WHERE number <= 3", 1, MISSING),
    ):
        with transaction.atomic():
            tamper(statement)
            code, out = verify()
            _, as_json = verify("--json")
            transaction.set_rollback(True)
        assert (code, said in out, f"entry {number} " in out) == (1, True, True), out
        assert json.loads(as_json.partition("\n}")[0] + "}")["broken"]["number"] == number
    assert verify()[0] == 0


def test_a_rewritten_entry_breaks_the_next_one(cast, verify):
    tamper(
        "UPDATE tenants_auditentry e SET actor_name = 'x', hash = audit_hash(e) WHERE number = 3"
    )
    tamper("UPDATE tenants_auditentry e SET hash = audit_hash(e) WHERE number = 3")
    code, out = verify()
    assert code == 1
    assert "entry 4 " in out
    assert "does not follow the one before it" in out


def test_a_removed_last_entry_shows_against_a_noted_head(cast, verify):
    noted = verify("--head")[1].split()[1]
    record(Action.EXPORTED)
    assert verify("--expect", noted)[0] == 0  # it may have grown since
    tamper(
        "DELETE FROM tenants_auditentry WHERE number >= (SELECT max(number) - 1 FROM "
        "tenants_auditentry)"
    )

    assert verify()[0] == 0
    code, out = verify("--expect", noted)
    assert (code, "is gone" in out) == (1, True)
    assert verify("--expect", "abc")[0] == 2


def test_it_finds_that_the_triggers_were_off_and_migrate_mends_them(cast, verify):
    for turn, statement in enumerate(
        (
            "DROP TRIGGER audit_changed ON tenants_sipaccount",
            "ALTER TABLE tenants_tenant DISABLE TRIGGER audit_added",
            "ALTER TABLE auth_user ENABLE TRIGGER audit_removed",
            "DROP TRIGGER audit_truncate ON tenants_auditentry",
            "ALTER TABLE tenants_auditentry DISABLE TRIGGER ALL",
            "CREATE OR REPLACE FUNCTION audit_statement() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN RETURN NULL; END'",
            "DROP TRIGGER audit_changed ON tenants_tenant; CREATE TRIGGER audit_changed AFTER "
            "UPDATE ON tenants_tenant "
            "REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after WHEN (false) EXECUTE "
            "FUNCTION audit_statement()",
        )
    ):
        sql(statement)
        code, out = verify()
        assert (code, "missing, altered or turned off" in out) == (1, True), statement

        triggers.install_triggers()  # as after each migrate
        assert verify()[0] == 0
        Tenant.objects.filter(slug="acme").update(name=f"Seen {turn}")
        assert AuditEntry.objects.first().after == {"name": f"Seen {turn}"}


def test_it_finds_an_entry_that_was_never_sealed(cast, verify):
    sql("ALTER TABLE tenants_auditentry DISABLE TRIGGER audit_seal")
    record(Action.EXPORTED)
    call_command("migrate", verbosity=0)  # it puts the triggers right
    code, out = verify()
    assert (code, "never put into the chain" in out) == (1, True)


def test_a_temporary_table_does_not_take_its_place(cast, verify):
    before = AuditEntry.objects.count()
    sql(
        "CREATE TEMPORARY TABLE tenants_auditentry (LIKE public.tenants_auditentry INCLUDING ALL)",
        "UPDATE tenants_tenant SET name = 'seen'",
        "DROP TABLE pg_temp.tenants_auditentry",
    )
    assert AuditEntry.objects.count() == before + 2
    assert verify()[0] == 0


def test_transactions_side_by_side_make_one_chain(cast, verify):
    before, together = AuditEntry.objects.count(), threading.Barrier(4)

    def change(name):
        together.wait()
        for turn in range(10):
            with transaction.atomic():
                Tenant.objects.create(slug=f"{name}-{turn}", name=name)
                Callee.objects.filter(alias=name).update(target=str(turn))
                record(Action.EXPORTED, name=name)
        connections.close_all()

    names = ("sales", "support", "frontdesk", "nobody")
    threads = [threading.Thread(target=change, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert AuditEntry.objects.count() == before + 4 * 10 * 2 + 3 * 10
    assert verify()[0] == 0


def test_an_open_transaction_holds_up_nobody(cast, verify):
    """The chain is locked at commit alone, however much was changed before."""
    ended = threading.Event()

    def another():
        Tenant.objects.filter(slug="globex").update(name="Meanwhile")
        connections.close_all()
        ended.set()

    with transaction.atomic():
        Tenant.objects.filter(slug="acme").update(name="First")
        thread = threading.Thread(target=another)
        thread.start()
        assert ended.wait(20)
    thread.join()
    assert list(
        AuditEntry.objects.order_by("-number").values_list("object_name", flat=True)[:2]
    ) == ["acme", "globex"]
    assert verify()[0] == 0
