"""An import taken back on its page: what that would do is shown, and done only with the second factor."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenants.admin.pages.import_page import changes_of, link_to, page, silent
from tenants.models import ImportRun
from tenants.sign_in.confirmation import ask_for_confirmation, is_confirmed
from tenants.transfer import undoing
from tenants.transfer.checking.allowed import allowed_to
from tenants.transfer.problems import ImportRefused
from tenants.transfer.report import Report


@never_cache
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """Of an import that she may look at."""
    is_look = request.method == "GET"
    if not is_look and not is_confirmed(request):
        return ask_for_confirmation(request)
    context = {"title": f"Undo {run}", "run": run}
    try:
        report = undoing.undo(run.pk, allowed_to(request.user), is_look, silent)  # type: ignore[arg-type]
    except ImportRefused as refusal:
        return page(request, "undo", context | {"refusal": refusal}, status=200 if is_look else 422)
    if is_look and not report.note:
        return page(request, "undo", context | changes_of(report))
    return _done(request, run, report)


def _done(request: HttpRequest, run: ImportRun, report: Report) -> HttpResponse:
    if report.note:  # somebody was faster, or pressed twice
        messages.info(request, report.note)
    else:
        done = "Import {} is undone: {}. That was {}."
        messages.success(request, format_html(done, run.pk, report.counted, link_to(report)))
    return HttpResponseRedirect(reverse("admin:tenants_importrun_change", args=[run.pk]))
