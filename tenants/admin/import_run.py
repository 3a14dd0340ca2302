"""The pages of imports: what was imported, and a file uploaded, looked at and confirmed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import path

from tenants.admin import uploading
from tenants.admin.conflicts import CarefulAdmin
from tenants.admin.scoped import scope
from tenants.admin.words import STYLE
from tenants.models import ImportRun
from tenants.scope import NOTHING


@admin.register(ImportRun)
class ImportRunAdmin(CarefulAdmin):
    list_display = ("id", "at", "by", "source", "did", "undone")
    list_select_related = ("by", "undone_by")
    fields = readonly_fields = ("at", "by", "source", "did", "undone")
    change_list_template = "tenants/importing/imports.html"

    class Media:
        css = STYLE

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(uploading.preview)
        return [path("upload/<uuid:key>/", view, name="tenants_importrun_preview"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        changeable = scope(request).changeable
        return changeable is None or changeable != NOTHING.changeable

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        return uploading.upload(request)

    @admin.display(description="what it did")
    def did(self, run: ImportRun) -> str:
        return ", ".join(f"{count:,} {action}" for action, count in run.counts.items())

    @admin.display(description="undone")
    def undone(self, run: Any) -> str:
        undoing = getattr(run, "undone_by", None)
        return f"by import {undoing.pk}" if undoing else f"no: manage.py undo_import {run.pk}"
