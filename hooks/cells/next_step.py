"""Why a step of a move changes nothing, and the step that a move is at."""

from __future__ import annotations

from hooks.models import TenantMove


class MoveRefusedError(Exception):
    """The message says why, and what to do; nothing was changed."""


def locked_move(slug: str, *phases: TenantMove.Phase) -> TenantMove:
    """The latest move of the tenant, for this transaction. Raises MoveRefusedError."""
    moves = TenantMove.objects.select_for_update().filter(slug=slug)
    move = moves.order_by("-began_at").first()
    if move is None:
        raise MoveRefusedError(f"No move of {slug} was begun here, and none has arrived.")
    if move.phase not in phases:
        phase = TenantMove.Phase(move.phase).label
        raise MoveRefusedError(f"This is not the next step for {slug}: {phase}.")
    return move
