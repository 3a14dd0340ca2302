"""The pages of alarms: what happened, which WCS setting is wrong, and clearing."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from hooks.models import Alarm
from tenants.admin.display import alarm as striking
from tenants.admin.read_only import ReadOnlyAdmin
from tenants.admin.scoped import scope
from tenants.audit.actions import Action
from tenants.audit.recording import record
from tenants.sign_in.confirmation import confirmed_recently

_RUN = "run the commands that manage.py wcs_config prints for this instance at that WCS"
REMEDIES = {
    Alarm.Kind.NEVER_ASKED: "The call hook is not attached to the application, or is turned off: "
    f"{_RUN}. Until then WCS dials what the browser says.",
    Alarm.Kind.WENT_ON: "WCS goes on after a refusal: restClientConfig of call needs "
    f"restOnError FAIL; {_RUN}.",
    Alarm.Kind.ELSEWHERE: "WCS does not take over the callee: restClientConfig of call needs "
    f"restPolicy OVERWRITE and callee in restOverwrite; {_RUN}.",
    Alarm.Kind.STREAM_NEVER_ASKED: "The hooks of streams are not attached to the application, or "
    f"are turned off: {_RUN}. Until then WCS opens what the browser says.",
    Alarm.Kind.STREAM_WENT_ON: "WCS goes on after a refusal: restClientConfig of publishStream and "
    f"playStream needs restOnError FAIL; {_RUN}.",
    Alarm.Kind.STREAM_ELSEWHERE: "WCS does not take over the name: restClientConfig of "
    f"publishStream and playStream needs name in restOverwrite; {_RUN}.",
    Alarm.Kind.HONEY: "Somebody tries aliases out. Look at the session; block the visitor, or "
    "switch them off.",
    Alarm.Kind.UNKNOWN_CALL: f"CallStatusEvent or call is not attached to the application: {_RUN}.",
    Alarm.Kind.NOT_ENDED: "WCS was asked several times. Look at that WCS; if need be, restart it "
    "or block the SIP account at the SIP server.",
}


class StateFilter(admin.SimpleListFilter):
    title = parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("open", "to be looked at"), ("cleared", "cleared")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in ("open", "cleared"):
            return queryset.filter(cleared_at__isnull=self.value() == "open")
        return queryset


class AlarmAdmin(ReadOnlyAdmin):
    list_display = ("at", "what", "place", "call_link", "state")
    list_display_links = None
    list_filter = (StateFilter,)
    list_select_related: ClassVar[Any] = ("tenant", "instance")
    ordering = ("-at",)
    fields = ("kind", "tenant", "instance", "wcs_call_id", "at", "cleared_at", "cleared_by")
    actions = ("clear",)

    @admin.display(description="what happened, and what to do")
    def what(self, alarm: Alarm) -> str:
        text = alarm.get_kind_display()
        remedy = REMEDIES.get(Alarm.Kind(alarm.kind), "")
        return format_html("{}<br>{}", text if alarm.cleared_at else striking(text), remedy)

    @admin.display(description="tenant, instance")
    def place(self, alarm: Alarm) -> str:
        names = (alarm.tenant or "no tenant", alarm.instance or "no instance")
        return format_html("{}<br>{}", *map(str, names))

    @admin.display(description="call or stream")
    def call_link(self, alarm: Alarm) -> str:
        if alarm.stream_id is not None:
            address = reverse("admin:hooks_stream_change", args=[alarm.stream_id])
        elif alarm.call_id is not None:
            address = reverse("admin:hooks_call_change", args=[alarm.call_id])
        else:
            return alarm.wcs_call_id or "unknown"
        return format_html('<a href="{}">{}</a>', address, alarm.wcs_call_id or "its record")

    @admin.display(description="state")
    def state(self, alarm: Alarm) -> str:
        return f"cleared by {alarm.cleared_by}" if alarm.cleared_at else "to be looked at"

    @admin.action(description="Clear: I have looked at them", permissions=["view"])
    @confirmed_recently
    def clear(self, request: HttpRequest, alarms: QuerySet[Alarm]) -> None:
        """Who may change the tenant; what belongs to no tenant is an administrator's."""
        changeable = scope(request).changeable
        if changeable is not None:
            alarms = alarms.filter(tenant__in=changeable)
        open_alarms = list(alarms.filter(cleared_at=None).select_related("tenant"))
        for one in open_alarms:
            record(Action.ALARM_CLEARED, one, tenant=one.tenant)
        Alarm.objects.filter(pk__in=[one.pk for one in open_alarms]).update(
            cleared_at=Now(), cleared_by=request.user.get_username()
        )
        messages.success(request, f"{len(open_alarms)} alarms were cleared.")
