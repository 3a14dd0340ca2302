"""The cell that a tenant comes to: takes the rows in, all or none, and serves when it may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from hooks.cells.bundle import BadBundleError, BundleReader
from hooks.cells.freezing import freeze, thaw
from hooks.cells.head import Head
from hooks.cells.move_key import MoveKey, Proved
from hooks.cells.moved_tables import MOVED
from hooks.cells.next_step import MoveRefusedError, locked_move
from hooks.cells.rows import Row, Whose, delete_rows, sum_up, write_rows
from hooks.cells.stub import elsewhere, let_go, make_way
from hooks.models import TenantMove
from tenants.audit.actions import Action
from tenants.audit.recording import as_one_entry, record
from tenants.models import Assignment, Tenant
from tenants.secrets.encryption import SecretUnreadable
from tenants.secrets.fields import key_ring

Tell = Callable[[str, int], None]  # a table, and how many of its rows are done
_BY_NAME = {table.name: table for table in MOVED}


def arrive(
    slug: str, file: Path, key: MoveKey, by: str, tell: Tell, *, dry_run: bool = False
) -> tuple[TenantMove, dict[str, int]]:
    """The move, and the number of rows of each table; for a dry run everything is taken back.

    Raises MoveRefusedError and BadBundleError. A bundle that has arrived already changes nothing.
    """
    reader = BundleReader(file, key)
    try:
        with transaction.atomic():
            move, counts = _take_in(slug, reader, key, by, tell)
            transaction.set_rollback(dry_run)
    except IntegrityError as error:
        raise MoveRefusedError(_explain(error)) from None
    except SecretUnreadable as error:
        raise MoveRefusedError(f"A secret in the bundle does not open: {error}") from None
    finally:
        reader.close()
    return move, counts


def receipt(move: TenantMove, key: MoveKey) -> str:
    return key.proof(Proved.ARRIVED, move.pk, move.digest)


def serve(slug: str, release: str, key: MoveKey, by: str) -> TenantMove:
    """From the commit on the tenant's calls are allowed here."""
    with transaction.atomic():
        move = locked_move(slug, TenantMove.Phase.ARRIVED, TenantMove.Phase.THAWED)
        if not key.proves(release, Proved.HANDED_OVER, move.pk, move.digest):
            message = "This does not prove that the other cell handed the tenant over."
            raise MoveRefusedError(f"{message} Take it from `move_tenant hand-over` there.")
        if move.phase != TenantMove.Phase.THAWED:
            thaw(move.tenant_id, by)
            move.reach(TenantMove.Phase.THAWED)
            record(Action.MOVE_THAWED, move.tenant, after={"from_cell": move.other_cell})
    return move


def undo(slug: str) -> TenantMove:
    """Deletes what arrived; of a tenant that came back so much stays that they are refused here.

    The same bundle may arrive again.
    """
    with transaction.atomic():
        move = locked_move(slug, TenantMove.Phase.ARRIVED)
        after = {"from_cell": move.other_cell}
        with as_one_entry(Action.MOVE_UNDONE, move.tenant, after=after):
            if _came_back(move):
                let_go(move.tenant_id)
            else:
                _delete(move.tenant_id)
        move.reach(TenantMove.Phase.UNDONE)
    return move


def _came_back(move: TenantMove) -> bool:
    gone = TenantMove.objects.filter(tenant=move.tenant_id, phase=TenantMove.Phase.HANDED_OVER)
    return gone.exists()


def _delete(tenant_id: int) -> None:
    whose = Whose.of(tenant_id)
    Assignment.objects.filter(tenant=tenant_id).delete()
    thaw(tenant_id, "")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM hooks_switch WHERE tenant_id = %s", [tenant_id])
    for table in reversed(MOVED):
        delete_rows(table, whose)


def _take_in(
    slug: str, reader: BundleReader, key: MoveKey, by: str, tell: Tell
) -> tuple[TenantMove, dict[str, int]]:
    known = TenantMove.objects.select_for_update().filter(pk=_uuid(reader.move)).first()
    parts = reader.parts()
    head = _read_head(parts)
    if head.slug != slug:
        raise MoveRefusedError(f"The bundle is of another tenant than {slug}.")
    if known and known.phase != TenantMove.Phase.UNDONE:
        return _same(known, reader, parts), {}

    entry = {"from_cell": head.from_cell}
    with as_one_entry(Action.MOVE_ARRIVED, name=head.slug, after=entry):
        if elsewhere(head.tenant):
            make_way(head.tenant)
        sums = _write_parts(parts, key, tell)
        _verify(sums, head.whose, key, tell)
        tenant = Tenant.objects.get(pk=head.tenant)
        freeze(tenant, by)
    move = known or TenantMove(pk=_uuid(reader.move), tenant=tenant, slug=tenant.slug)
    move.began_at = Now()  # the latest of the tenant, also where it had been undone
    move.other_cell, move.phase = head.from_cell, TenantMove.Phase.ARRIVED
    move.digest = reader.digest
    move.save()
    return move, {name: rows for name, (rows, _) in sums.items() if rows}


def _same(known: TenantMove, reader: BundleReader, parts: Iterator[Any]) -> TenantMove:
    for _ in parts:
        pass
    if known.digest != reader.digest:
        raise MoveRefusedError("An older bundle of this move has arrived: undo that first.")
    return known


def _read_head(parts: Iterator[tuple[str, Any]]) -> Head:
    what, content = next(parts, ("", ()))
    if what != "head":
        raise BadBundleError("The bundle is cut off.")
    head = Head(*content)
    head.check()
    return head


def _write_parts(parts: Iterator[tuple[str, Any]], key: MoveKey, tell: Tell) -> dict[str, Any]:
    """Gives what the other cell counted. Raises BadBundleError for half a bundle."""
    done: dict[str, int] = {}
    for what, content in parts:
        if what == "end":
            return dict(content)
        table = _BY_NAME[what]
        rows = [Row(*columns).handed_over(table, key.ring, key_ring()) for columns in content]
        write_rows(table, rows)
        done[what] = done.get(what, 0) + len(rows)
        tell(what, done[what])
    raise BadBundleError("The bundle is cut off.")


def _verify(sums: dict[str, Any], whose: Whose, key: MoveKey, tell: Tell) -> None:
    """By reading back what PostgreSQL has stored."""
    for table in MOVED:
        expected = tuple(sums.get(table.name, ()))
        tell(f"verifying {table.name}", expected[0] if expected else 0)
        if sum_up(table, whose, key) != expected:
            raise MoveRefusedError(f"{table.name} is not here as it was there; all is taken back.")


def _explain(error: IntegrityError) -> str:
    """By the names of table and rule alone: the values may be another tenant's."""
    diagnostics: Any = getattr(error.__cause__, "diag", None)
    where = f"{diagnostics.table_name}, {diagnostics.constraint_name}" if diagnostics else "a table"
    return (
        f"Something of this cell stands in the way ({where}): it has the same slug, domain, name "
        "or key of an instance, or id. Rename or delete that, or undo the move."
    )


def _uuid(text: str) -> str:
    if len(text) != 36:
        raise BadBundleError("This is no bundle of a move.")
    return text
