"""An import is taken back, as long as nothing it touched has changed since."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from hooks.models import Session
from tenants.models import (
    AuditEntry,
    Callee,
    Domain,
    ImportedRow,
    ImportRun,
    SipAccount,
    Tenant,
    WcsInstance,
)
from tests import cast as casting
from tests.tenants.importing.content import (
    FILES,
    LOST,
    NEW_PASSWORD,
    account,
    help_text,
    instance,
    tenant,
)

# Everything an import can do at once.
WIDE = {
    "tenants": [
        {
            "slug": "acme",
            "name": "Acme plc",
            "domains": [
                {
                    "origin": "https://shops.acme.example",
                    "include_subdomains": False,
                    "default_callee": "front",
                },
                {"origin": "https://new.acme.example", "default_callee": "front"},
            ],
            "sip_accounts": [
                {
                    "login": "10001",
                    "domain": "sip.acme.example",
                    "password": NEW_PASSWORD,
                    "port": 1,
                },
                {"login": "10002", "domain": "sip.acme.example", "password": NEW_PASSWORD},
            ],
            "callees": [
                {"alias": "sales", "target": "1", "default": False},
                {"alias": "front", "target": "2", "default": True},
            ],
        },
        {"slug": "new", "name": "New", "callees": [{"alias": "a", "target": "1"}]},
    ],
    "wcs_instances": [
        {
            "name": "acme-1",
            "key": "key-of-globex-1",
            "signing_secret": NEW_PASSWORD,
            "tenants": ["acme", "new"],
        },
        {"name": "globex-1", "key": "key-of-acme-1", "tenants": []},
        {"name": "new-1", "tenants": ["new", "globex"]},
    ],
}


@pytest.fixture
def state(db):
    def look() -> list[str]:
        models = (Tenant, Domain, SipAccount, Callee, WcsInstance)
        pairs = WcsInstance.objects.order_by("pk", "tenants").values_list("pk", "tenants")
        return [
            str(row) for model in models for row in model.objects.order_by("pk").values_list()
        ] + [*map(str, pairs)]

    return look


@pytest.fixture
def undo(command):
    def act(*options: str, number: int | None = None):
        return command("undo_import", str(number or ImportRun.objects.latest("id").pk), *options)

    return act


@pytest.mark.parametrize("content", [WIDE, FILES / "initech.json"], ids=["wide", "initech"])
def test_everything_is_as_it_was(run, undo, cast, state, content):
    before = state()
    wet = run(content)
    after = state()
    dry = undo("--dry-run")
    outcome = undo()

    assert (wet.code, outcome.code) == (0, 0)
    assert state() == before
    assert dry.lines[-1] == "dry run, nothing is written: " + outcome.lines[-1].removeprefix(
        "done: "
    )
    assert outcome.lines[-1].startswith("done: 0 added, ")

    assert undo().code == 0  # the undo of the undo
    assert state() == after


def test_passwords_and_secrets_are_the_old_ones_again(run, undo, cast):
    run(WIDE)
    outcome = undo()

    assert (
        "~ SIP account acme/10001@sip.acme.example: password restored, port 1 → 5070"
        in outcome.lines
    )
    assert "- callee new/a: target 1" in outcome.lines
    assert (
        "~ WCS instance acme-1: signing secret restored, key restored, tenants -new"
        in outcome.lines
    )
    assert SipAccount.objects.get(pk=cast.acme_account.pk).password.matches(casting.ACME_PASSWORD)
    one = WcsInstance.objects.get(name="acme-1")
    assert (one.signing_secret.matches(casting.ACME_SIGNING), one.previous_signing_secret) == (
        True,
        None,
    )


def test_an_undo_is_recorded_and_a_second_one_changes_nothing(table, undo, cast, state):
    table("callees", "tenant,alias,target", "acme,front,1")
    first = ImportRun.objects.get()
    undo()
    before, second = state(), ImportRun.objects.latest("id")
    again = undo(number=first.pk)

    assert (second.undoes, second.counts) == (
        first,
        {"added": 0, "changed": 0, "removed": 1, "unchanged": 0},
    )
    assert (again.code, again.lines) == (
        0,
        [
            f"Import {first.pk} is undone already, by import {second.pk}.",
            "nothing to change: 0 added, 0 changed, 0 unchanged",
        ],
    )
    assert json.loads(undo("--json", number=first.pk).out)["note"].startswith(
        f"Import {first.pk} is undone already"
    )
    assert state() == before
    assert ImportRun.objects.count() == 2


@pytest.mark.parametrize(
    ("since", "problem"),
    [
        (
            lambda cast: Callee.objects.filter(alias="sales").update(target="9"),
            "callee acme/sales: Changed since: target.",
        ),
        (
            lambda cast: Callee.objects.filter(alias="a").delete(),
            "callee new/a: It was deleted since.",
        ),
        (
            lambda cast: Tenant.objects.filter(slug="acme").update(status="suspended"),
            "tenant acme: Changed since: status.",
        ),
        (
            lambda cast: SipAccount.objects.filter(login="10002").update(enabled=False),
            "SIP account acme/10002@sip.acme.example: Changed since: enabled.",
        ),
        (
            lambda cast: cast.globex_1.tenants.add(cast.acme),
            "WCS instance globex-1: Changed since: tenants.",
        ),
        (
            lambda cast: Domain.objects.create(
                tenant=cast.acme,
                origin="https://x.acme.example",
                default_callee=Callee.objects.get(alias="front"),
            ),
            "callee acme/front: 1 domain refers to it now.",
        ),
        (
            lambda cast: Tenant.objects.get(slug="new").callees.create(alias="b", target="1"),
            "tenant new: 1 callee refers to it now.",
        ),
        (
            lambda cast: cast.shared_1.tenants.add(Tenant.objects.get(slug="new")),
            "tenant new: 1 WCS instance refers to it now.",
        ),
        (
            lambda cast: Session.objects.create(
                tenant=cast.acme,
                instance=WcsInstance.objects.get(name="new-1"),
                node_id="n",
                wcs_session_id="s",
                opened_at=timezone.now(),
            ),
            "WCS instance new-1: 1 session refers to it now.",
        ),
    ],
)
def test_what_changed_since_is_listed_and_nothing_is_undone(run, undo, cast, since, problem):
    run(WIDE)
    since(cast)

    assert undo().problems == [problem]
    assert ImportRun.objects.count() == 1


def test_a_changed_password_is_a_change(run, undo, cast):
    run(account(password=NEW_PASSWORD))
    stored = SipAccount.objects.get(pk=cast.acme_account.pk)
    stored.password = "typed-since"
    stored.save()

    assert undo().problems == ["SIP account acme/10001@sip.acme.example: Changed since: password."]


def test_a_password_that_was_only_sealed_anew_is_none(run, undo, cast):
    run(account(password=NEW_PASSWORD))
    stored = SipAccount.objects.get(pk=cast.acme_account.pk)
    stored.password = NEW_PASSWORD
    stored.save()

    assert undo().code == 0
    assert SipAccount.objects.get(pk=cast.acme_account.pk).password.matches(casting.ACME_PASSWORD)


def test_a_password_of_a_lost_key_is_not_put_back(run, undo, cast):
    run(account(password=NEW_PASSWORD))
    kept = ImportedRow.objects.get()
    kept.before["password"] = LOST
    kept.save()

    assert "does not open with this server's keys" in undo().problems[0]


def test_a_name_that_was_taken_since_is_said(run, undo, cast):
    run(instance("lab"))
    undo()
    WcsInstance.objects.create(name="lab")

    assert "duplicate key value" in undo().problems[0]


def test_what_an_import_did_not_touch_may_change(run, undo, cast):
    run(tenant(callees=[{"alias": "sales", "target": "1"}]))
    Callee.objects.filter(alias="support").update(target="9")

    assert undo().code == 0
    assert Callee.objects.get(alias="sales").target == "+4930123456"


def test_an_unknown_import_is_said(undo, cast):
    assert undo(number=99_999).problems == ["There is no import 99999."]


def test_help_teaches():
    text = help_text("undo_import")

    for words in ("undo_import 12", "--dry-run", "changed or deleted since", "Exit code 0"):
        assert words in text


def test_an_import_and_its_undo_are_one_entry_each_in_the_audit(table, undo, cast):
    before = AuditEntry.objects.count()
    table("callees", "tenant,alias,target", "acme,front,1", "acme,sales,2", "acme,back,1")
    undo()

    undone, done = AuditEntry.objects.all()[:2]
    assert AuditEntry.objects.count() == before + 2
    assert (done.action, done.tenant) == ("import:done", cast.acme)
    assert done.after == {"callee:added": 2, "callee:changed": 1}
    assert (undone.action, undone.object_name) == (
        "import:undone",
        f"undo of import {ImportRun.objects.earliest('id').pk}",
    )


def test_an_import_for_several_tenants_is_no_ones_alone(table, cast):
    table("callees", "tenant,alias,target", "acme,front,1", "globex,front,1")

    assert (ImportRun.objects.get().tenant, AuditEntry.objects.latest("id").tenant) == (None, None)
