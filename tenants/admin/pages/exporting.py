"""A filtered list as a CSV file that imports again."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone

from tenants.audit.actions import Action
from tenants.audit.recording import record
from tenants.sign_in.confirmation import confirmed_recently
from tenants.transfer import exporting
from tenants.transfer.tables import BY_NAME

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin


class ExportingAdmin(_ModelAdmin):
    change_list_template = "tenants/importing/list.html"

    def get_urls(self) -> list[Any]:
        return [
            path("export/", self.admin_site.admin_view(self.export), name=self._export_name),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        url = reverse(f"admin:{self._export_name}") + query
        return super().changelist_view(request, {"export_url": url, **(extra_context or {})})

    @confirmed_recently
    def export(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            records = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(reverse(f"admin:tenants_{self.opts.model_name}_changelist"))

        name, table = next(item for item in BY_NAME.items() if item[1].model is self.model)
        file = io.StringIO(newline="")
        exporting.write_csv(file, table, records.prefetch_related(None))
        record(Action.EXPORTED, name=name, after={"filter": request.GET.urlencode()[:400]})
        return _file_response(name, file.getvalue())

    @property
    def _export_name(self) -> str:
        return f"tenants_{self.opts.model_name}_export"


def _file_response(name: str, content: str) -> HttpResponse:
    today = timezone.now().date().isoformat()
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-{today}.csv"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
