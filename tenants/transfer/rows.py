"""One row of a file: what the file gives, the record it belongs to, and what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tenants.origins import EVERY_APPS, BadOrigin, parse
from tenants.transfer.tables import DOMAIN, TENANT, Table


@dataclass(frozen=True, slots=True)
class Difference:
    """For a secret, the values are left out and `how` says what happened to it."""

    field: str
    before: Any = None
    after: Any = None
    how: str = ""

    def as_json(self) -> dict[str, Any]:
        if self.how:
            return {"field": self.field, "how": self.how}
        return {"field": self.field, "before": self.before, "after": self.after}


@dataclass(eq=False, slots=True)
class Row:
    table: Table
    place: str
    parent: Row | None
    columns: Mapping[str, int] | None = None  # of a table in CSV: its columns, from 1
    number: int = 0
    values: dict[str, Any] = field(default_factory=dict)  # of the right type; secrets as Secret
    wrong: set[str] = field(default_factory=set)  # fields whose value cannot be used
    record: Any = None
    is_new: bool = False
    tenants: list[Any] = field(default_factory=list)  # of an instance whose tenants differ
    before: dict[str, Any] = field(default_factory=dict)  # what differs, by column, as it is stored
    differences: list[Difference] = field(default_factory=list)
    _key: tuple[str, ...] | None = ()  # (): not computed yet

    def place_of(self, name: str) -> str:
        if self.columns is None:
            return f"{self.place}.{name.replace('rest_api_', 'rest_api.')}"
        if name not in self.columns:
            return self.place
        return f"{self.place}, column {self.columns[name]} ({name})"

    def set_value(self, name: str, value: Any) -> None:
        normal_form = self.table.normal_forms.get(name)
        self.values[name] = normal_form(value) if normal_form else value

    @property
    def key(self) -> tuple[str, ...] | None:
        """The natural key as the database has it, or None where the file does not tell it."""
        if self._key == ():
            self._key = self._natural_key()
        return self._key

    @property
    def tenant_slug(self) -> str | None:
        return self.parent.values.get("slug") if self.parent else None

    @property
    def is_identified(self) -> bool:
        """Whether the file tells which row this is: only then can something be missing from it."""
        return self.key is not None and (self.parent is None or self.parent.key is not None)

    @property
    def is_of_every_app(self) -> bool:
        """Whether it is a domain whose origin several tenants may have."""
        return self.table is DOMAIN and self.key is not None and self.key[0] in EVERY_APPS

    @property
    def within(self) -> str | None:
        """The tenant within which the natural key is unique; None: everywhere."""
        return self.tenant_slug if self.table is not DOMAIN or self.is_of_every_app else None

    @property
    def label(self) -> str:
        name = "@".join(self.key or ())
        return name if self.within is None else f"{self.within}/{name}"

    @property
    def tenant_id(self) -> int | None:
        """The tenant that the row is, or belongs to."""
        if self.table is TENANT:
            return int(self.record.pk)
        return int(self.parent.record.pk) if self.parent else None

    @property
    def how_given(self) -> str:
        """What a report says about a value that it does not show."""
        return "set" if self.is_new else "changed"

    def add_difference(
        self, name: str, before: Any = None, after: Any = None, how: str = ""
    ) -> None:
        self.differences.append(Difference(name, before, after, how))

    def _natural_key(self) -> tuple[str, ...] | None:
        values = [self.values.get(name) for name in self.table.natural_key]
        if not all(values):
            return None
        return self._origin_key() if self.table is DOMAIN else tuple(map(str, values))

    def _origin_key(self) -> tuple[str] | None:
        try:
            return (str(parse(self.values["origin"])),)
        except BadOrigin:
            return None


def rows_of_table(table: Table, rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.table is table]
