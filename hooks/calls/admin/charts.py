"""The page of charts: calls by outcome, answer rate, refusals by reason, calls at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.contrib import admin
from django.db import OperationalError, connection, transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from psycopg.errors import QueryCanceled

from hooks.calls.admin.shown import REASONS
from hooks.calls.charts import call_hours, drawing, figures
from hooks.calls.charts.call_hours import HOUR, CallHours
from hooks.calls.charts.figures import DAY, OUTCOMES, PERIODS, Period
from hooks.models import Event
from hooks.reasons import Decision
from tenants.models import Tenant
from tenants.scope import scope_of

PATIENCE = 5_000  # milliseconds
REASONS_SHOWN = 8
TOO_MUCH = "So many calls are still being added up. Choose a shorter period or one tenant, or come back in some minutes."


class Figure(NamedTuple):
    """A chart, and the same as a table."""

    name: str
    title: str
    summary: str
    chart: drawing.Chart
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    legend: Sequence[str] = ()


def charts(request: HttpRequest) -> HttpResponse:
    period = PERIODS.get(request.GET.get("period", ""), PERIODS["24h"])
    slug = request.GET.get("tenant", "").replace("\0", "?").strip()
    tenants, problem = _tenants(request, slug)
    shown: list[Figure] = []
    if not problem:
        shown, problem = _in_time(tenants, period, slug)
    everybody = "all tenants" if tenants is None else "your tenants"
    context = {
        **admin.site.each_context(request),
        "title": f"Charts: {slug if slug and shown else everybody}, {period.words}",
        "figures": shown,
        "problem": problem,
        "periods": PERIODS.values(),
        "period": period,
        "slug": slug,
        "suggested": Tenant.objects.visible_to(request.user).values_list("slug", flat=True)[:100],
    }
    return TemplateResponse(request, "hooks/charts.html", context)


def _tenants(request: HttpRequest, slug: str) -> tuple[list[int] | None, str]:
    """None: all there are; and what is wrong with the question."""
    if slug:
        found = list(
            Tenant.objects.visible_to(request.user).filter(slug=slug).values_list("pk", flat=True)
        )
        return (
            found,
            "" if found else f"There is no tenant “{slug}”. Type its short name, like acme.",
        )
    visible = scope_of(request.user).visible
    return (None if visible is None else sorted(visible)), ""


def _in_time(tenants: list[int] | None, period: Period, slug: str) -> tuple[list[Figure], str]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"SET LOCAL statement_timeout = {PATIENCE}; SET LOCAL enable_seqscan = off; SET LOCAL jit = off"
            )
            return list(_figures(tenants, period, slug)), ""
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
    return [], TOO_MUCH


def _figures(tenants: list[int] | None, period: Period, slug: str) -> Iterator[Figure]:
    now = datetime.now(UTC)
    since = figures.begins(period, now)
    hours = call_hours.of(tenants, since, now)
    bars = figures.grouped(hours, since, now, period.bar)
    yield _outcomes(bars, period)
    yield _answer_rate(bars, period)
    yield _refusals(tenants, since, slug)
    yield _at_once(
        figures.grouped(hours, since, now, period.step),
        period,
        several=tenants is not None and len(tenants) > 1,
    )


def _outcomes(bars: Sequence[CallHours], period: Period) -> Figure:
    numbers = [[getattr(bar, outcome) for outcome in OUTCOMES] for bar in bars]
    total, answered = sum(map(sum, numbers)), sum(bar.answered for bar in bars)
    return Figure(
        "outcomes",
        f"Calls per {_word(period)}",
        f"{_were(total, 'call')} asked for, {answered:,} of them answered.",
        drawing.stacked_bars(_labels(bars, period), OUTCOMES, numbers),
        ("from", *OUTCOMES),
        [(_label(bar, "%Y-%m-%d %H:%M"), *row) for bar, row in zip(bars, numbers, strict=True)],
        OUTCOMES,
    )


def _answer_rate(bars: Sequence[CallHours], period: Period) -> Figure:
    rates = [figures.answer_rate(bar) for bar in bars]
    asked, answered = sum(map(figures.asked, bars)), sum(bar.answered for bar in bars)
    return Figure(
        "answer-rate",
        f"Answer rate per {_word(period)}",
        f"{answered / asked:.0%} of the calls that were allowed were answered."
        if asked
        else "Nobody called.",
        drawing.line(_labels(bars, period), rates, 100, "%"),
        ("from", "calls", "answered", "%"),
        [
            (
                _label(bar, "%Y-%m-%d %H:%M"),
                figures.asked(bar),
                bar.answered,
                "-" if rate is None else f"{rate:.0f}",
            )
            for bar, rate in zip(bars, rates, strict=True)
        ],
    )


def _refusals(tenants: list[int] | None, since: datetime, slug: str) -> Figure:
    refused = Event.objects.filter(decision=Decision.REFUSED, received_at__gte=since)
    if tenants is not None:
        refused = refused.filter(tenant__in=tenants)
    counted = list(refused.values_list("reason").annotate(number=Count("*")).order_by("-number"))
    total, rest = (
        sum(number for _, number in counted),
        sum(number for _, number in counted[REASONS_SHOWN:]),
    )
    bars = [(word.replace("_", " "), number) for word, number in counted[:REASONS_SHOWN]]
    events = (
        reverse("admin:hooks_event_changelist")
        + f"?since={since:%Y-%m-%dT%H:%M}"
        + (f"&tenant={slug}" if slug else "")
    )
    return Figure(
        "refusals",
        "Refused hooks by reason",
        f"{_were(total, 'hook')} refused." if total else "Nothing was refused.",
        drawing.level_bars([*bars, ("other reasons", rest)] if rest else bars),
        ("reason", "refused", "what happened", "what to do"),
        [
            (
                {"address": f"{events}&reason={word}", "text": word.replace("_", " ")},
                number,
                REASONS[word].sentence if word in REASONS else "",
                REASONS[word].remedy if word in REASONS else "",
            )
            for word, number in counted
        ],
    )


def _at_once(bars: Sequence[CallHours], period: Period, several: bool) -> Figure:
    most = max((bar.at_once for bar in bars), default=0)
    each = (
        " Each tenant's most is added up here, so together there were at most so many."
        if several
        else ""
    )
    return Figure(
        "at-once",
        f"Calls at once, most per {'hour' if period.step == HOUR else '6 hours'}",
        f"The most calls in progress at one moment: {most:,}.{each}",
        drawing.steps(_labels(bars, period), [bar.at_once for bar in bars]),
        ("from", "most calls at once"),
        [(_label(bar, "%Y-%m-%d %H:%M"), bar.at_once) for bar in bars],
    )


def _were(number: int, what: str) -> str:
    return f"1 {what} was" if number == 1 else f"{number:,} {what}s were"


def _word(period: Period) -> str:
    return "day" if period.bar == DAY else "hour"


def _labels(bars: Sequence[CallHours], period: Period) -> list[str]:
    return [_label(bar, "%H:%M" if period.bar == HOUR else "%d %b") for bar in bars]


def _label(bar: CallHours, form: str) -> str:
    return bar.hour.astimezone(UTC).strftime(form)
