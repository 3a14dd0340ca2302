"""The pages of webhook endpoints: where a tenant's own systems are told what happens."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html

from hooks.calls.admin.pages.webhook_page import show_key, webhook_page
from hooks.calls.admin.webhook_standing import describe_standing, describe_types
from tenants.admin.conflicts import CarefulAdmin
from tenants.admin.display import STYLE, set_or_not
from tenants.admin.tenant_filter import TenantFilter
from tenants.admin.tenant_owned import TenantOwnedForm
from tenants.models import WebhookEndpoint
from tenants.models.webhook_endpoint import KEY_FIELDS, MOST_ENDPOINTS
from tenants.sign_in.confirmation import confirmed_recently
from tenants.webhooks.event_types import TOLD_WHEN


class WebhookEndpointForm(TenantOwnedForm):
    events = forms.MultipleChoiceField(
        label="Types of events",
        required=False,
        choices=[(one, f"{one}: {told}") for one, told in TOLD_WHEN.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: all of them, also those of a later version.",
    )

    signature = forms.ChoiceField(
        label="Signed by",
        choices=WebhookEndpoint.Signature.choices,
        initial=WebhookEndpoint.Signature.SECRET,
        required=False,
    )

    class Meta:
        model = WebhookEndpoint
        fields = ["tenant", "url", "events", "with_numbers", "enabled"]

    def clean(self) -> Any:
        cleaned = super().clean()
        tenant = self.cleaned_data.get("tenant")
        is_new = self.instance._state.adding
        if is_new and tenant and not WebhookEndpoint.objects.has_room(tenant.pk):
            raise ValidationError(f"A tenant has at most {MOST_ENDPOINTS} webhook endpoints.")
        return cleaned


class WebhookEndpointAdmin(CarefulAdmin):
    form = WebhookEndpointForm
    autocomplete_fields = ("tenant",)
    list_select_related: ClassVar[Any] = ("tenant", "standing")
    list_display = ("url", "tenant", "types", "standing_now", "told")
    list_filter = (TenantFilter, "enabled")
    search_fields = ("url",)
    readonly_fields = ("standing_now", "told", "secrets_are")
    actions = ("forget_previous",)

    class Media:
        css = STYLE

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = ["tenant", "url", "events", "with_numbers", "enabled"]
        if obj is None:
            return [(None, {"fields": [*fields[:-1], "signature"]})]
        fieldsets = [(None, {"fields": ["standing_now", "told", *fields, "secrets_are"]})]
        return self.add_version(fieldsets, request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A secret is sealed to its tenant."""
        read_only = super().get_readonly_fields(request, obj)
        return [*read_only, "tenant"] if obj else read_only

    def get_urls(self) -> list[Any]:
        """Before the admin's own, which take anything for an id."""
        view = self.admin_site.admin_view(webhook_page)
        page = path("<uuid:endpoint_id>/told/", view, name="hooks_webhook")
        return [page, *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.shown_once = obj.make_key(form.cleaned_data["signature"])
        elif obj.enabled and "enabled" in form.changed_data:
            obj.enable()
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Without a redirect: the secret stands nowhere but in this answer."""
        return show_key(request, obj, obj.shown_once)

    @method_decorator(confirmed_recently)
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        """A code is asked for before the form, so that nothing typed is lost."""
        one_button = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {**one_button, **(extra_context or {})})

    @admin.display(description="types of events")
    def types(self, endpoint: WebhookEndpoint) -> str:
        return describe_types(endpoint)

    @admin.display(description="standing")
    def standing_now(self, endpoint: WebhookEndpoint) -> str:
        return describe_standing(endpoint)

    @admin.display(description="what it was told")
    def told(self, endpoint: WebhookEndpoint) -> str:
        page = reverse("admin:hooks_webhook", args=[endpoint.pk])
        return format_html('<a href="{}">Messages, test, new secret</a>', page)

    @admin.display(description="secrets")
    def secrets_are(self, endpoint: WebhookEndpoint) -> str:
        previous = set_or_not(endpoint.previous_secret)
        return f"current: {set_or_not(endpoint.secret)}; previous, which signs as well: {previous}"

    @admin.action(description="Forget the previous secret", permissions=["change"])
    @confirmed_recently
    def forget_previous(self, request: HttpRequest, endpoints: QuerySet[WebhookEndpoint]) -> None:
        rotated = list(endpoints.exclude(previous_secret=""))
        for endpoint in rotated:
            endpoint.forget_previous_key()
            endpoint.save(update_fields=KEY_FIELDS)
        messages.success(request, f"{len(rotated)} previous secrets were forgotten.")
