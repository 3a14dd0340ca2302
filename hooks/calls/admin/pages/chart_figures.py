"""The four charts of the page: calls by outcome, answer rate, refusals by reason, calls at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db.models import Count
from django.urls import reverse

from hooks.calls.charts import drawing
from hooks.calls.charts.call_hours import CallHours, read_call_hours
from hooks.calls.charts.figures import (
    DAY,
    OUTCOMES,
    Period,
    allowed_calls,
    answer_rate,
    begin_of_period,
    group_hours,
)
from hooks.calls.charts.hour_counting import HOUR
from hooks.models import Event
from hooks.reasons import Decision, Reason

MAX_BARS = 8  # of reasons; the rest is one bar
TIME = "%Y-%m-%d %H:%M"


class Figure(NamedTuple):
    """A chart, and the same as a table."""

    name: str
    title: str
    summary: str
    chart: drawing.Chart
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    legend: Sequence[str] = ()


def build_figures(
    tenants: list[int] | None, period: Period, slug: str, now: datetime
) -> Iterator[Figure]:
    since = begin_of_period(period, now)
    hours = read_call_hours(tenants, since, now)
    bars = group_hours(hours, since, now, period.bar)

    yield _outcome_figure(bars, period)
    yield _answer_rate_figure(bars, period)
    yield _refusal_figure(tenants, since, slug)
    yield _at_once_figure(
        group_hours(hours, since, now, period.step),
        period,
        several=tenants is not None and len(tenants) > 1,
    )


def _outcome_figure(bars: Sequence[CallHours], period: Period) -> Figure:
    numbers = [[getattr(bar, outcome) for outcome in OUTCOMES] for bar in bars]
    total, answered = sum(map(sum, numbers)), sum(bar.answered for bar in bars)

    return Figure(
        name="outcomes",
        title=f"Calls per {_bar_unit(period)}",
        summary=f"{_count_with_verb(total, 'call')} asked for, {answered:,} of them answered.",
        chart=drawing.draw_stacked_bars(_labels(bars, period), OUTCOMES, numbers),
        heads=("from", *OUTCOMES),
        rows=[(_format_hour(bar, TIME), *row) for bar, row in zip(bars, numbers, strict=True)],
        legend=OUTCOMES,
    )


def _answer_rate_figure(bars: Sequence[CallHours], period: Period) -> Figure:
    rates = [answer_rate(bar) for bar in bars]
    allowed, answered = sum(map(allowed_calls, bars)), sum(bar.answered for bar in bars)
    summary = "Nobody called."
    if allowed:
        summary = f"{answered / allowed:.0%} of the calls that were allowed were answered."

    return Figure(
        name="answer-rate",
        title=f"Answer rate per {_bar_unit(period)}",
        summary=summary,
        chart=drawing.draw_line(_labels(bars, period), rates, 100, "%"),
        heads=("from", "calls", "answered", "%"),
        rows=[
            (
                _format_hour(bar, TIME),
                allowed_calls(bar),
                bar.answered,
                "-" if rate is None else f"{rate:.0f}",
            )
            for bar, rate in zip(bars, rates, strict=True)
        ],
    )


def _refusal_figure(tenants: list[int] | None, since: datetime, slug: str) -> Figure:
    refused = Event.objects.filter(decision=Decision.REFUSED, received_at__gte=since)
    if tenants is not None:
        refused = refused.filter(tenant__in=tenants)
    counts = list(refused.values_list("reason").annotate(number=Count("*")).order_by("-number"))
    total = sum(number for _, number in counts)
    rest = sum(number for _, number in counts[MAX_BARS:])

    bars = [(word.replace("_", " "), number) for word, number in counts[:MAX_BARS]]
    query = f"?since={since:%Y-%m-%dT%H:%M}" + (f"&tenant={slug}" if slug else "")
    events = reverse("admin:hooks_event_changelist") + query

    return Figure(
        name="refusals",
        title="Refused hooks by reason",
        summary=f"{_count_with_verb(total, 'hook')} refused." if total else "Nothing was refused.",
        chart=drawing.draw_horizontal_bars([*bars, ("other reasons", rest)] if rest else bars),
        heads=("reason", "refused", "what happened", "what to do"),
        rows=[_refusal_row(word, number, events) for word, number in counts],
    )


def _refusal_row(word: str, number: int, events: str) -> Sequence[Any]:
    reason = Reason.from_word(word)
    return (
        {"address": f"{events}&reason={word}", "text": word.replace("_", " ")},
        number,
        reason.sentence if reason else "",
        reason.remedy if reason else "",
    )


def _at_once_figure(bars: Sequence[CallHours], period: Period, several: bool) -> Figure:
    most = max((bar.at_once for bar in bars), default=0)
    summary = f"The most calls in progress at one moment: {most:,}."
    if several:
        summary += " Each tenant's most is added up here, so together there were at most so many."

    return Figure(
        name="at-once",
        title=f"Calls at once, most per {'hour' if period.step == HOUR else '6 hours'}",
        summary=summary,
        chart=drawing.draw_steps(_labels(bars, period), [bar.at_once for bar in bars]),
        heads=("from", "most calls at once"),
        rows=[(_format_hour(bar, TIME), bar.at_once) for bar in bars],
    )


def _count_with_verb(number: int, noun: str) -> str:
    return f"1 {noun} was" if number == 1 else f"{number:,} {noun}s were"


def _bar_unit(period: Period) -> str:
    return "day" if period.bar == DAY else "hour"


def _labels(bars: Sequence[CallHours], period: Period) -> list[str]:
    return [_format_hour(bar, "%H:%M" if period.bar == HOUR else "%d %b") for bar in bars]


def _format_hour(bar: CallHours, form: str) -> str:
    return bar.hour.astimezone(UTC).strftime(form)
