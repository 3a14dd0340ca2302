"""What an import did, or would do: line by line for people, and as JSON for programs."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tenants.transfer.problems import ImportRefused, shown
from tenants.transfer.rows import Difference, Row

SECRET_IN = "manage.py wcs_config"
SIGNS = {"added": "+", "changed": "~", "removed": "-"}


@dataclass(frozen=True, slots=True)
class Change:
    number: int
    action: str
    kind: str
    label: str
    differences: tuple[Difference, ...] = ()

    @property
    def line(self) -> str:
        title = f"{SIGNS[self.action]} {self.kind} {shown(self.label)}"
        return f"{title}: {', '.join(self.words)}" if self.words else title

    @property
    def words(self) -> list[str]:
        """From → to; of a new row what it has beyond its name, of a removed one what goes with it."""
        if self.action == "changed":
            return [_difference(difference) for difference in self.differences]
        return list(self._values())

    def as_json(self) -> dict[str, Any]:
        fields = [difference_as_json(difference) for difference in self.differences]
        return {"action": self.action, "kind": self.kind, "name": self.label, "fields": fields}

    def _values(self) -> Iterator[str]:
        for difference in self.differences:
            name = _name(difference)
            if not difference.how:
                yield f"{name} {value(difference.before if self.action == 'removed' else difference.after)}"
            elif self.action == "added":
                yield f"{name} {difference.how}"


@dataclass
class Report:
    dry_run: bool
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    run: int | None = None  # under which it can be undone
    note: str = ""
    owners: set[int | None] = field(default_factory=set)  # the tenants of what changes

    def add(self, row: Row) -> None:
        action = "added" if row.is_new else "changed" if row.differences else "unchanged"
        if action == "unchanged":
            self.unchanged += 1
        else:
            self.owners.add(row.owner)
            self.changes.append(
                Change(row.number, action, row.table.word, row.label, tuple(row.differences))
            )

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(change.action for change in self.changes)
        removed = {"removed": found["removed"]} if found["removed"] else {}
        return {
            "added": found["added"],
            "changed": found["changed"],
            **removed,
            "unchanged": self.unchanged,
        }

    @property
    def only_owner(self) -> list[int]:
        """Its id, or nothing where there are several."""
        return [owner for owner in self.owners if owner] if len(self.owners) == 1 else []

    @property
    def status(self) -> str:
        return "done" if self.changes else "nothing to change"

    @property
    def summary(self) -> str:
        return f"{'dry run, nothing is written: ' if self.dry_run else ''}{self.status}: {self.counted}"

    @property
    def counted(self) -> str:
        return ", ".join(f"{count} {action}" for action, count in self.counts.items())

    def lines(self) -> Iterator[str]:
        yield from (change.line for change in self.changes)
        for name in self._generated():
            yield f"A signing secret was generated for {shown(name)}; {SECRET_IN} {shown(name)} shows it."
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
            **({"note": self.note} if self.note else {}),
        }

    @property
    def digest(self) -> str:
        """Of what changes: the same again if and only if the same would be done."""
        found = hashlib.sha256()
        for change in self.changes:
            found.update(
                repr((change.action, change.kind, change.label, change.differences)).encode()
            )
        return found.hexdigest()

    def _generated(self) -> Iterator[str]:
        for change in self.changes:
            if not self.dry_run and any(
                difference.how == "generated" for difference in change.differences
            ):
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


def _difference(difference: Difference) -> str:
    name = _name(difference)
    if difference.how:
        return f"{name} {difference.how}"
    if isinstance(difference.after, list):
        added = [f"+{slug}" for slug in difference.after if slug not in difference.before]
        removed = [f"-{slug}" for slug in difference.before if slug not in difference.after]
        return f"{name} {' '.join(added + removed)}"
    return f"{name} {value(difference.before)} → {value(difference.after)}"


def _name(difference: Difference) -> str:
    return difference.field.replace("_", " ")


def value(given: Any) -> str:
    if isinstance(given, list):
        return shown(" ".join(given))
    words = {None: "none", True: "true", False: "false", "": '""'}
    return (
        words[given]
        if given is None or isinstance(given, bool) or given == ""
        else shown(str(given))
    )


def difference_as_json(difference: Difference) -> dict[str, Any]:
    if difference.how:
        return {"field": difference.field, "how": difference.how}
    return {"field": difference.field, "before": difference.before, "after": difference.after}
