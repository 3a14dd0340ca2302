"""Origins that every mobile app has, in files: found by their tenant, refused by their instance."""

from __future__ import annotations

import pytest

from tenants.models import Domain, ImportRun, WcsInstance
from tests.tenants.importing.content import rows

APP = "capacitor://localhost"
SENTENCE = (
    f"Every mobile app has the origin {APP}, so the WCS instance {{}} could not tell the apps of "
    "acme and globex apart: serve one of these customers by another instance."
)
BOTH = {
    "tenants": [
        {"slug": slug, "domains": [{"origin": APP, "default_callee": callee}]}
        for slug, callee in (("acme", "sales"), ("globex", "frontdesk"))
    ],
    "wcs_instances": [{"name": "shared-1", "tenants": ["globex"]}],
}


@pytest.fixture
def imported(run, cast):
    assert run(BOTH).code == 0
    return cast


def test_each_tenant_gets_its_own(run, imported):
    found = Domain.objects.filter(origin=APP).order_by("tenant__slug")
    assert [(one.tenant.slug, one.default_callee.alias) for one in found] == [
        ("acme", "sales"),
        ("globex", "frontdesk"),
    ]
    assert run(BOTH).lines[-1] == "nothing to change: 0 added, 0 changed, 5 unchanged"


def test_one_is_changed_and_the_other_stays(table, imported):
    lines = "tenant,origin,default_callee", f"globex,{APP},", f"acme,{APP},support"
    done = table("domains", *lines)
    assert done.code == 0
    assert f"~ domain acme/{APP}: default callee sales → support" in done.lines
    pairs = Domain.objects.filter(origin=APP).values_list("tenant__slug", "default_callee__alias")
    assert sorted(pairs) == [("acme", "support"), ("globex", None)]


def test_a_tenants_origin_is_given_once(run, cast):
    twice = [{"origin": APP}, {"origin": "CAPACITOR://localhost"}]
    outcome = run({"tenants": [{"slug": "acme", "domains": twice}]})
    assert outcome.problems == [
        "tenants[0].domains[1].origin: The file has this domain already, at tenants[0].domains[0]."
    ]


def test_an_export_imports_again_and_changes_nothing(run, imported, command, tmp_path):
    before, path = rows(), tmp_path / "tenants.json"
    command("export", "everything", "-o", str(path))
    assert run(path).code == 0
    assert rows() == before


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_an_instance_of_both_is_refused_at_the_origin(run, cast, options):
    """As the file would leave it: nothing of it is wrong alone."""
    tenants = {"tenants": BOTH["tenants"]}
    place = "tenants[0].domains[0].origin"
    assert run(tenants, *options).problems == [f"{place}: {SENTENCE.format('shared-1')}"]


def test_a_table_is_refused_at_its_cell(table, cast):
    cast.acme.domains.create(origin=APP)
    lines = "tenant,origin", "globex,https://new.globex.example", f"globex,{APP}"
    sentence = SENTENCE.format("shared-1")
    assert table("domains", *lines).problems == [f"line 3, column 2 (origin): {sentence}"]


def test_an_instance_that_takes_both_is_refused_at_its_tenants(run, imported):
    both = [{"name": "acme-1", "tenants": ["acme", "globex"]}]
    sentence = SENTENCE.format("acme-1")
    assert run({"wcs_instances": both}).problems == [f"wcs_instances[0].tenants: {sentence}"]


def test_an_instance_may_change_its_tenant_in_the_same_file(run, imported):
    exchange = [{"name": "shared-1", "tenants": ["acme"]}, {"name": "acme-1", "tenants": []}]
    assert run({"wcs_instances": exchange}).code == 0


def test_what_somebody_else_left_unclear_is_no_problem_of_the_file(run, imported, table):
    WcsInstance.objects.get(name="shared-1").tenants.add(imported.acme)
    assert table("domains", "tenant,origin", "acme,https://new.acme.example").code == 0


def test_an_import_is_undone(command, imported):
    command("undo_import", str(ImportRun.objects.get().pk))
    assert not Domain.objects.filter(origin=APP).exists()
    assert imported.shared_1.tenants.count() == 2


def test_an_undo_that_would_leave_it_unclear_is_refused(run, command, cast):
    """The instance was shared, and since then both got an app."""
    apart = [{"name": "shared-1", "tenants": ["globex"]}]
    run({"wcs_instances": apart})
    number = str(ImportRun.objects.get().pk)
    for tenant in (cast.acme, cast.globex):
        tenant.domains.create(origin=APP)

    sentence = SENTENCE.format("shared-1")
    assert command("undo_import", number).problems == [f"WCS instance shared-1: {sentence}"]
