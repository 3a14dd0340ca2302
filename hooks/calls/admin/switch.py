"""The pages of the kill switch: what is off, switching off, and switching on again."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html

from hooks.calls.admin.switch_form import SwitchForm, SwitchOnForm, may_switch, may_switch_on
from hooks.models import Switch
from hooks.wcs.kill_switch.switching import switch_off, switch_on_again
from hooks.wcs.kill_switch.targets import Target
from tenants.admin.display import alarm
from tenants.admin.read_only import ReadOnlyAdmin
from tenants.admin.scoped import scope
from tenants.models import Tenant
from tenants.sign_in.confirmation import confirmed_recently

OF_A_MOVE = "The tenant moves to another cell: manage.py move_tenant switches it on again."
NOT_A_MANAGERS = "An administrator switched this off, and has to switch it on again."


class SwitchAdmin(ReadOnlyAdmin):
    list_display = ("name", "state", "because", "switched_off", "allowed_again")
    list_display_links = None
    search_fields = ("name", "because")
    search_help_text = "Searches names and reasons."
    ordering = ("-on_at",)
    change_list_template = "hooks/switches.html"
    list_select_related: ClassVar[Any] = ("tenant",)
    fields = ("name", "tenant", "because", "by", "on_at", "off_by", "off_at")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path("switch-off/", view(self.switch_off_page), name="hooks_switch_off"),
            path("<int:object_id>/switch-on/", view(self.switch_on_page), name="hooks_switch_on"),
            *super().get_urls(),
        ]

    @confirmed_recently
    def switch_off_page(self, request: HttpRequest) -> HttpResponse:
        """A code is asked for before the form, so that nothing typed is lost."""
        form = SwitchForm(
            scope(request).changeable, request.POST or None, initial=_initial(request)
        )
        if request.method == "POST" and form.is_valid():
            done = switch_off(form.target, form.cleaned_data["because"], _name(request))
            messages.success(request, f"{form.target.name}: no call is allowed any more.")
            lived = {"calls": done.calls, "streams": done.streams}
            context = {**lived, "title": f"Switched off: {form.target.name}"}
            return self._render(request, "hooks/switched_off.html", context)

        return self._render(
            request, "hooks/switch_off.html", {"form": form, "title": "Switch calls off"}
        )

    @confirmed_recently
    def switch_on_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        row = self.get_queryset(request).filter(pk=object_id, off_at=None).first()
        if row is None:
            raise Http404("There is no such switch, or it is on again.")
        changeable = scope(request).changeable
        if not may_switch(changeable, row.tenant_id):
            raise PermissionDenied
        if row.is_of_move or not may_switch_on(changeable, row):
            messages.error(request, OF_A_MOVE if row.is_of_move else NOT_A_MANAGERS)
            return HttpResponseRedirect(reverse("admin:hooks_switch_changelist"))

        form = SwitchOnForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            switch_on_again(_target_of(row), form.cleaned_data["because"], _name(request))
            messages.success(request, f"{row.name}: calls are allowed again.")
            return HttpResponseRedirect(reverse("admin:hooks_switch_changelist"))
        context = {"form": form, "title": f"Switch on again: {row.name}", "switch": row}
        return self._render(request, "hooks/switch_on.html", context)

    @admin.display(description="calls are")
    def state(self, switch: Switch) -> str:
        return alarm("SWITCHED OFF") if switch.off_at is None else "allowed again"

    @admin.display(description="switched off", ordering="on_at")
    def switched_off(self, switch: Switch) -> str:
        return format_html("{} by {}", date_format(switch.on_at, "Y-m-d H:i:s"), switch.by)

    @admin.display(description="allowed again", ordering="off_at")
    def allowed_again(self, switch: Switch) -> str:
        if switch.off_at is not None:
            time = date_format(switch.off_at, "Y-m-d H:i:s")
            return format_html("{} by {}", time, switch.off_by)
        address = reverse("admin:hooks_switch_on", args=[switch.pk])
        return format_html('<a href="{}">Switch on again</a>', address)

    def _render(self, request: HttpRequest, template: str, more: dict[str, Any]) -> HttpResponse:
        context = {**self.admin_site.each_context(request), **more}
        return TemplateResponse(request, template, context)


def _initial(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("kind", "name") if name in request.GET}


def _name(request: HttpRequest) -> str:
    return str(request.user.get_username())


def _target_of(switch: Switch) -> Target:
    """Its thing may have been deleted meanwhile; to allow calls again, the key is enough."""
    return Target(switch.key, switch.name, Q(), Tenant.objects.none(), switch.tenant)
