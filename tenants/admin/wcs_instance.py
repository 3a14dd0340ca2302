"""The pages of WCS instances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from tenants.admin.autocomplete import SearchMany
from tenants.admin.conflicts import CarefulAdmin
from tenants.admin.display import STYLE, alarm, set_or_not
from tenants.admin.scoped import ScopedInline, may_change, scope
from tenants.admin.wcs_instance_form import WcsInstanceForm
from tenants.admin.wcs_node import FIRST_SEEN
from tenants.models import WcsInstance, WcsNode
from tenants.scope import ALL_TENANTS
from tenants.sign_in.confirmation import ask_for_confirmation, confirmed_recently, is_confirmed

if TYPE_CHECKING:
    _TabularInline = admin.TabularInline[Any, Any]
else:
    _TabularInline = admin.TabularInline

UNSIGNED = "UNSIGNED: anybody who reaches the hook URL gets the SIP passwords"
NOBODY = "NOBODY: it has no signing secret, so every hook is refused"
REST_API = ["rest_api_url", "rest_api_user", "rest_api_password"]
TENANTS_EDITABLE = 500  # a form takes 1,000 values (DATA_UPLOAD_MAX_NUMBER_FIELDS)


class NodeInline(ScopedInline, _TabularInline):
    model = WcsNode
    verbose_name_plural = "nodes seen"
    fields = readonly_fields = ("node_id", FIRST_SEEN)
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class WcsInstanceAdmin(CarefulAdmin):
    form = WcsInstanceForm
    inlines = (NodeInline,)
    autocomplete_fields = ("tenants",)
    readonly_fields = (
        "answers",
        "hook_url",
        "configuration",
        "signing_secret_is",
        "previous_is",
        "tenants_are",
        "rest_api_is",
    )
    list_display = ("name", "answers", "previous_is", "app_key", "tenant_count")
    list_filter = ("unsigned",)
    ordering = ("name",)  # counting the tenants would lose the table's own order
    search_fields = ("name", "key", "app_key")
    actions = ("forget_previous",)
    instead_of_deleting = (
        "Its sessions stay. To cut it off, remove its tenants or enter a new signing secret."
    )

    class Media:
        css = STYLE

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(tenant_number=Count("tenants"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            fields = ["name", "key", "app_key", "tenants", "signing_secret", "unsigned"]
            return [(None, {"fields": fields})]

        few = obj.tenant_number <= TENANTS_EDITABLE
        tenants = "tenants" if few and may_change(request, WcsInstance, obj) else "tenants_are"
        fields = ["answers", "name", "key", "hook_url", "configuration", "app_key", tenants]
        secrets = ["signing_secret", ("signing_secret_is", "previous_is"), "unsigned"]
        rest_api = REST_API if scope(request) == ALL_TENANTS else ["rest_api_is"]
        fieldsets = [
            (None, {"fields": fields}),
            ("Signature", {"fields": secrets}),
            ("REST API of this WCS: lists and ends calls", {"fields": rest_api}),
        ]
        return self.add_version(fieldsets, request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only administrators may let an instance answer without a signature."""
        read_only = super().get_readonly_fields(request, obj)
        return read_only if scope(request) == ALL_TENANTS else (*read_only, "unsigned")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without a tenant, only administrators could change the instance again."""
        kwargs |= {
            "required": scope(request) != ALL_TENANTS,
            "widget": SearchMany(db_field, self.admin_site),
        }
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        instance: Any = super().get_object(request, *args, **kwargs)
        if instance and instance.tenant_number <= TENANTS_EDITABLE:
            instance.tenants_seen = list(instance.tenants.visible_to(request.user))
        return instance

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    @admin.display(description="answers", ordering="unsigned")
    def answers(self, instance: WcsInstance) -> str:
        if instance.unsigned:
            return alarm(UNSIGNED)
        return alarm(NOBODY) if instance.answers_nobody else "signed hooks"

    @admin.display(description="tenants", ordering="tenant_number")
    def tenant_count(self, instance: Any) -> Any:
        return instance.tenant_number

    @admin.display(description="hook URL")
    def hook_url(self, instance: WcsInstance) -> str:
        return f"{settings.CLICKHOOK_PUBLIC_URL}/hooks/{instance.key}"

    @admin.display(description="configuration")
    def configuration(self, instance: WcsInstance) -> str:
        return format_html(
            "<code>manage.py wcs_config {}</code> prints what to enter at the WCS.", instance.name
        )

    @admin.display(description="signing secret is")
    def signing_secret_is(self, instance: WcsInstance) -> str:
        return set_or_not(instance.signing_secret)

    @admin.display(description="REST API is")
    def rest_api_is(self, instance: WcsInstance) -> str:
        return "set" if instance.rest_api_url else "not set: no call can be ended at this WCS"

    @admin.display(description="previous one is")
    def previous_is(self, instance: WcsInstance) -> str:
        is_live = instance.previous_signing_secret is not None
        return "set: still accepted" if is_live else "not set"

    @admin.display(description="tenants")
    def tenants_are(self, instance: Any) -> str:
        if hasattr(instance, "tenants_seen"):
            hidden = instance.tenant_number - len(instance.tenants_seen)
            return _name_tenants(instance.tenants_seen, hidden)

        lists = reverse("admin:tenants_tenant_changelist")
        text = (
            "{} of them, too many for this page: "
            'add or remove it on the <a href="{}">tenants\'</a> pages.'
        )
        return format_html(text, instance.tenant_number, lists)

    def save_model(self, request: HttpRequest, obj: WcsInstance, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.unsigned:
            messages.warning(request, f"{UNSIGNED}: {obj.name}.")
        elif form.cleaned_data["signing_secret"] and obj.previous_signing_secret:
            messages.info(
                request,
                f"The previous signing secret of {obj.name} is still accepted until you forget it.",
            )
        elif not change or "unsigned" in form.changed_data:
            messages.info(
                request, f"Run manage.py wcs_config {obj.name} for what to enter at the WCS."
            )

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        is_dangerous = request.method == "POST" and self._is_dangerous(request, object_id)
        if is_dangerous and not is_confirmed(request):
            return ask_for_confirmation(request)
        return super().changeform_view(request, object_id, *args, **kwargs)

    def _is_dangerous(self, request: HttpRequest, object_id: str | None) -> bool:
        """A new secret, no secret, or another key cuts a WCS off or lets another one in."""
        if request.POST.get("signing_secret") or request.POST.get("rest_api_password"):
            return True

        before = self._stored_instance(request, object_id)
        unsigned, key = "unsigned" in request.POST, request.POST.get("key", "")
        if before is None:
            return unsigned
        # The gateway itself asks that address, and sends the password there.
        rest_api_url = request.POST.get("rest_api_url", before.rest_api_url)
        return (
            unsigned != before.unsigned
            or key not in ("", before.key)
            or rest_api_url != before.rest_api_url
        )

    def _stored_instance(self, request: HttpRequest, object_id: str | None) -> WcsInstance | None:
        """If the user may see it. Not by `get_object`, which locks it."""
        try:
            stored: WcsInstance | None = self.get_queryset(request).filter(pk=object_id).first()
        except ValidationError:
            return None
        return stored

    @admin.action(description="Forget the previous signing secret", permissions=["change"])
    @confirmed_recently
    def forget_previous(self, request: HttpRequest, instances: QuerySet[WcsInstance]) -> None:
        rotated = list(instances.exclude(previous_signing_secret=""))
        for instance in rotated:
            instance.forget_previous_signing_secret()
            instance.save(update_fields=["previous_signing_secret"])
            self.log_change(request, instance, "Forgot the previous signing secret.")

        names = ", ".join(instance.name for instance in rotated)
        if names:
            messages.success(request, f"Only the current signing secret is accepted now: {names}.")
        else:
            messages.info(request, "None of them had a previous signing secret.")


def _name_tenants(tenants: list[Any], others: int) -> str:
    """Other customers of a shared instance are counted, never named."""
    names = ", ".join(tenant.slug for tenant in tenants)
    return f"{names} and {others} of others" if others else names or "none"
