"""What the pages around an import share: their frame, and how they show what changes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenants.importing.problems import shown
from tenants.importing.report import SIGNS, Report
from tenants.models import ImportRun

MOST_SHOWN = 200


def page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    whole = {**admin.site.each_context(request), "opts": ImportRun._meta, **context}
    return render(request, f"tenants/importing/{name}.html", whole, status=status)


def changes_of(report: Report) -> dict[str, Any]:
    """Without secrets, as every report."""
    changes = [
        {
            "sign": SIGNS[change.action],
            "action": change.action,
            "kind": change.kind,
            "name": shown(change.label),
            "words": change.words,
        }
        for change in report.changes[:MOST_SHOWN]
    ]
    return {"changes": changes, "more": max(0, len(report.changes) - MOST_SHOWN), "counts": report.counts}
