"""What no single row can tell: rows given twice, two defaults, keys and origins of others."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tenants.fallback import aliases_of
from tenants.models import Callee, WcsInstance
from tenants.models.domain import TAKEN, UNAVAILABLE
from tenants.models.served_apps import AppProblem
from tenants.origins import Origin, parse
from tenants.transfer.checking.allowed import Allowed
from tenants.transfer.checking.existing import (
    Existing,
    default_aliases,
    overlapping_tenants,
    stored_aliases,
)
from tenants.transfer.checking.stream_names import StreamNames
from tenants.transfer.problems import Problem, Problems
from tenants.transfer.rows import Row, rows_of_table
from tenants.transfer.tables import CALLEE, DOMAIN, STREAM, TENANT, WCS_INSTANCE, Table

NO_FALLBACK = "This tenant has no callee of that alias, here or in the database."


class _DomainRow(NamedTuple):
    """What is remembered of a domain of the file, in little memory."""

    place: str
    row_place: str
    slug: str
    include_subdomains: bool


class _Defaults(NamedTuple):
    """The callees of one tenant that the file makes the default: there should be one."""

    row_place: str  # of the first one
    place: str
    aliases: set[str]


class WholeFile:
    """What must be remembered of the rows that went by; the rows themselves do not stay."""

    def __init__(self, allowed: Allowed, problems: Problems) -> None:
        self.later: list[Row] = []  # domains whose default callee has not come by yet
        self.new_tenants: dict[str, int] = {}
        self._allowed, self._problems = allowed, problems
        self._places: dict[tuple[Table, str | None], dict[tuple[str, ...], str]] = {}
        self._defaults: dict[str, _Defaults] = {}  # by tenant
        # By tenant: the callees that are not the default, or whose value cannot be used.
        self._no_defaults: dict[str, set[str]] = {}
        self._fallbacks: list[tuple[str, str, str]] = []  # place, tenant, alias
        self._domains: dict[Origin, _DomainRow] = {}
        # The places of domains that several tenants may have, by acme/https://localhost.
        self._apps: dict[str, str] = {}
        self._stream_names = StreamNames()
        self._instances: list[Row] = []
        self._stored_names: dict[str, str] = {}  # of the instances in the database, by their keys

    def add_rows(self, rows: list[Row], existing: Existing) -> None:
        for row in rows:
            self._check_repeated(row)
        self.new_tenants |= {
            row.values["slug"]: row.record.pk
            for row in rows_of_table(TENANT, rows)
            if row.key and row.is_new
        }
        for row in rows_of_table(CALLEE, rows):
            self._add_default(row)
            self._add_fallbacks(row)

        self._stream_names.add_rows(rows_of_table(STREAM, rows), self._problems)
        self._instances += rows_of_table(WCS_INSTANCE, rows)
        self._stored_names |= {instance.key: instance.name for instance in existing.instances}
        for row in rows_of_table(DOMAIN, rows):
            if row.is_of_every_app:
                self._apps[row.label] = row.place_of("origin")
            elif row.is_identified:
                self._check_moved(row)
                self._domains[parse(row.values["origin"])] = _domain_row(row)

    def has_callee(self, slug: str | None, alias: str) -> bool:
        return (alias,) in self._places.get((CALLEE, slug), ())

    def place_of_apps(self, problem: AppProblem) -> str:
        """Where the file gives such an origin, or the instance's tenants; empty if nowhere."""
        for slug in problem.slugs:
            if place := self._apps.get(f"{slug}/{problem.origin}"):
                return place
        rows = [row for row in self._instances if row.record.name == problem.instance]
        return rows[0].place_of("tenants") if rows else ""

    def check(self) -> None:
        """To be called when all rows have gone by."""
        self._check_defaults()
        self._check_fallbacks()
        self._check_instance_keys()
        self._stream_names.check(self._problems)
        self._check_domains_of_file()
        self._check_domains_of_database()

    def _check_repeated(self, row: Row) -> None:
        if not row.is_identified or row.key is None:
            return

        places = self._places.setdefault((row.table, row.within), {})
        first = places.setdefault(row.key, row.place)
        if first is not row.place:
            sentence = f"The file has this {row.table.kind} already, at {first}."
            self._problems.add(row.place_of(row.table.natural_key[0]), sentence)

    def _add_default(self, row: Row) -> None:
        slug, alias = row.tenant_slug or "", row.values.get("alias", "")
        place = row.place_of("default")
        if row.values.get("default") is not True:
            if "default" in row.values or "default" in row.wrong:
                self._no_defaults.setdefault(slug, set()).add(alias)
            return

        if slug in self._defaults:
            first = self._defaults[slug].row_place
            self._problems.add(place, f"Only one callee is the default, and {first} is it already.")
        self._defaults.setdefault(slug, _Defaults(row.place, place, set())).aliases.add(alias)

    def _check_defaults(self) -> None:
        for slug, stored in default_aliases(list(self._defaults)).items():
            new = self._defaults[slug]
            if stored not in new.aliases and stored not in self._no_defaults.get(slug, ()):
                sentence = _constraint_message(Callee(), "callee_one_default_per_tenant")
                advice = f'It is {stored}: give that one "default": false in the same file.'
                self._problems.add(new.place, f"{sentence} {advice}")

    def _add_fallbacks(self, row: Row) -> None:
        for index, alias in enumerate(aliases_of(row.values.get("fallback", ()))):
            place = f"{row.place_of('fallback')}[{index}]"
            self._fallbacks.append((place, row.tenant_slug or "", alias))

    def _check_fallbacks(self) -> None:
        missing = [item for item in self._fallbacks if not self.has_callee(item[1], item[2])]
        stored = stored_aliases([(slug, alias) for _, slug, alias in missing])
        for place, slug, alias in missing:
            if (slug, alias) not in stored:
                self._problems.add(place, NO_FALLBACK)

    def _check_instance_keys(self) -> None:
        taken = WcsInstance().unique_error_message(WcsInstance, ("key",)).messages[0]
        names = {row.values.get("name") for row in self._instances}
        owners = {key: name for key, name in self._stored_names.items() if name not in names}

        for row in self._instances:
            key, name = row.record.key, row.values.get("name", row.place)
            if owners.setdefault(key, name) != name:
                self._problems.add(row.place_of("key"), f"{taken} It is {owners[key]}.")

    def _check_moved(self, row: Row) -> None:
        if not row.is_new and row.record.tenant.slug != row.tenant_slug:
            self._note_taken(row.place_of("origin"), row.record.tenant.slug)

    def _check_domains_of_file(self) -> None:
        for origin, domain in self._domains.items():
            other = _foreign_parent(domain, origin, self._domains.get)
            if other:
                sentence = f"{TAKEN} It is {other.slug}, at {other.row_place}."
                self._problems.add(domain.place, sentence)

    def _check_domains_of_database(self) -> None:
        if not self._domains:
            return

        domains = [*self._domains.values()]
        origins = [str(origin) for origin in self._domains]
        spans = zip(origins, [domain.include_subdomains for domain in domains], strict=True)
        for number, slug in overlapping_tenants(spans, origins):
            if slug != domains[number].slug:
                self._note_taken(domains[number].place, slug)

    def _note_taken(self, place: str, slug: str) -> None:
        if self._allowed.may_name(slug):
            self._problems.add(place, f"{TAKEN} It is {slug}.")
        elif Problem(place, UNAVAILABLE) not in self._problems:  # once, however many own some
            self._problems.add(place, UNAVAILABLE)


def _domain_row(row: Row) -> _DomainRow:
    place, slug = row.place_of("origin"), row.tenant_slug or ""
    return _DomainRow(place, row.place, slug, row.record.include_subdomains)


def _foreign_parent(
    domain: _DomainRow, origin: Origin, find: Callable[[Origin], _DomainRow | None]
) -> _DomainRow | None:
    for other in filter(None, map(find, origin.parents())):
        if other.include_subdomains and other.slug != domain.slug:
            return other
    return None


def _constraint_message(record: Callee, name: str) -> str:
    constraints = {constraint.name: constraint for constraint in record._meta.constraints}
    return str(constraints[name].get_violation_error_message())
