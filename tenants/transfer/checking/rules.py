"""What no single row can tell: rows given twice, two defaults, keys and origins that belong to somebody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tenants.models import Callee, WcsInstance
from tenants.origins import Origin, parse
from tenants.transfer.checking.allowed import Allowed
from tenants.transfer.checking.existing import Existing, default_callees, overlapping
from tenants.transfer.problems import Problems
from tenants.transfer.rows import Row, of
from tenants.transfer.tables import CALLEE, DOMAIN, TENANT, WCS_INSTANCE, Table

# As Domain.clean says it.
TAKEN = "This origin, or one below or above it, belongs to another tenant."


class _Spoken(NamedTuple):
    """A domain of the file, in little memory."""

    place: str
    row_place: str
    slug: str
    include_subdomains: bool


class WholeFile:
    """What must be remembered of the rows that went by; the rows themselves do not stay."""

    def __init__(self, allowed: Allowed, problems: Problems) -> None:
        self.later: list[Row] = []  # domains whose default callee has not come by yet
        self.new_tenants: dict[str, int] = {}
        self._allowed, self._problems = allowed, problems
        self._places: dict[tuple[Table, str | None], dict[tuple[str, ...], str]] = {}
        self._defaults: dict[
            str, tuple[str, str, set[str]]
        ] = {}  # by tenant: where the first stands, and the aliases
        self._no_defaults: dict[
            str, set[str]
        ] = {}  # by tenant: the callees that are none, or of which it is not clear
        self._domains: dict[Origin, _Spoken] = {}
        self._instances: list[Row] = []
        self._holders: dict[str, str] = {}  # the instances of the database by their keys

    def see(self, rows: list[Row], existing: Existing) -> None:
        for row in rows:
            self._repeated(row)
        self.new_tenants |= {
            row.values["slug"]: row.record.pk for row in of(TENANT, rows) if row.key and row.is_new
        }
        for row in of(CALLEE, rows):
            self._default(row)
        self._instances += of(WCS_INSTANCE, rows)
        self._holders |= {instance.key: instance.name for instance in existing.instances}
        for row in of(DOMAIN, rows):
            if row.key and row.parent and row.parent.key:
                self._moved(row)
                self._domains[parse(row.values["origin"])] = _spoken(row)

    def has_callee(self, slug: str | None, alias: str) -> bool:
        return (alias,) in self._places.get((CALLEE, slug), ())

    def check(self) -> None:
        """When all rows have gone by."""
        self._check_defaults()
        self._check_instance_keys()
        self._check_domains()

    def _repeated(self, row: Row) -> None:
        within = row.tenant_slug if row.table is not DOMAIN else None
        if row.key and (row.parent is None or row.parent.key):
            places = self._places.setdefault((row.table, within), {})
            other = places.setdefault(row.key, row.place)
            if other is not row.place:
                sentence = f"The file has this {row.table.word} already, at {other}."
                self._problems.add(row.at(row.table.natural_key[0]), sentence)

    def _default(self, row: Row) -> None:
        slug, alias = row.tenant_slug or "", row.values.get("alias", "")
        if row.values.get("default") is not True:
            if "default" in row.values or "default" in row.wrong:
                self._no_defaults.setdefault(slug, set()).add(alias)
            return
        if slug in self._defaults:
            sentence = (
                f"Only one callee is the default, and {self._defaults[slug][0]} is it already."
            )
            self._problems.add(row.at("default"), sentence)
        self._defaults.setdefault(slug, (row.place, row.at("default"), set()))[2].add(alias)

    def _check_defaults(self) -> None:
        for slug, stays in default_callees(list(self._defaults)).items():
            _, place, aliases = self._defaults[slug]
            if stays not in aliases and stays not in self._no_defaults.get(slug, ()):
                said = _message(Callee(), "callee_one_default_per_tenant")
                self._problems.add(
                    place, f'{said} It is {stays}: give that one "default": false in the same file.'
                )

    def _check_instance_keys(self) -> None:
        taken = WcsInstance().unique_error_message(WcsInstance, ("key",)).messages[0]
        names = {row.values.get("name") for row in self._instances}
        owners = {key: name for key, name in self._holders.items() if name not in names}
        for row in self._instances:
            key, name = row.record.key, row.values.get("name", row.place)
            if owners.setdefault(key, name) != name:
                self._problems.add(row.at("key"), f"{taken} It is {owners[key]}.")

    def _moved(self, row: Row) -> None:
        if not row.is_new and row.record.tenant.slug != row.tenant_slug:
            self._taken(row.at("origin"), row.record.tenant.slug)

    def _check_domains(self) -> None:
        for origin, domain in self._domains.items():
            other = _foreign_parent(domain, origin, self._domains.get)
            if other:
                self._problems.add(
                    domain.place, f"{TAKEN} It is {other.slug}, at {other.row_place}."
                )
        if self._domains:
            here = [*self._domains.values()]
            origins = [str(origin) for origin in self._domains]
            spans = zip(origins, [domain.include_subdomains for domain in here], strict=True)
            for number, slug in overlapping(spans, origins):
                if slug != here[number].slug:
                    self._taken(here[number].place, slug)

    def _taken(self, place: str, slug: str) -> None:
        self._problems.add(
            place, f"{TAKEN} It is {slug}." if self._allowed.may_know({slug}) else TAKEN
        )


def _spoken(row: Row) -> _Spoken:
    return _Spoken(
        row.at("origin"), row.place, row.tenant_slug or "", row.record.include_subdomains
    )


def _foreign_parent(
    domain: _Spoken, origin: Origin, at: Callable[[Origin], _Spoken | None]
) -> _Spoken | None:
    above = filter(None, map(at, origin.parents()))
    return next(
        (other for other in above if other.include_subdomains and other.slug != domain.slug), None
    )


def _message(record: Callee, name: str) -> str:
    constraints = {constraint.name: constraint for constraint in record._meta.constraints}
    return str(constraints[name].get_violation_error_message())
