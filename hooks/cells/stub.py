"""What stays of a tenant where they were handed over: it refuses, and keeps what happened."""

from __future__ import annotations

from hooks.cells.moved_tables import MOVED
from hooks.cells.next_step import MoveRefusedError
from hooks.cells.rows import Whose, delete_rows
from hooks.models import TenantMove
from tenants.models import Domain, WcsInstance


def elsewhere(tenant_id: int) -> TenantMove | None:
    """The move by which this cell has handed the tenant over, if they have not come back since."""
    moves = TenantMove.objects.filter(tenant=tenant_id).exclude(phase=TenantMove.Phase.UNDONE)
    latest = moves.order_by("-began_at").first()
    if latest and latest.phase == TenantMove.Phase.HANDED_OVER:
        return latest
    return None


def let_go(tenant_id: int) -> None:
    """What would serve the tenant goes; their name, domains and instances stay, to refuse."""
    whose = Whose.of(tenant_id)
    Domain.objects.filter(tenant=tenant_id).update(default_callee=None)
    WcsInstance.objects.filter(pk__in=whose.instances).update(
        rest_api_url="", rest_api_user="", rest_api_password=""
    )
    for table in reversed(MOVED):
        if table.serves:
            delete_rows(table, whose)


def make_way(tenant_id: int) -> None:
    """The whole stub goes, since what arrives has it all. Raises MoveRefusedError."""
    own = WcsInstance.objects.for_none_but({tenant_id})
    if shared := WcsInstance.objects.filter(tenants=tenant_id).exclude(pk__in=own).first():
        message = f"WCS instance {shared} speaks for others here by now."
        raise MoveRefusedError(f"{message} Take them off this instance.")

    whose = Whose.of(tenant_id)
    for table in reversed(MOVED):
        delete_rows(table, whose)
