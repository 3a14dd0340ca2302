"""Who asks to be called back, and whether it was done."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from hooks.models import CallbackRequest
from tenants.admin.display import alarm as striking
from tenants.admin.display import time_column
from tenants.admin.read_only import ReadOnlyAdmin
from tenants.admin.tenant_filter import TenantFilter

asked = time_column("asked_at", "asked")


class CallbackRequestAdmin(ReadOnlyAdmin):
    list_display = (asked, "tenant", "name", "reach", "alias", "because", "state")
    list_filter = (TenantFilter, ("done_at", admin.EmptyFieldListFilter), "because")
    list_select_related: ClassVar[Any] = ("tenant",)
    search_fields = ("name", "reach")
    search_help_text = "A part of the name, of the number or of the address"
    ordering = ("-asked_at",)
    fields = ("tenant", asked, "alias", "because", "name", "reach", "sentence", "state")
    actions = ("mark_done", "mark_not_done")

    @admin.display(description="state")
    def state(self, one: CallbackRequest) -> str:
        return f"done by {one.done_by}" if one.done_at else striking("not done yet")

    @admin.action(description="Done: they were called back", permissions=["view"])
    def mark_done(self, request: HttpRequest, requests: QuerySet[CallbackRequest]) -> None:
        number = _changeable(request, requests).mark_done(request.user.get_username())
        messages.success(request, f"{number} marked as done.")

    @admin.action(description="Not done yet", permissions=["view"])
    def mark_not_done(self, request: HttpRequest, requests: QuerySet[CallbackRequest]) -> None:
        number = _changeable(request, requests).mark_not_done()
        messages.success(request, f"{number} marked as not done.")


def _changeable(request: HttpRequest, requests: QuerySet[CallbackRequest]) -> Any:
    """Of tenants that the person may change."""
    mine = CallbackRequest.objects.changeable_by(request.user)
    return mine.filter(pk__in=requests.values("pk"))
