"""Pages on which limits are changed: what raises one waits for a second person, and is told."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from tenants.admin.conflicts import CarefulAdmin
from tenants.limits_changed import limits_changed
from tenants.models import LimitRaise, Tenant
from tenants.raising.asking import Asker, ask, cancel
from tenants.raising.holding_back import hold_back
from tenants.raising.row_fields import MODELS, tenant_of

WAITS = (
    "{}: {} stays {} until a second person confirms {}, or until {}. "
    '<a href="{}">Raises of limits</a>'
)


class RaisingAdmin(CarefulAdmin):
    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """With what waits for it, so that two people who raise the same are told."""
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            waiting = LimitRaise.objects.waiting()
            is_tenant = isinstance(row, Tenant)
            rows = waiting.filter(tenant=row) if is_tenant else waiting.about(row)
            row.waiting_raises = list(rows.order_by("pk"))
        return row

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        raised, others = hold_back(obj)
        if isinstance(obj, Tenant):
            obj.limits_fitted_at = None  # somebody looked at them
        super().save_model(request, obj, form, change)
        settle_raises(request, obj, raised, others)

    def save_formset(self, request: Any, form: Any, formset: Any, change: bool) -> None:
        rows = [
            inline.instance
            for inline in formset.forms
            if inline.has_changed()
            and inline not in formset.deleted_forms
            and isinstance(inline.instance, tuple(MODELS.values()))
        ]
        held_back = [(row, *hold_back(row)) for row in rows]
        super().save_formset(request, form, formset, change)
        for row, raised, others in held_back:
            settle_raises(request, row, raised, others)


def settle_raises(request: Any, row: Any, raised: Any, others: Any) -> None:
    """The row is saved, without what raises a limit."""
    asker = Asker.of_user(request.user)
    cancelled = cancel(row, others, asker.name)
    if cancelled:
        messages.info(request, f"{row}: {cancelled} raises of the same limits are given up.")
    for waiting in ask(row, raised, asker):
        messages.warning(request, _describe(waiting))
    if others or raised:
        limits_changed.send(type(row), tenant_ids=[tenant_of(row).pk])


def _describe(waiting: LimitRaise) -> str:
    due = timezone.localtime(waiting.due_at).strftime("%Y-%m-%d %H:%M %Z")
    address = reverse("admin:tenants_limitraise_changelist") + f"?tenant={waiting.tenant.slug}"
    after, before = waiting.after_text, waiting.before_text
    return format_html(WAITS, waiting.row_name, waiting.title, before, after, due, address)
