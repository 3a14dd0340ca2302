"""`manage.py propose_holidays`: the public holidays of a year, for people to look at and keep."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction

from tenants.management.named_tenant import find_named_tenant
from tenants.management.plain_help import PlainHelpCommand
from tenants.models import Tenant

NOT_INSTALLED = (
    "The library that knows holidays is not installed: "
    'pip install "clickhook[holidays]". Dates can also be entered on the tenant\'s page.'
)


class Command(PlainHelpCommand):
    help = """Print the public holidays of the tenant's country in a year; --add stores them.

  manage.py propose_holidays acme --year 2027 --region BY          shows what would be added
  manage.py propose_holidays acme --year 2027 --region BY --add

They are a proposal: what is stored is a list of dates on the tenant's page, which people edit. A
date that is stored already stays, and none is removed. On these days the tenant is closed from
midnight to midnight in its time zone. It needs the extra: pip install "clickhook[holidays]".

Exit code 0: done; 1: there is no such tenant, country or region. With --json the output is one
object: tenant, added, holidays (date, name, stored)."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", metavar="TENANT", help="a short name")
        parser.add_argument("--year", type=int, required=True, metavar="N", help="like 2027")
        parser.add_argument("--region", default="", help="of the country, like BY for Bavaria")
        parser.add_argument("--add", action="store_true", help="store the dates")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    @transaction.atomic
    def handle(
        self, *, tenant: str, year: int, region: str, add: bool, json: bool, **options: Any
    ) -> None:
        owner = find_named_tenant(tenant, Tenant.objects.select_for_update(no_key=True))
        if not owner.country:
            raise CommandError("The tenant has no country: set it on the tenant's page first.")

        proposed = _read_holidays(owner.country, region, year)
        stored = set(owner.holidays)
        if add:
            _store(owner, {*stored, *proposed})
        self._print(tenant, proposed, stored, add, as_json=json)

    def _print(
        self, tenant: str, proposed: dict[str, str], stored: set[str], add: bool, *, as_json: bool
    ) -> None:
        if as_json:
            rows = [
                {"date": day, "name": name, "stored": day in stored}
                for day, name in proposed.items()
            ]
            report = {"tenant": tenant, "added": add, "holidays": rows}
            self.stdout.write(json.dumps(report, indent=2, ensure_ascii=False))
            return

        for day, name in proposed.items():
            self.stdout.write(f"{' ' if day in stored else '+'} {day} {name}")
        new = len(proposed.keys() - stored)
        done = "added" if add else "to add; --add stores them"
        self.stdout.write(f"{new} {done}, {len(proposed) - new} stored already")


def _read_holidays(country: str, region: str, year: int) -> dict[str, str]:
    """Names by date. Raises CommandError."""
    try:
        import holidays  # an optional extra
    except ImportError:
        raise CommandError(NOT_INSTALLED) from None

    if not date.min.year <= year <= date.max.year:
        raise CommandError("Expected a year, like 2027.")
    try:
        found = holidays.country_holidays(country, subdiv=region or None, years=year)
    except NotImplementedError:
        place = f"the region {region} of {country}" if region else country
        raise CommandError(f"The library knows no holidays of {place}.") from None
    return {day.isoformat(): name for day, name in sorted(found.items())}


def _store(tenant: Tenant, dates: set[str]) -> None:
    tenant.holidays = sorted(dates)
    try:
        tenant.full_clean(exclude={item.name for item in tenant._meta.fields} - {"holidays"})
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    tenant.save(update_fields=["holidays"])
