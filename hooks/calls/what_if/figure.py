"""A report as a chart with its table, and as rows for the command and the page."""

from __future__ import annotations

from typing import Any, NamedTuple

from hooks.calls.charts.drawing import Chart, draw_stacked_bars
from hooks.calls.what_if.naming import name_scopes
from hooks.calls.what_if.reporting import Report
from hooks.limits.use_text import format_money
from hooks.reasons import Reason

BARS = ("unchanged", "ended earlier", "refused")
SECONDS_PER_MINUTE = 60


class LimitRow(NamedTuple):
    limit: str  # a word of hooks.reasons
    sentence: str
    scope: str
    refused: int
    ended_earlier: int
    minutes: int
    money: str


class WhatIfFigure(NamedTuple):
    """As the template chart.html takes it."""

    name: str
    title: str
    summary: str
    chart: Chart
    heads: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    legend: tuple[str, ...] = BARS


def build_figure(report: Report) -> WhatIfFigure:
    days = [
        (day, counts["calls"], counts["ended earlier"], counts["refused"])
        for day, counts in report.days.items()
    ]
    bars = [(calls - ended - refused, ended, refused) for _, calls, ended, refused in days]
    return WhatIfFigure(
        name="what-if-days",
        title="Calls of each day",
        summary=summarise(report),
        chart=draw_stacked_bars([day[5:] for day, *_ in days], BARS, bars),
        heads=("day", "calls", "ended earlier", "refused"),
        rows=days,
    )


def summarise(report: Report) -> str:
    currency = report.tenant.currency
    text = (
        f"Of {report.calls:,} calls, {report.kinds['refused']:,} would have been refused and "
        f"{report.kinds['ended earlier']:,} ended earlier. They would have cost "
        f"{format_money(report.saved, currency)} less, of {format_money(report.spent, currency)}."
    )
    if allowed := report.kinds["allowed"]:
        text += f" {allowed:,} calls that a limit refused would have been allowed."
    return text


def limit_rows(report: Report) -> list[LimitRow]:
    """What is refused or ended most comes first."""
    names = name_scopes(report.tenant, {scope for _, scope in report.by_limit})
    ordered = sorted(report.by_limit.items(), key=lambda item: -item[1].calls.total())
    return [
        LimitRow(
            limit,
            known.sentence if (known := Reason.from_word(limit)) else limit,
            names[scope],
            one.calls["refused"],
            one.calls["ended earlier"],
            one.seconds // SECONDS_PER_MINUTE,
            format_money(one.money, report.tenant.currency),
        )
        for (limit, scope), one in ordered
    ]
