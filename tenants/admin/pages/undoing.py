"""Undoing an import: its page shows what would change, and asks for the second factor."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenants.admin.pages.import_page import changes_context, import_link, no_progress, render_page
from tenants.models import ImportRun
from tenants.sign_in.confirmation import ask_for_confirmation, is_confirmed
from tenants.transfer import undoing
from tenants.transfer.checking.allowed import allowed_to
from tenants.transfer.problems import ImportRefused
from tenants.transfer.report import Report


@never_cache
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """The user may view this import."""
    is_preview = request.method == "GET"
    if not is_preview and not is_confirmed(request):
        return ask_for_confirmation(request)
    context = {"title": f"Undo {run}", "run": run}
    try:
        allowed = allowed_to(request.user)  # type: ignore[arg-type]
        report = undoing.undo(run.pk, allowed, is_preview, no_progress)
    except ImportRefused as refusal:
        status = 200 if is_preview else 422
        return render_page(request, "undo", context | {"refusal": refusal}, status)
    if is_preview and not report.note:
        return render_page(request, "undo", context | changes_context(report))
    return _redirect_with_report(request, run, report)


def _redirect_with_report(request: HttpRequest, run: ImportRun, report: Report) -> HttpResponse:
    if report.note:  # it was undone already
        messages.info(request, report.note)
    else:
        text = "Import {} is undone: {}. The undo is {}."
        link = import_link(report)
        messages.success(request, format_html(text, run.pk, report.counts_text, link))
    return HttpResponseRedirect(reverse("admin:tenants_importrun_change", args=[run.pk]))
