"""`move_tenant leave` with a mistake: what is said is what holds, and the same command goes on."""

from __future__ import annotations

import contextlib
import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from hooks.cells import arriving
from hooks.cells.bundle import BundleWriter
from hooks.cells.move_key import MoveKey
from hooks.models import Call, Stream, Switch, TenantMove
from tenants.models import Tenant
from tests import cast as casting
from tests.walk import a_day_of


@pytest.fixture
def acme(transactional_db, settings, tmp_path):
    settings.CLICKHOOK_DATA_DIR, settings.CLICKHOOK_HOOK_DEADLINE = tmp_path, 0.0
    cast = casting.assemble()
    a_day_of(cast.acme, cast.acme_1, cast.acme_1)
    cast.shared_1.tenants.remove(cast.acme)
    for lived in (Call, Stream):
        lived.objects.filter(ended_at=None).update(ended_at=timezone.now(), ended_by="finish")
    return cast.acme


def leave(bundle: Path, key: Path) -> str:
    out = StringIO()
    call_command("move_tenant", "leave", "acme", to=2, wait=0, bundle=bundle, key=key, stdout=out)
    return out.getvalue()


def refused(bundle: Path, key: Path) -> CommandError:
    with pytest.raises(CommandError) as error:
        leave(bundle, key)
    return error.value


def is_frozen() -> bool:
    return Switch.objects.filter(key__startswith="move of tenant", off_at=None).exists()


def test_a_place_where_no_bundle_can_be_written_is_refused_before_anything_else(acme, tmp_path):
    error = refused(tmp_path / "nowhere" / "acme.move", tmp_path / "acme.key")

    assert error.returncode == 1
    assert "nowhere" in str(error)
    assert not is_frozen()
    assert not TenantMove.objects.exists()


@pytest.mark.proof
def test_a_full_disk_says_so_and_the_same_command_goes_on(acme, tmp_path, monkeypatch):
    full = (tmp_path / "acme.move", tmp_path / "acme.key")

    def run_full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as disk:
        disk.setattr(BundleWriter, "write", run_full)
        error = refused(*full)
    assert error.returncode == 2
    assert "No space left on device" in str(error)
    assert "no call is allowed any more" in str(error)
    assert is_frozen()
    assert [*tmp_path.glob("acme.move*")] == []

    assert "the bundle is written" in leave(*full)


def test_what_a_full_disk_took_of_the_bundle_is_deleted(tmp_path):
    """What was not written yet fails once more when the file is closed."""
    key = MoveKey.make(tmp_path / "key")
    with contextlib.suppress(OSError), BundleWriter(tmp_path / "file", key, "move") as bundle:
        bundle.write("rows", "x" * 10)
        with Path("/dev/full").open("wb") as full:
            os.dup2(full.fileno(), bundle._opened.fileno())
        bundle.finish()

    assert [*tmp_path.glob("file*")] == []


@pytest.mark.proof
def test_another_key_makes_another_bundle(acme, tmp_path):
    bundle = tmp_path / "acme.move"
    leave(bundle, tmp_path / "lost.key")
    first = bundle.read_bytes()

    leave(bundle, tmp_path / "lost.key")
    assert bundle.read_bytes() == first
    leave(bundle, tmp_path / "new.key")
    assert bundle.read_bytes() != first


def test_the_bundle_does_not_take_the_place_of_its_key(acme, tmp_path):
    error = refused(tmp_path / "acme", tmp_path / "acme")

    assert "two files" in str(error)
    assert not is_frozen()


@pytest.mark.proof
def test_an_older_bundle_that_arrives_can_be_undone(acme, tmp_path, settings):
    """The file of the move before, under the same name, was copied."""
    old = (tmp_path / "old.move", tmp_path / "old.key")
    for files in (old, (tmp_path / "new.move", tmp_path / "new.key")):
        leave(*files)
        call_command("move_tenant", "undo", "acme", stdout=StringIO())
    arriving._delete(acme.pk)  # as if this were the other cell

    settings.CLICKHOOK_CELL = 2
    bundle, key = old
    call_command("move_tenant", "arrive", "acme", bundle=bundle, key=key, stdout=StringIO())
    assert Tenant.objects.filter(slug="acme").exists()
    call_command("move_tenant", "undo", "acme", stdout=StringIO())
    assert not Tenant.objects.filter(slug="acme").exists()
