"""The pages of API keys: made and rotated here, shown once, revoked; never shown again."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.decorators import method_decorator

from tenants.admin.conflicts import CarefulAdmin, MayNotStay
from tenants.admin.display import STYLE, alarm, format_time
from tenants.admin.scoped import scope
from tenants.admin.tenant_filter import TenantFilter
from tenants.admin.versioned_form import VersionedForm
from tenants.api_scopes import CHOICES
from tenants.models import ApiKey
from tenants.models.api_key import MOST_LIVE, TooManyApiKeys
from tenants.sign_in.confirmation import confirmed_recently

ONE_ONLY = "Choose one key that lives: its new secret is shown once."
TOO_MANY = f"At most {MOST_LIVE} keys live at once: revoke one first."
NOT_RECORDED = "not recorded: give it a new secret"
PAST = "It would have expired already."


def _in_words(scope: str) -> str:
    resource, _, level = scope.rpartition(":")
    return f"{level} {resource or 'everything'}"


class ApiKeyForm(VersionedForm):
    scopes = forms.MultipleChoiceField(
        label="May",
        choices=[(scope, _in_words(scope)) for scope in CHOICES],
        widget=forms.CheckboxSelectMultiple,
        help_text="Whoever may write may read.",
    )
    expires_at = forms.DateTimeField(
        label="Expires at",
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="In UTC. Empty: never.",
    )

    class Meta:
        model = ApiKey
        fields = ["tenant", "name", "scopes", "expires_at"]

    def clean_expires_at(self) -> Any:
        expires_at = self.cleaned_data["expires_at"]
        if expires_at is not None and expires_at <= timezone.now():
            raise ValidationError(PAST)
        return expires_at

    def clean(self) -> Any:
        cleaned = super().clean()
        is_new = self.instance._state.adding
        if is_new and not self.errors and not ApiKey.objects.has_room(cleaned["tenant"]):
            raise ValidationError(TOO_MANY)
        return cleaned


class ApiKeyAdmin(CarefulAdmin):
    form = ApiKeyForm
    autocomplete_fields = ("tenant",)
    list_select_related: ClassVar[Any] = ("tenant",)
    list_display = ("shown_id", "name", "whose", "may", "state", "shown_to", "last_used_at")
    list_filter = (TenantFilter, ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("kid", "name")
    actions = ("revoke", "rotate")
    readonly_fields: ClassVar[Any] = (
        *("shown_id", "whose", "may", "state", "shown_to", "last_used_at"),
    )

    class Media:
        css = STYLE

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": ["tenant", "name", "scopes", "expires_at"]})]
        return [(None, {"fields": [*self.readonly_fields[:1], "name", *self.readonly_fields[1:]]})]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A key stays as it was made; the actions of the list end or rotate it."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Only who may change everything makes a key of the whole installation."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field and scope(request).changeable is not None:
            field.required = True
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Raises MayNotStay where somebody made one since the form was checked."""
        try:
            obj.shown_once = obj.issue(request.user.get_username()).text
        except TooManyApiKeys as error:
            raise MayNotStay(TOO_MANY) from error

    def response_add(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Without a redirect: the key stands nowhere but in this answer."""
        return self._show_once(request, obj, obj.shown_once)

    @method_decorator(confirmed_recently)
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        """A code is asked for before the form, so that nothing typed is lost."""
        one_button = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {**one_button, **(extra_context or {})})

    @admin.display(description="key", ordering="kid")
    def shown_id(self, key: ApiKey) -> str:
        return f"{key.shown_id}…"

    @admin.display(description="whose", ordering="tenant")
    def whose(self, key: ApiKey) -> str:
        return str(key.tenant) if key.tenant else alarm("the whole installation")

    @admin.display(description="may")
    def may(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @admin.display(description="shown to")
    def shown_to(self, key: ApiKey) -> str:
        """Who may not confirm what is asked for with it."""
        holders = key.holders
        has_ended = key.revoked_at or key.is_expired(timezone.now())
        if all(holders) or has_ended:
            return ", ".join(name for name in holders if name) or "-"
        return alarm(NOT_RECORDED)

    @admin.display(description="state")
    def state(self, key: ApiKey) -> str:
        if key.revoked_at:
            return f"revoked {format_time(key.revoked_at)}"
        if key.is_expired(timezone.now()):
            return f"expired {format_time(key.expires_at)}"
        return f"lives until {format_time(key.expires_at)}" if key.expires_at else "lives"

    @admin.action(description="Revoke: their next request is refused", permissions=["change"])
    @confirmed_recently
    def revoke(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        messages.success(request, f"{keys.revoke()} keys were revoked.")  # type: ignore[attr-defined]

    @admin.action(
        description="New secret: the one of before works for 24 hours", permissions=["change"]
    )
    @confirmed_recently
    def rotate(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> HttpResponse | None:
        chosen = list(ApiKey.objects.filter(pk__in=keys.values("pk")).live()[:2])
        if len(chosen) != 1:
            messages.error(request, ONE_ONLY)
            return None
        issued = chosen[0].rotate(request.user.get_username())
        return self._show_once(request, chosen[0], issued.text)

    def _show_once(self, request: HttpRequest, key: ApiKey, text: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"API key {key.name}",
            "key": key,
            "text": text,
            "opts": self.opts,
        }
        headers = {"Cache-Control": "no-store"}
        return TemplateResponse(request, "tenants/api_key.html", context, headers=headers)
