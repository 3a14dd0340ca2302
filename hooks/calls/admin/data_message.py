"""Texts to the pages of visitors: what was sent, how far it is, and sending one."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from hooks.calls.admin.lists import search
from hooks.calls.admin.lists.filters import TimeFilter
from hooks.calls.admin.lists.huge_table import HugeTableAdmin
from hooks.models import Call, DataMessage, DataRecipient
from hooks.wcs.messages import sending
from tenants.admin.display import alarm, time_column
from tenants.admin.scoped import scope
from tenants.admin.tenant_filter import TenantFilter
from tenants.models import Tenant
from tenants.plain_text import LONGEST, BadText, check_text
from tenants.sign_in.confirmation import confirmed_recently

sent = time_column("sent_at", "sent")
NOT_YOURS = "There is no such tenant that you may change."
SENT = "It is on its way. This page tells how far, when it is loaded again."
CUT = "cut: more visitors were connected than one message reaches, and the rest got nothing"
ADDRESS = "admin:hooks_send_message"


class SendForm(forms.Form):
    tenant = forms.CharField(label="Tenant", max_length=64, help_text="Its short name, like acme.")
    text = forms.CharField(
        label="Text",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        help_text="The visitor's page gets it as plain text, and decides how to show it.",
    )
    call = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, changeable: AbstractSet[int] | None, *args: Any, **kwargs: Any) -> None:
        """`changeable`: the tenants that the person may change; None stands for all."""
        super().__init__(*args, **kwargs)
        self._changeable = changeable

    def clean_tenant(self) -> Tenant:
        tenant = Tenant.objects.filter(slug=self.cleaned_data["tenant"].strip()).first()
        is_theirs = self._changeable is None or (tenant and tenant.pk in self._changeable)
        if tenant is None or not is_theirs:
            raise forms.ValidationError(NOT_YOURS)
        return tenant

    def clean_text(self) -> str:
        try:
            return check_text(self.cleaned_data["text"])
        except BadText as error:
            raise forms.ValidationError(str(error)) from None

    def send(self, by: str) -> DataMessage:
        """Raises NotSent."""
        given = self.cleaned_data
        if given["call"]:
            return sending.send_to_call(given["tenant"], given["call"], given["text"], by)
        return sending.send_to_everybody(given["tenant"], given["text"], by)


class DataMessageAdmin(HugeTableAdmin):
    related = ("tenant",)
    list_display = (sent, "tenant", "goes_to", "text", "by", "reach")
    list_filter = (TenantFilter, TimeFilter, "goes_to")
    time_field = "sent_at"
    search_fields = ("text",)
    search_help_text = search.SENT_HELP
    match_id = staticmethod(search.match_data_messages)
    match_text = staticmethod(search.contains_in_texts)
    fields = ("tenant", sent, "goes_to", "text", "by", "how_far")
    change_list_template = "hooks/data_messages.html"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.send_page)
        return [path("send/", view, name="hooks_send_message"), *super().get_urls()]

    @confirmed_recently
    def send_page(self, request: HttpRequest) -> HttpResponse:
        """The form; then the text again with the number of visitors; then it is sent."""
        changeable = scope(request).changeable
        if changeable is not None and not changeable:
            raise PermissionDenied
        form = SendForm(changeable, request.POST or None, initial=_initial(request))
        if request.method != "POST" or not form.is_valid():
            return self._render(request, "hooks/send_message.html", form)
        if "sure" not in request.POST:
            return self._render(request, "hooks/send_message_sure.html", form, **_to(form))
        try:
            message = form.send(str(request.user.get_username()))
        except sending.NotSent as error:
            form.add_error(None, str(error))
            return self._render(request, "hooks/send_message.html", form)
        messages.success(request, SENT)
        return HttpResponseRedirect(reverse("admin:hooks_datamessage_change", args=[message.pk]))

    @admin.display(description="reach")
    def reach(self, message: DataMessage) -> str:
        return alarm("cut") if message.is_cut else "-"

    @admin.display(description="visitors")
    def how_far(self, message: DataMessage) -> str:
        counts = message.count_recipients()
        states = DataRecipient.State
        parts = [f"{counts[state]} {state.label}" for state in states if counts[state]]
        if message.is_cut:
            parts.append(CUT)
        return ", ".join(parts) or "Nobody was connected."

    def _render(
        self, request: HttpRequest, template: str, form: SendForm, **more: Any
    ) -> HttpResponse:
        title = "Send a text to visitors"
        context = {**self.admin_site.each_context(request), "title": title, "form": form, **more}
        return TemplateResponse(request, template, context)


def send_link(call: Call) -> str:
    """On the page of a living call."""
    query = f"?tenant={call.tenant.slug}&call={call.pk}"
    return format_html(
        '<a class="button" href="{}{}">Send a text to the visitor</a>', reverse(ADDRESS), query
    )


def _initial(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("tenant", "call") if name in request.GET}


def _to(form: SendForm) -> dict[str, Any]:
    tenant = form.cleaned_data["tenant"]
    is_one = bool(form.cleaned_data["call"])
    number, is_cut = (1, False) if is_one else sending.count_reached(tenant)
    return {"tenant": tenant, "number": number, "is_cut": is_cut}
