"""WCS's names of streams: each belongs to one alias, of whichever tenant."""

from __future__ import annotations

from collections.abc import Iterable

from tenants.models import StreamAlias
from tenants.transfer.problems import Problems
from tenants.transfer.rows import Row

TAKEN = StreamAlias().unique_error_message(StreamAlias, ("name",)).messages[0]
AT_ONCE = 5_000  # names that one query looks for


class StreamNames:
    """What must be remembered of the rows that went by."""

    def __init__(self) -> None:
        self._owners: dict[str, tuple[str, str]] = {}  # tenant and alias, by the name
        self._places: dict[str, str] = {}

    def add_rows(self, rows: Iterable[Row], problems: Problems) -> None:
        for row in rows:
            name = row.values.get("name")
            if not name or not row.is_identified:
                continue
            owner, place = (row.tenant_slug or "", row.values["alias"]), row.place_of("name")
            if self._owners.setdefault(name, owner) != owner:
                problems.add(place, f"The file gives this name already, at {self._places[name]}.")
            self._places.setdefault(name, place)

    def check(self, problems: Problems) -> None:
        """To be called when all rows have gone by. Who has a name already is not told."""
        names = [*self._owners]
        for first in range(0, len(names), AT_ONCE):
            stored = StreamAlias.objects.filter(name__in=names[first : first + AT_ONCE])
            for name, *owner in stored.values_list("name", "tenant__slug", "alias"):
                if self._owners[name] != tuple(owner):
                    problems.add(self._places[name], TAKEN)
