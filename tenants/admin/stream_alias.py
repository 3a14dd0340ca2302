"""The pages of stream aliases: the streams that a tenant's visitors may publish and play."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest

from tenants.admin.display import STYLE
from tenants.admin.pages.exporting import ExportingAdmin
from tenants.admin.raising import RaisingAdmin
from tenants.admin.tenant_filter import TenantFilter
from tenants.admin.tenant_owned import TenantOwnedForm
from tenants.models import StreamAlias

RIGHTS = ("may_publish", "may_play")
LIMITS = ("publishers", "players", "longest_seconds")
TICKET = (
    "A visitor needs a ticket or token of the customer's own back end that names the alias as "
    "“publish” or “play”."
)
TENANT_HOLDS_TOO = "All streams of the tenant together have limits too: they are on its page."


class StreamAliasForm(TenantOwnedForm):
    class Meta:
        model = StreamAlias
        fields = ["tenant", "alias", "name", *RIGHTS, *LIMITS]


class StreamAliasAdmin(ExportingAdmin, RaisingAdmin):
    form = StreamAliasForm
    autocomplete_fields = ("tenant",)
    list_select_related: ClassVar[Any] = ("tenant",)
    list_display = ("alias", "tenant", "name", *RIGHTS, *LIMITS)
    list_filter = (TenantFilter, *RIGHTS)
    search_fields = ("alias", "name")

    class Media:
        css = STYLE

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = [
            (None, {"fields": ["tenant", "alias", "name"]}),
            ("Who may", {"fields": RIGHTS, "description": TICKET}),
            ("Limits", {"fields": LIMITS, "description": TENANT_HOLDS_TOO}),
        ]
        return self.add_version(fieldsets, request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The records of its streams are the tenant's."""
        read_only = super().get_readonly_fields(request, obj)
        return [*read_only, "tenant"] if obj else read_only
