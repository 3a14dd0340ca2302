"""A tenant moves between two cells: killed at every step, undone, refused, and while hooks run."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests import cast as casting
from tests.operation.cells import Cell, running
from tests.wcs import Wcs

pytestmark = pytest.mark.long

CAST = """
from datetime import timedelta
from django.contrib.auth.models import User
from django.utils import timezone
from hooks.models import Worker
from tests.cast import assemble
from tests import walk
cast = assemble()
walk.a_day_of(cast.acme, cast.acme_1, cast.shared_1)
cast.shared_1.tenants.remove(cast.acme)
cast.acme_1.name = "acme-1"; cast.acme_1.save()
from hooks.models import Call, Stream
now = timezone.now()
for lived in (Call, Stream):
    lived.objects.update(ended_at=now, ended_by="finish")
cast.acme.limits, cast.acme.tickets = {"calls_per_day": 5}, "off"
cast.acme.save()
Worker.objects.create(name="here", started_at=now, seen_at=now + timedelta(days=1))
"""
WORKER = """
from datetime import timedelta
from django.utils import timezone
from hooks.models import Worker
now = timezone.now()
Worker.objects.create(name="here", started_at=now, seen_at=now + timedelta(days=1))
"""
BLOCK = """
from hooks.models import VisitorBlock
from tenants.models import Tenant
tenant = Tenant.objects.get(slug="acme")
VisitorBlock.objects.block(tenant.pk, "a" * 24, "spam")
"""
REASONS = "SELECT reason FROM hooks_eventlog WHERE body->>'callId' = %s"
DJANGO_KEY = "k" * 10 + "Zq3vB8nX1sWd7Lr0TgYp5JhMf2CuKe9aVx6R4oEiUyQbN-wHzGtSlPjD"


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    """A cluster with its tables, to be copied: making them takes longer than a move."""
    cell = Cell(tmp_path_factory.mktemp("cells") / "migrated", 1, DJANGO_KEY)
    with cell.cluster.running():
        cell.manage("migrate")
    return cell


@pytest.fixture
def cells(tmp_path, migrated):
    with ExitStack() as stack:
        made = [Cell(tmp_path / f"cell-{number}", number, DJANGO_KEY) for number in (1, 2)]
        for cell in made:
            cell.copy(migrated)
            stack.enter_context(cell.cluster.running())
            cell.manage("migrate")  # gives it the ids of its number
        made[0].manage("shell", "-c", CAST)
        made[1].manage("shell", "-c", WORKER)
        yield made


@pytest.fixture
def files(tmp_path):
    return ["--bundle", tmp_path / "acme.move", "--key", tmp_path / "acme.key"]


LEAVE = ["leave", "acme", "--to", 2, "--wait", 5]
KILLED_LEAVING = [
    ("hooks.cells.leaving:freeze", 1),
    ("hooks.management.commands.move_tenant:wait_for_calls", 1),
    ("hooks.cells.leaving:read_rows", 9),
    ("hooks.cells.leaving:BundleWriter:finish", 1),
    ("hooks.cells.leaving:record", 1),
    ("hooks.management.commands.move_tenant:_result", 1),
]
KILLED_ARRIVING = [
    ("hooks.cells.arriving:write_rows", 7),
    ("hooks.cells.arriving:sum_up", 3),
    ("hooks.cells.arriving:freeze", 1),
    ("hooks.cells.arriving:receipt", 1),
]
KILLED_HANDING_OVER = [
    ("hooks.cells.stub:delete_rows", 4),
    ("hooks.models.tenant_move:TenantMove:reach", 1),
    ("hooks.management.commands.move_tenant:_result", 1),
]
KILLED_SERVING = [
    ("hooks.models.tenant_move:TenantMove:reach", 1),
    ("hooks.cells.arriving:record", 1),
    ("hooks.management.commands.move_tenant:_result", 1),
]


def visit(wcs: Wcs, number: int) -> list[int]:
    """The statuses of a connect and a call."""
    wcs.session = f"0000000{number}-0000-4000-8000-000000000000"
    connect = wcs.post("connect")
    return [connect.status, wcs.post("call", callId=f"call-{number}").status]


def test_a_move_that_is_killed_everywhere_goes_on(cells, files, tmp_path):
    here, there = cells
    key = ["--key", tmp_path / "acme.key"]

    for where, nth in KILLED_LEAVING:
        here.kill(where, nth, *LEAVE, *files)
    left = here.step(*LEAVE, *files)
    assert left["phase"] == "exported"
    assert not here.serves("acme")

    for where, nth in KILLED_ARRIVING:
        there.kill(where, nth, "arrive", "acme", *files)
        assert not there.serves("acme")
    arrived = there.step("arrive", "acme", *files)
    assert not there.serves("acme")
    assert "receipt" in here.refuse("hand-over", "acme", "--receipt", "0" * 32, *key)

    receipt = ["--receipt", arrived["receipt"], *key]
    for where, nth in KILLED_HANDING_OVER:
        here.kill(where, nth, "hand-over", "acme", *receipt)
        assert not here.serves("acme")
        assert not there.serves("acme")
    release = ["--release", here.step("hand-over", "acme", *receipt)["release"], *key]
    assert "next step" in here.refuse("undo", "acme")

    for where, nth in KILLED_SERVING:
        there.kill(where, nth, "serve", "acme", *release)
    assert there.step("serve", "acme", *release)["phase"] == "thawed"
    assert there.serves("acme")
    assert not here.serves("acme")

    for cell in cells:
        cell.manage("verify_audit")
        assert cell.ask("SELECT count(*) FROM tenants_auditentry WHERE action LIKE 'tenant:%%'")
    assert casting.ACME_PASSWORD.encode() not in (tmp_path / "acme.move").read_bytes()
    assert b"4930" not in (tmp_path / "acme.move").read_bytes()


def test_what_was_used_and_what_is_blocked_moves_too(cells, files, tmp_path):
    here, there = cells
    key = ["--key", tmp_path / "acme.key"]
    with ExitStack() as stack:
        gateways = [stack.enter_context(running(cell)) for cell in cells]
        wcs, elsewhere = (at.wcs("key-of-acme-1", casting.ACME_SIGNING) for at in gateways)
        stack.callback(wcs.close)
        stack.callback(elsewhere.close)
        assert visit(wcs, 1) == [200, 200]
        wcs.post("CallStatusEvent", "call_finish", callId="call-1")
        assert visit(wcs, 2) == [200, 200]
        wcs.post("CallStatusEvent", "call_finish", callId="call-2")
        assert visit(elsewhere, 3) == [404, 404]  # that instance is not there

        here.step(*LEAVE, *files)
        assert visit(wcs, 4) == [403, 403]
        assert here.ask(REASONS, "call-4") == [("session_unknown",)]
        assert here.ask("SELECT reason FROM hooks_eventlog ORDER BY id DESC LIMIT 2")[1] == (
            "tenant_moves",
        )
        receipt = there.step("arrive", "acme", *files)["receipt"]
        assert visit(elsewhere, 5) == [403, 403]
        release = here.step("hand-over", "acme", "--receipt", receipt, *key)["release"]
        assert visit(wcs, 6) == [403, 403]
        there.step("serve", "acme", "--release", release, *key)

        assert visit(wcs, 7) == [403, 403]
        assert [visit(elsewhere, number) for number in (8, 9)] == [[200, 200], [200, 200]]
        assert visit(elsewhere, 0) == [200, 200]  # the fifth call of the day
        elsewhere.session = "00000009-0000-4000-8000-000000000000"
        assert elsewhere.post("call", callId="call-x").status == 403
        assert there.ask(REASONS, "call-x") == [("calls_per_day",)]


def test_a_move_is_undone_on_both_sides_and_begun_again(cells, files, tmp_path):
    here, there = cells
    before = here.ask("SELECT count(*) FROM hooks_eventlog")
    told = here.manage("move_tenant", *LEAVE, *files)
    assert "Next, in the other cell: move_tenant arrive acme" in told
    there.step("arrive", "acme", *files)

    assert there.step("undo", "acme")["phase"] == "undone"
    assert there.ask("SELECT count(*) FROM tenants_tenant") == [(0,)]
    assert there.ask("SELECT count(*) FROM hooks_eventlog") == [(0,)]
    assert here.step("undo", "acme")["phase"] == "undone"
    assert here.serves("acme")
    assert here.ask("SELECT count(*) FROM hooks_eventlog") == before

    there.step("arrive", "acme", *files)
    old = there.step("arrive", "acme", *files)["receipt"]
    key = ["--key", tmp_path / "acme.key"]
    assert "next step" in here.refuse("hand-over", "acme", "--receipt", old, *key)
    here.step(*LEAVE, *files)
    assert "older bundle" not in here.refuse("hand-over", "acme", "--receipt", old, *key)


def test_a_tenant_comes_back(cells, tmp_path):
    """Also after the way back was undone once; what they used meanwhile counts here again."""
    here, there = cells
    there_files, back_files = files_of(tmp_path, "there"), files_of(tmp_path, "back")
    move(here, there, there_files)
    assert "already" in here.refuse(*LEAVE, *files_of(tmp_path, "again"))
    there.manage("shell", "-c", BLOCK)

    there.step("leave", "acme", "--to", 1, "--wait", 5, *back_files)
    counted = here.step("arrive", "acme", *back_files, "--dry-run")
    assert counted["rows"]["tenants_tenant"] == 1
    assert here.step("status", "acme")["moves"][-1]["phase"] == "handed_over"
    here.step("arrive", "acme", *back_files)
    here.step("undo", "acme")
    assert not here.serves("acme")
    assert "already" in here.refuse(*LEAVE, *files_of(tmp_path, "again"))

    receipt = here.step("arrive", "acme", *back_files)["receipt"]
    assert not here.serves("acme")
    key = back_files[2:]
    release = there.step("hand-over", "acme", "--receipt", receipt, *key)["release"]
    assert here.step("serve", "acme", "--release", release, *key)["phase"] == "thawed"

    assert here.serves("acme")
    assert not there.serves("acme")
    assert (("a" * 24),) in here.ask("SELECT visitor FROM hooks_visitorblock")
    with running(here) as gateway:
        wcs = gateway.wcs("key-of-acme-1", casting.ACME_SIGNING)
        assert visit(wcs, 1) == [200, 200]
        wcs.post("CallStatusEvent", "call_finish", callId="call-1")
        wcs.close()
    assert here.step(*LEAVE, *files_of(tmp_path, "once-more"))["phase"] == "exported"
    for cell in cells:
        cell.manage("verify_audit")


def move(here, there, files):
    key = files[2:]
    here.step("leave", "acme", "--to", there.number, "--wait", 5, *files)
    receipt = there.step("arrive", "acme", *files)["receipt"]
    release = here.step("hand-over", "acme", "--receipt", receipt, *key)["release"]
    there.step("serve", "acme", "--release", release, *key)


def files_of(directory, name):
    return ["--bundle", directory / f"{name}.move", "--key", directory / f"{name}.key"]


def test_what_does_not_fit_is_refused_and_changes_nothing(cells, files, tmp_path):
    here, there = cells
    assert "CLICKHOOK_CELL" in here.refuse("leave", "acme", "--to", 1, *files)
    here.manage("shell", "-c", SHARE)
    assert "shared-1" in here.refuse(*LEAVE, *files)
    here.manage("shell", "-c", SHARE.replace("add", "remove"))
    assert here.serves("acme")
    here.step(*LEAVE, *files)
    bundle, key = tmp_path / "acme.move", tmp_path / "acme.key"

    assert "too" in here.refuse("arrive", "acme", *files)
    assert "another tenant" in there.refuse("arrive", "globex", *files)
    lines = bundle.read_bytes().splitlines(keepends=True)
    for spoilt in (
        lines[:-1],
        [*lines[:3], *lines[4:]],
        [*lines[:2], lines[3], lines[2], *lines[4:]],
        [b"{}\n", *lines[1:]],
        [],
    ):
        bundle.write_bytes(b"".join(spoilt))
        assert "bundle" in there.refuse("arrive", "acme", *files)
    bundle.write_bytes(b"".join(lines))
    key.write_text("k1:AAAA")
    assert "no key" in there.refuse("arrive", "acme", *files)
    assert there.ask("SELECT count(*) FROM tenants_tenant") == [(0,)]
    assert there.ask("SELECT count(*) FROM hooks_tenantmove") == [(0,)]


SHARE = """
from tenants.models import Tenant, WcsInstance
WcsInstance.objects.get(name="shared-1").tenants.add(Tenant.objects.get(slug="acme"))
"""
