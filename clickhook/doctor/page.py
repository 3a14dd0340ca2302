"""The same findings for administrators, on a page of the admin."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from clickhook.doctor.checkup import check_everything


def doctor_page(request: HttpRequest) -> HttpResponse:
    """It names every customer, so it is for nobody else."""
    if not request.user.is_superuser:
        raise PermissionDenied

    findings = list(check_everything())
    context = {
        **admin.site.each_context(request),
        "title": "Is this installation in order?",
        "wrong": [finding for finding in findings if not finding.is_well],
        "well": [finding for finding in findings if finding.is_well],
    }
    return TemplateResponse(request, "clickhook/doctor.html", context)
