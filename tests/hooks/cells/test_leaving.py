"""`move_tenant leave`: what it tells beforehand, and when it does not go on by itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from hooks.hook import Hook
from hooks.management.commands import move_tenant
from hooks.methods import find
from hooks.models import Call, Stream, Switch, TenantMove
from hooks.payloads import parse
from hooks.row_id import new_row_id_text
from hooks.spool import open_spool
from tests import cast as casting
from tests.walk import a_day_of


@pytest.fixture
def cast(db, settings, tmp_path):
    settings.CLICKHOOK_DATA_DIR, settings.CLICKHOOK_HOOK_DEADLINE = tmp_path, 0.0
    cast = casting.assemble()
    a_day_of(cast.acme, cast.acme_1, cast.acme_1)
    cast.shared_1.tenants.remove(cast.acme)
    return cast


@pytest.fixture
def leave(cast, tmp_path):
    files = {"bundle": tmp_path / "acme.move", "key": tmp_path / "acme.key"}

    def leave(**options):
        out = StringIO()
        given = {"to": 2, "wait": 0, **files, **options}
        call_command("move_tenant", "leave", "acme", json=True, stdout=out, **given)
        return json.loads(out.getvalue())

    return leave


def end_all_calls():
    for lived in (Call, Stream):
        lived.objects.filter(ended_at=None).update(ended_at=timezone.now(), ended_by="finish")


def keep_on_disk(key):
    payload = parse(b'{"callId": "call-1", "sessionId": "session-of-acme", "status": "FINISH"}')
    hook = Hook(new_row_id_text(), key, find("CallStatusEvent"), payload, datetime.now(UTC))
    spool = open_spool()
    spool.keep([hook])
    with spool.take():
        pass  # closes the file and records nothing, like a gateway that ends


def test_a_dry_run_counts_and_changes_nothing(cast, leave, tmp_path):
    told = leave(dry_run=True)

    assert told["dry_run"] is True
    assert told["rows"]["tenants_tenant"] == 1
    assert told["rows"]["hooks_call"] == Call.objects.filter(tenant=cast.acme).count()
    assert told["living_calls"] > 0
    assert not TenantMove.objects.exists()
    assert not Switch.objects.filter(key__startswith="move of tenant").exists()
    assert [*tmp_path.glob("acme.*")] == []


def test_while_calls_live_the_exit_code_is_2(leave, tmp_path):
    with pytest.raises(CommandError, match="still live. Run the same command again") as refused:
        leave()

    assert refused.value.returncode == 2
    assert TenantMove.objects.get().phase == TenantMove.Phase.FROZEN
    assert not (tmp_path / "acme.move").exists()


def test_whoever_interrupts_it_is_told_that_no_call_is_allowed(leave, monkeypatch, capsys):
    monkeypatch.setattr(move_tenant, "wait_for_calls", interrupted)
    with pytest.raises(KeyboardInterrupt):
        leave()

    assert "acme: no call is allowed any more, but" in capsys.readouterr().err
    assert TenantMove.objects.get().phase == TenantMove.Phase.FROZEN


def interrupted(*arguments):
    raise KeyboardInterrupt


def test_what_waits_on_disk_is_recorded_before_the_bundle_is_written(cast, leave, tmp_path):
    end_all_calls()
    keep_on_disk(cast.acme_1.key)

    with pytest.raises(CommandError, match="1 status events wait on disk") as refused:
        leave()

    assert refused.value.returncode == 2
    assert not (tmp_path / "acme.move").exists()


def test_what_waits_on_disk_of_others_is_no_hindrance(cast):
    keep_on_disk(cast.globex_1.key)
    (open_spool().directory / "1-cut-off.jsonl").write_bytes(b'{"key": "half')

    assert open_spool().count_waiting({cast.acme_1.key}) == 0
    assert open_spool().count_waiting({cast.globex_1.key}) == 1
