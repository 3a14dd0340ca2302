"""What an import did, or would do: line by line for people, and as JSON for programs."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tenants.fallback import write_entry
from tenants.models import LimitRaise
from tenants.transfer.problems import ImportRefused, printable
from tenants.transfer.rows import Difference, Row
from tenants.transfer.tables import TENANT

SECRET_COMMAND = "manage.py wcs_config"
# What a tenant can lose depends on these fields.
LOSSES = {"limits", "status", "destinations", "internal_rate"}
SIGNS = {"added": "+", "changed": "~", "removed": "-"}


@dataclass(frozen=True, slots=True)
class RowChange:
    number: int
    action: str
    kind: str
    label: str
    differences: tuple[Difference, ...] = ()

    @property
    def line(self) -> str:
        title = f"{SIGNS[self.action]} {self.kind} {printable(self.label)}"
        return f"{title}: {', '.join(self.descriptions)}" if self.descriptions else title

    @property
    def descriptions(self) -> list[str]:
        """From → to; for a new row what it has beyond its name, for a removed one what is lost."""
        if self.action == "changed":
            return [_describe_change(difference) for difference in self.differences]
        return list(self._describe_values())

    def as_json(self) -> dict[str, Any]:
        fields = [difference.as_json() for difference in self.differences]
        return {"action": self.action, "kind": self.kind, "name": self.label, "fields": fields}

    def _describe_values(self) -> Iterator[str]:
        for difference in self.differences:
            title = _field_title(difference)
            if not difference.how:
                value = difference.before if self.action == "removed" else difference.after
                yield f"{title} {_value_text(value)}"
            elif self.action == "added":
                yield f"{title} {difference.how}"


def _bears_on_losses(row: Row) -> bool:
    if row.is_new:
        return row.table is TENANT
    return not LOSSES.isdisjoint(
        difference.field.partition(".")[0] for difference in row.differences
    )


@dataclass
class Report:
    dry_run: bool
    changes: list[RowChange] = field(default_factory=list)
    unchanged: int = 0
    run: int | None = None  # the number by which the import can be undone
    note: str = ""
    tenant_ids: set[int | None] = field(default_factory=set)  # of the rows that change
    named_tenant_ids: set[int | None] = field(default_factory=set)  # of all rows
    limited_tenant_ids: set[int | None] = field(default_factory=set)  # whose limits change
    warnings: list[str] = field(default_factory=list)
    waiting: list[LimitRaise] = field(default_factory=list)  # what a second person must confirm

    def add_row(self, row: Row) -> None:
        self.named_tenant_ids.add(row.tenant_id)
        action = "added" if row.is_new else "changed" if row.differences else "unchanged"
        if action == "unchanged":
            self.unchanged += 1
            return

        self.tenant_ids.add(row.tenant_id)
        if _bears_on_losses(row):
            self.limited_tenant_ids.add(row.tenant_id)
        self.changes.append(
            RowChange(row.number, action, row.table.kind, row.label, tuple(row.differences))
        )

    @property
    def counts(self) -> dict[str, int]:
        actions = Counter(change.action for change in self.changes)
        removed = {"removed": actions["removed"]} if actions["removed"] else {}
        return {
            "added": actions["added"],
            "changed": actions["changed"],
            **removed,
            "unchanged": self.unchanged,
        }

    @property
    def only_tenant_ids(self) -> list[int]:
        """The id of the one tenant whose rows change, or nothing where there are several."""
        return [key for key in self.tenant_ids if key] if len(self.tenant_ids) == 1 else []

    @property
    def status(self) -> str:
        return "done" if self.changes else "nothing to change"

    @property
    def summary(self) -> str:
        if self.dry_run:
            return f"dry run, nothing is written: {self.counts_text}"
        return f"{self.status}: {self.counts_text}"

    @property
    def counts_text(self) -> str:
        return ", ".join(f"{count} {action}" for action, count in self.counts.items())

    def lines(self) -> Iterator[str]:
        yield from (change.line for change in self.changes)

        for name in map(printable, self._generated_secrets()):
            command = f"{SECRET_COMMAND} {name}"
            yield f"A signing secret was generated for {name}; {command} shows it."
        yield from (f"Warning: {warning}" for warning in self.warnings)
        if self.note:
            yield self.note
        if self.run and not self.dry_run:
            yield f"This was import {self.run}; manage.py undo_import {self.run} takes it back."
        yield self.summary

    def as_json(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "dry_run": self.dry_run,
            "import": self.run,
            "counts": self.counts,
            "changes": [change.as_json() for change in self.changes],
            "problems": [],
            "warnings": self.warnings,
            **({"note": self.note} if self.note else {}),
        }

    @property
    def digest(self) -> str:
        """Of what changes: the same again if and only if the same would be done."""
        digest = hashlib.sha256()
        for change in self.changes:
            parts = (change.action, change.kind, change.label, change.differences)
            digest.update(repr(parts).encode())
        return digest.hexdigest()

    def _generated_secrets(self) -> Iterator[str]:
        if self.dry_run:
            return
        for change in self.changes:
            if any(difference.how == "generated" for difference in change.differences):
                yield change.label


def refusal_as_json(refusal: ImportRefused, dry_run: bool) -> dict[str, Any]:
    return {
        "status": "problems",
        "dry_run": dry_run,
        "import": None,
        "counts": {"added": 0, "changed": 0, "unchanged": 0},
        "changes": [],
        "problems": [
            {"place": problem.place, "message": problem.message} for problem in refusal.problems
        ],
        "more_problems": refusal.more,
    }


def _describe_change(difference: Difference) -> str:
    title, before, after = _field_title(difference), difference.before, difference.after
    if difference.how:
        return f"{title} {difference.how}"

    if isinstance(after, list) and isinstance(before, list):
        added = [f"+{write_entry(item)}" for item in after if item not in before]
        removed = [f"-{write_entry(item)}" for item in before if item not in after]
        if added or removed:
            return f"{title} {' '.join(added + removed)}"
    return f"{title} {_value_text(before)} → {_value_text(after)}"


def _field_title(difference: Difference) -> str:
    return difference.field.replace("_", " ").replace(".", " ")


def _value_text(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key} {_value_text(item)}" for key, item in value.items()) or "none"
    if isinstance(value, list):
        return printable(" ".join(map(write_entry, value))) or "none"
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    return printable(str(value)) if value != "" else '""'
