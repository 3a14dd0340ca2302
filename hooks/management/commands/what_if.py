"""`manage.py what_if`: which recorded calls other limits would have refused or ended."""

from __future__ import annotations

import json as json_text
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import CommandError

from hooks.calls.what_if.figure import limit_rows, summarise
from hooks.calls.what_if.reporting import Report, replay_calls
from hooks.calls.what_if.trying import BadChange, change_limits, read_stored_limits
from hooks.limits.replay import Change
from hooks.limits.use_text import format_money
from tenants.limits import BadLimits, parse_limits
from tenants.management.named_tenant import find_named_tenant
from tenants.management.plain_help import PlainHelpCommand
from tenants.management.progress_line import ProgressLine
from tenants.models import Tenant

BAR_WIDTH = 40  # characters
MOST_DAYS = 400
SHOWN = 10  # calls; --json gives more


class Command(PlainHelpCommand):
    help = """Replay recorded calls under other limits; nothing is changed.

  manage.py what_if acme --days 30 money_per_day=5.00 visitor.calls_per_hour=3
  manage.py what_if acme --days 7 concurrent_calls=null
  manage.py what_if acme --days 7 domain:https://www.acme.example:concurrent_calls=1

Each LIMIT=VALUE changes one limit, as the file of an import names it; null lifts it. Before the
name may stand domain:ORIGIN:, account:LOGIN: or callee:ALIAS:. All other limits are those that are
stored now, and without a change those alone are tried.

It shows which calls would have been refused and by which limit, which would have ended earlier, and
what they cost. The rules are those of the gateway, and times are as recorded; opening hours and
destinations are left out. A call that was refused then, and would be allowed, counts as one in
which nobody talked. Calls without a recorded rate are priced by the rates of today.

Exit code 0: done; 1: there is no such tenant or limit. With --json the output is one object:
tenant, currency, days, calls, refused, ended_earlier, allowed, spent, saved, limits (limit, scope,
refused, ended_earlier, minutes, money), by_day, dearest (id, asked_at, kind, limit, money).
Amounts with their currency are texts; spent and saved are in millionths of its unit."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", metavar="TENANT", help="a short name")
        parser.add_argument(
            "changes", metavar="LIMIT=VALUE", nargs="*", help="null as the value lifts the limit"
        )
        parser.add_argument("--days", type=int, required=True, metavar="N", help="1 to 400")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        # Limits may stand before and after the options.
        parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign]

    def handle(
        self, *, tenant: str, changes: list[str], days: int, json: bool, **options: Any
    ) -> None:
        owner = find_named_tenant(tenant)
        if not 1 <= days <= MOST_DAYS:
            raise CommandError(f"Expected --days from 1 to {MOST_DAYS}.")

        progress = ProgressLine(self)
        report = replay_calls(
            owner,
            self._read_limits(owner, changes),
            days,
            datetime.now(UTC),
            lambda done, total: progress.show("Replaying", done, total, "calls"),
        )
        progress.clear()
        self._print_json(report, days) if json else self._print(report)

    def _read_limits(self, tenant: Tenant, changes: list[str]) -> dict[str, Any]:
        try:
            limits: dict[str, Any] = change_limits(tenant, read_stored_limits(tenant), changes)
        except BadChange as error:
            raise CommandError(str(error)) from None

        for scope, stored in limits.items():
            try:
                parse_limits(stored)
            except BadLimits as error:
                message = f"The stored limits of {scope} cannot be read: {error}"
                raise CommandError(message) from None
        return limits

    def _print(self, report: Report) -> None:
        self.stdout.write(summarise(report))
        for row in limit_rows(report):
            self.stdout.write(
                f"  {row.limit:<20} {row.scope}: {row.refused:,} refused, "
                f"{row.ended_earlier:,} ended earlier, {row.money}"
            )
        self._print_chart(report)
        for change in report.examples[:SHOWN]:
            self.stdout.write(f"  {_describe_change(change, report.tenant.currency)}")

    def _print_chart(self, report: Report) -> None:
        most = max((day["calls"] for day in report.days.values()), default=0) or 1
        self.stdout.write("\n# refused, + ended earlier, . unchanged")
        for day, counts in report.days.items():
            refused, ended = counts["refused"], counts["ended earlier"]
            unchanged = counts["calls"] - refused - ended
            parts = zip("#+.", (refused, ended, unchanged), strict=True)
            bar = "".join(sign * -(-BAR_WIDTH * number // most) for sign, number in parts)
            self.stdout.write(f"  {day} {bar} {counts['calls']:,}")

    def _print_json(self, report: Report, days: int) -> None:
        kinds = report.kinds
        result = {
            "tenant": report.tenant.slug,
            "currency": report.tenant.currency,
            "days": days,
            "calls": report.calls,
            "refused": kinds["refused"],
            "ended_earlier": kinds["ended earlier"],
            "allowed": kinds["allowed"],
            "spent": report.spent,
            "saved": report.saved,
            "limits": [row._asdict() for row in limit_rows(report)],
            "by_day": {day: dict(counts) for day, counts in report.days.items()},
            "dearest": [_as_json(change, report.tenant.currency) for change in report.examples],
        }
        self.stdout.write(json_text.dumps(result, indent=2, ensure_ascii=False))


def _describe_change(change: Change, currency: str) -> str:
    at = datetime.fromtimestamp(change.call.asked_at, UTC)
    callee = change.call.alias or "the default callee"
    money = format_money(change.money, currency)
    return f"{at:%Y-%m-%d %H:%M:%S} UTC, {callee}: {change.kind} by {change.reason}, {money}"


def _as_json(change: Change, currency: str) -> dict[str, Any]:
    return {
        "id": change.call.id,
        "asked_at": datetime.fromtimestamp(change.call.asked_at, UTC).isoformat(),
        "kind": change.kind,
        "limit": change.reason.value,
        "money": format_money(change.money, currency),
    }
