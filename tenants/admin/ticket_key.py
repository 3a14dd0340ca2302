"""The pages of ticket keys: made here, the secret shown once, retired; never shown again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator

from tenants.admin.conflicts import MayNotStay
from tenants.admin.tenant_filter import TenantFilter
from tenants.admin.visitor_access import VisitorAccessAdmin
from tenants.models import TicketKey
from tenants.models.ticket_key import MOST_LIVE, TooManyKeys
from tenants.sign_in.confirmation import confirmed_recently

WHOSE = "A tenant's back end signs tickets with it. The next page shows the secret, once."
TOO_MANY = f"A tenant has at most {MOST_LIVE} live ticket keys: retire one first."


class TicketKeyAdmin(VisitorAccessAdmin):
    fields = ("tenant", "kid", "created_at", "retired_at")
    readonly_fields = ("kid", "created_at", "retired_at")
    list_display = ("kid", "tenant", "created_at", "retired_at")
    list_filter = (TenantFilter, ("retired_at", admin.EmptyFieldListFilter))
    search_fields = ("kid",)
    actions = ("retire",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": ["tenant"], "description": WHOSE})]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A key stays as it was made; the action of the list retires it."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Raises MayNotStay."""
        try:
            obj.shown_once = obj.issue()
        except TooManyKeys as error:
            raise MayNotStay(TOO_MANY) from error

    def response_add(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Without a redirect: the secret stands nowhere but in this answer."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"Ticket key of {obj.tenant}",
            "key": obj,
            "secret": obj.shown_once,
            "opts": self.opts,
        }
        headers = {"Cache-Control": "no-store"}
        return TemplateResponse(request, "tenants/ticket_key.html", context, headers=headers)

    @method_decorator(confirmed_recently)
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        one_button = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {**one_button, **(extra_context or {})})

    @admin.action(description="Retire: tickets of these keys are refused", permissions=["change"])
    @confirmed_recently
    def retire(self, request: HttpRequest, keys: QuerySet[TicketKey]) -> HttpResponse | None:
        number = TicketKey.objects.filter(pk__in=keys.values("pk")).retire()
        messages.success(request, f"{number} keys were retired.")
        return None
