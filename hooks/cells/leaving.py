"""The cell that a tenant leaves: freezes them, writes the bundle, and hands them over for good."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from hooks.cells.bundle import BundleWriter, file_digest, opens
from hooks.cells.freezing import freeze, thaw
from hooks.cells.head import Head
from hooks.cells.move_key import MoveKey, Proved
from hooks.cells.moved_tables import MOVED, MovedTable
from hooks.cells.next_step import MoveRefusedError, locked_move
from hooks.cells.rows import Digest, Whose, count, read_rows
from hooks.cells.stub import elsewhere, let_go
from hooks.models import TenantMove
from tenants.audit.actions import Action
from tenants.audit.recording import as_one_entry, record
from tenants.models import Tenant, WcsInstance
from tenants.secrets.fields import key_ring

Tell = Callable[[str, int], None]  # a table, and how many of its rows are done
_LEAVING = (TenantMove.Phase.FROZEN, TenantMove.Phase.EXPORTED)


def begin(tenant: Tenant, to: int, by: str) -> TenantMove:
    """From the commit on no call is allowed. A move that was begun goes on."""
    check(tenant, to)
    with transaction.atomic():
        Tenant.objects.select_for_update().get(pk=tenant.pk)
        move = TenantMove.objects.filter(tenant=tenant).exclude(phase__in=TenantMove.ENDED).first()
        if move is None:
            move = TenantMove.objects.create(
                tenant=tenant, slug=tenant.slug, other_cell=to, phase=TenantMove.Phase.FROZEN
            )
            record(Action.MOVE_BEGAN, tenant, after={"to_cell": to})
        if move.phase not in _LEAVING:
            raise MoveRefusedError(f"{tenant} is arriving here: finish or undo that move first.")
        if move.other_cell != to:
            raise MoveRefusedError(f"{tenant} is on the way to cell {move.other_cell} already.")
        freeze(tenant, by)
    return move


def export(move: TenantMove, file: Path, key: MoveKey, tell: Tell) -> dict[str, int]:
    """Gives the number of rows of each table. A bundle that is there and whole stays."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with BundleWriter(file, key, str(move.pk)) as bundle:
            whose = Whose.of(move.tenant_id)
            bundle.write("head", Head.of(move, whose))
            sums = {table.name: _write(bundle, table, whose, key, tell) for table in MOVED}
            bundle.write("end", sums)
            digest = bundle.finish()

    counts = {name: rows for name, (rows, _) in sums.items() if rows}
    with transaction.atomic():
        locked_move(move.slug, *_LEAVING).reach(TenantMove.Phase.EXPORTED, digest)
        record(Action.MOVE_EXPORTED, move.tenant, after={"to_cell": move.other_cell, **counts})
    return counts


def is_exported(move: TenantMove, file: Path, key: MoveKey) -> bool:
    is_written = move.phase == TenantMove.Phase.EXPORTED and move.digest == file_digest(file)
    return is_written and opens(file, key)


def hand_over(slug: str, receipt: str, key: MoveKey) -> tuple[TenantMove, str]:
    """And what the other cell needs to serve the tenant. From then on there is no way back."""
    with transaction.atomic():
        move = locked_move(slug, TenantMove.Phase.EXPORTED, TenantMove.Phase.HANDED_OVER)
        if not key.proves(receipt, Proved.ARRIVED, move.pk, move.digest):
            message = "This is not the receipt for the bundle that was written last."
            raise MoveRefusedError(f"{message} `move_tenant arrive` in the other cell prints it.")
        if move.phase != TenantMove.Phase.HANDED_OVER:
            _let_go(move)
            move.reach(TenantMove.Phase.HANDED_OVER)
    return move, key.proof(Proved.HANDED_OVER, move.pk, move.digest)


def count_rows(whose: Whose) -> dict[str, int]:
    counts = {table.name: count(table, whose) for table in MOVED}
    return {name: rows for name, rows in counts.items() if rows}


def undo(slug: str, by: str) -> TenantMove:
    with transaction.atomic():
        move = locked_move(slug, *_LEAVING)
        thaw(move.tenant_id, by)
        move.reach(TenantMove.Phase.UNDONE)
        record(Action.MOVE_UNDONE, move.tenant, after={"to_cell": move.other_cell})
    return move


def check(tenant: Tenant, to: int) -> None:
    """Raises MoveRefusedError where the tenant cannot leave for that cell."""
    if to == settings.CLICKHOOK_CELL:
        raise MoveRefusedError(
            f"This is cell {to} itself. Give each installation a CLICKHOOK_CELL of its own."
        )
    if gone := elsewhere(tenant.pk):
        raise MoveRefusedError(f"{tenant} has moved to cell {gone.other_cell} already.")
    own = WcsInstance.objects.for_none_but({tenant.pk})
    if shared := WcsInstance.objects.filter(tenants=tenant).exclude(pk__in=own).first():
        raise MoveRefusedError(
            f"WCS instance {shared} also speaks for others, and an instance is in one cell. Give "
            f"{tenant} an instance of its own, or take {tenant} off this one."
        )


def _write(
    bundle: BundleWriter, table: MovedTable, whose: Whose, key: MoveKey, tell: Tell
) -> tuple[int, str]:
    digest, ring = Digest(key), key_ring()
    for rows in read_rows(table, whose):
        for row in rows:
            digest.add(table, row, ring)
        bundle.write(table.name, [row.handed_over(table, ring, key.ring) for row in rows])
        tell(table.name, digest.rows)
    return digest.sum


def _let_go(move: TenantMove) -> None:
    with as_one_entry(Action.MOVE_HANDED_OVER, move.tenant, after={"to_cell": move.other_cell}):
        let_go(move.tenant_id)
