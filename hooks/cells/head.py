"""The head of a bundle: whose it is, and what must be the same in both cells."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from hooks.cells.next_step import MoveRefusedError
from hooks.cells.rows import Whose
from hooks.models import TenantMove
from hooks.tickets.gateway_key import visitors_mark


class Head(NamedTuple):
    slug: str
    tenant: int
    instances: list[str]
    from_cell: int
    to_cell: int
    migrations: list[str]  # applied to the tables that move
    visitors: str  # the mark of the key by which visitors are told apart

    @classmethod
    def of(cls, move: TenantMove, whose: Whose) -> Self:
        return cls(
            move.slug,
            whose.tenant,
            [str(instance) for instance in whose.instances],
            settings.CLICKHOOK_CELL,
            move.other_cell,
            _migrations(),
            visitors_mark(),
        )

    @property
    def whose(self) -> Whose:
        return Whose(self.tenant, self.instances)

    def check(self) -> None:
        """Raises MoveRefusedError where the bundle is not for this cell."""
        if wrong := self._find_wrong():
            raise MoveRefusedError(wrong)

    def _find_wrong(self) -> str:
        here = settings.CLICKHOOK_CELL
        if self.from_cell == here:
            return (
                f"The bundle comes from a cell {here}, and this is cell {here} too. Give each "
                "installation a CLICKHOOK_CELL of its own."
            )
        if self.to_cell != here:
            return f"The bundle is for cell {self.to_cell}, and this is cell {here}."
        if self.migrations != _migrations():
            return "The two cells run different versions: upgrade the older one."
        if self.visitors != visitors_mark():
            return (
                "The two cells have different CLICKHOOK_SECRET_KEYs (django.key): visitors' limits "
                "and blocks would begin anew. Give both the same."
            )
        return ""


def _migrations() -> list[str]:
    applied: Any = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied if app in ("tenants", "hooks"))
