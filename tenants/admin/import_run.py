"""The pages of imports: what was imported, and an upload with its preview."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.html import format_html

from tenants.admin.conflicts import CarefulAdmin
from tenants.admin.display import STYLE, time_column
from tenants.admin.pages import undoing, uploading
from tenants.admin.scoped import scope
from tenants.models import ImportRun
from tenants.scope import NO_TENANTS
from tenants.transfer.checking.allowed import allowed_to

IMPORTED = time_column("at", "imported")


class ImportRunAdmin(CarefulAdmin):
    list_display = ("id", IMPORTED, "by", "source", "did", "undone")
    list_select_related = ("by", "undone_by")
    fields = readonly_fields = (IMPORTED, "by", "source", "did", "undone")
    change_list_template = "tenants/importing/imports.html"
    change_form_template = "tenants/importing/import.html"

    class Media:
        css = STYLE

    def get_urls(self) -> list[Any]:
        preview, undo = map(self.admin_site.admin_view, (uploading.preview, self.undo_view))
        return [
            path("upload/<uuid:key>/", preview, name="tenants_importrun_preview"),
            path("<path:object_id>/undo/", undo, name="tenants_importrun_undo"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        changeable = scope(request).changeable
        return changeable is None or changeable != NO_TENANTS.changeable

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        return uploading.upload(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        run = self.get_object(request, unquote(object_id))
        may_undo = run and not hasattr(run, "undone_by") and self._may_undo(request, run)
        more = {"may_undo": may_undo}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def undo_view(self, request: HttpRequest, object_id: str) -> Any:
        run = self.get_object(request, unquote(object_id))
        if run is None:
            return self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]
                request, self.opts, object_id
            )
        if not self.has_add_permission(request):
            raise PermissionDenied
        return undoing.undo(request, run)

    def _may_undo(self, request: HttpRequest, run: ImportRun) -> bool:
        return self.has_add_permission(request) and allowed_to(request.user).may_undo(run)  # type: ignore[arg-type]

    @admin.display(description="what it did")
    def did(self, run: ImportRun) -> str:
        return ", ".join(f"{count:,} {action}" for action, count in run.counts.items())

    @admin.display(description="undone")
    def undone(self, run: Any) -> str:
        by = getattr(run, "undone_by", None)
        if by is None:
            return "no"

        url = reverse("admin:tenants_importrun_change", args=[by.pk])
        return format_html('by <a href="{}">import {}</a>', url, by.pk)
