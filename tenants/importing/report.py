"""What an import did, or would do: line by line for people, and as JSON for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tenants.importing.problems import Problem, shown
from tenants.importing.rows import Difference, Row

SECRET_IN = "manage.py wcs_config"


@dataclass(frozen=True)
class Report:
    rows: list[Row]
    dry_run: bool

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(_action(row) for row in self.rows)
        return {action: found[action] for action in ("added", "changed", "unchanged")}

    @property
    def status(self) -> str:
        return "done" if any(_action(row) != "unchanged" for row in self.rows) else "nothing to change"

    def lines(self) -> Iterator[str]:
        yield from (_line(row) for row in self.rows if _action(row) != "unchanged")
        for name in self._generated():
            yield f"A signing secret was generated for {shown(name)}; {SECRET_IN} {shown(name)} shows it."
        counts = ", ".join(f"{count} {action}" for action, count in self.counts.items())
        yield f"{'dry run, nothing is written: ' if self.dry_run else ''}{self.status}: {counts}"

    def as_json(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "dry_run": self.dry_run,
            "counts": self.counts,
            "changes": [_change(row) for row in self.rows if _action(row) != "unchanged"],
            "problems": [],
        }

    def _generated(self) -> Iterator[str]:
        for row in self.rows:
            if not self.dry_run and any(difference.how == "generated" for difference in row.differences):
                yield row.label


def refusal_as_json(problems: Iterable[Problem], dry_run: bool) -> dict[str, Any]:
    return {
        "status": "problems",
        "dry_run": dry_run,
        "counts": {"added": 0, "changed": 0, "unchanged": 0},
        "changes": [],
        "problems": [{"place": problem.place, "message": problem.message} for problem in problems],
    }


def _action(row: Row) -> str:
    return "added" if row.is_new else "changed" if row.differences else "unchanged"


def _line(row: Row) -> str:
    title = f"{'+' if row.is_new else '~'} {row.table.word} {shown(row.label)}"
    return title if row.is_new else f"{title}: {', '.join(map(_difference, row.differences))}"


def _difference(difference: Difference) -> str:
    name = difference.field.replace("_", " ")
    if difference.how:
        return f"{name} {difference.how}"
    if isinstance(difference.after, list):
        added = [f"+{slug}" for slug in difference.after if slug not in difference.before]
        removed = [f"-{slug}" for slug in difference.before if slug not in difference.after]
        return f"{name} {' '.join(added + removed)}"
    return f"{name} {_value(difference.before)} → {_value(difference.after)}"


def _value(value: Any) -> str:
    words = {None: "none", True: "true", False: "false", "": '""'}
    return words[value] if value is None or isinstance(value, bool) or value == "" else shown(str(value))


def _change(row: Row) -> dict[str, Any]:
    fields = [] if row.is_new else [_field(difference) for difference in row.differences]
    return {"action": _action(row), "kind": row.table.word, "name": row.label, "fields": fields}


def _field(difference: Difference) -> dict[str, Any]:
    if difference.how:
        return {"field": difference.field, "how": difference.how}
    return {"field": difference.field, "before": difference.before, "after": difference.after}
