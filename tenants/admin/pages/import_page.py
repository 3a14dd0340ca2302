"""What the pages of an import share: their frame, the table of changes, the link to an undo."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tenants.models import ImportRun
from tenants.transfer.problems import printable
from tenants.transfer.report import SIGNS, Report

MOST_SHOWN = 200


def render_page(
    request: HttpRequest, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    whole = {**admin.site.each_context(request), "opts": ImportRun._meta, **context}
    return render(request, f"tenants/importing/{name}.html", whole, status=status)


def changes_context(report: Report) -> dict[str, Any]:
    """Without secrets, like every report."""
    changes = [
        {
            "sign": SIGNS[change.action],
            "action": change.action,
            "kind": change.kind,
            "name": printable(change.label),
            "descriptions": change.descriptions,
        }
        for change in report.changes[:MOST_SHOWN]
    ]
    return {
        "changes": changes,
        "more": max(0, len(report.changes) - MOST_SHOWN),
        "counts": report.counts,
        "warnings": report.warnings,
        "note": report.note,
    }


def import_link(report: Report) -> SafeString:
    """To the page of the import, where it can be undone."""
    url = reverse("admin:tenants_importrun_change", args=[report.run])
    return format_html('<a href="{}">import {}</a>', url, report.run)


def no_progress(doing: str, done: int, total: int) -> None:
    """A page shows no progress: it answers when the work is done."""
