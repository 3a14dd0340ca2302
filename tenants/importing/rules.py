"""What no single row can tell: rows given twice, two defaults, keys and origins that belong to somebody else."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tenants.importing.existing import Existing, overlapping
from tenants.importing.problems import Problems
from tenants.importing.rows import Row, by_tenant, of
from tenants.importing.tables import CALLEE, DOMAIN, WCS_INSTANCE
from tenants.models import Callee, WcsInstance
from tenants.origins import Origin, parse

# As Domain.clean says it.
TAKEN = "This origin, or one below or above it, belongs to another tenant."


def check(rows: list[Row], existing: Existing, problems: Problems) -> None:
    _repeated(rows, problems)
    _defaults(rows, existing, problems)
    _instance_keys(rows, existing, problems)
    domains = [row for row in of(DOMAIN, rows) if row.key and row.parent and row.parent.key]
    _moved(domains, problems)
    _overlapping_here(domains, problems)
    _overlapping_there(domains, problems)


def _repeated(rows: list[Row], problems: Problems) -> None:
    first: dict[object, Row] = {}
    for row in rows:
        within = row.parent if row.table is not DOMAIN else None
        if row.key and first.setdefault((row.table, within, row.key), row) is not row:
            other = first[row.table, within, row.key].place
            problems.add(row.at(row.table.natural_key[0]), f"The file has this {row.table.word} already, at {other}.")


def _defaults(rows: list[Row], existing: Existing, problems: Problems) -> None:
    said = _message(Callee(), "callee_one_default_per_tenant")
    for tenant, callees in by_tenant(CALLEE, rows).items():
        defaults = [row for row in callees if row.values.get("default") is True]
        for row in defaults[1:]:
            problems.add(row.at("default"), f"Only one callee is the default, and {defaults[0].place} is it already.")
        stays = _default_that_stays(existing.callees.get(tenant.values.get("slug", ""), {}).values(), callees)
        if defaults and stays and stays not in [row.record for row in defaults]:
            hint = f'It is {stays.alias}: give that one "default": false in the same file.'
            problems.add(defaults[0].at("default"), f"{said} {hint}")


def _default_that_stays(held: Iterable[Callee], callees: list[Row]) -> Callee | None:
    """The rows' records are the held ones, and say already what the file says."""
    given_up = [row.record for row in callees if "default" in row.wrong]
    return next((callee for callee in held if callee.default and callee not in given_up), None)


def _instance_keys(rows: list[Row], existing: Existing, problems: Problems) -> None:
    taken = WcsInstance().unique_error_message(WcsInstance, ("key",)).messages[0]
    here = of(WCS_INSTANCE, rows)
    names = {row.values.get("name") for row in here}
    owners = {instance.key: instance.name for instance in existing.instances if instance.name not in names}
    for row in here:
        key, name = row.record.key, row.values.get("name", row.place)
        if owners.setdefault(key, name) != name:
            problems.add(row.at("key"), f"{taken} It is {owners[key]}.")


def _moved(domains: list[Row], problems: Problems) -> None:
    for row in domains:
        if not row.is_new and row.record.tenant.slug != row.tenant_slug:
            problems.add(row.at("origin"), f"{TAKEN} It is {row.record.tenant.slug}.")


def _overlapping_here(domains: list[Row], problems: Problems) -> None:
    by_origin = {parse(row.values["origin"]): row for row in domains}
    for origin, row in by_origin.items():
        other = _foreign_parent(row, origin, by_origin.get)
        if other:
            problems.add(row.at("origin"), f"{TAKEN} It is {other.tenant_slug}, at {other.place}.")


def _foreign_parent(row: Row, origin: Origin, row_at: Callable[[Origin], Row | None]) -> Row | None:
    above = filter(None, map(row_at, origin.parents()))
    return next((other for other in above if other.record.include_subdomains and other.tenant_slug != row.tenant_slug), None)


def _overlapping_there(domains: list[Row], problems: Problems) -> None:
    if not domains:
        return
    in_file = [row.key[0] for row in domains if row.key]
    spans = zip(in_file, [row.record.include_subdomains for row in domains], strict=True)
    for number, slug in overlapping(spans, in_file):
        if slug != domains[number].tenant_slug:
            problems.add(domains[number].at("origin"), f"{TAKEN} It is {slug}.")


def _message(record: Callee, name: str) -> str:
    constraints = {constraint.name: constraint for constraint in record._meta.constraints}
    return str(constraints[name].get_violation_error_message())
