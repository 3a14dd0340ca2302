"""The block list: which visitors may not call, since when, why, and lifting it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from hooks.models import VisitorBlock
from hooks.reasons import Reason
from tenants.admin.display import alarm as striking
from tenants.admin.read_only import ReadOnlyAdmin
from tenants.admin.tenant_filter import TenantFilter
from tenants.audit.actions import Action
from tenants.audit.recording import record
from tenants.sign_in.confirmation import confirmed_recently


class VisitorBlockAdmin(ReadOnlyAdmin):
    list_display = ("since", "known_as", "tenant", "why", "state")
    list_filter = (TenantFilter, ("lifted_at", admin.EmptyFieldListFilter))
    list_select_related: ClassVar[Any] = ("tenant",)
    search_fields = ("visitor__startswith", "display", "because")
    search_help_text = "The beginning of a visitor's hash, a part of what they are known as, or why"
    ordering = ("-since",)
    fields = ("tenant", "visitor", "known_as", "since", "until", "why", "lifted_at", "lifted_by")
    actions = ("lift",)

    @admin.display(description="known as")
    def known_as(self, block: VisitorBlock) -> str:
        """A part of an address, or what the customer calls the visitor."""
        return block.display or f"{block.visitor[:8]}…"

    @admin.display(description="why")
    def why(self, block: VisitorBlock) -> str:
        reason = Reason.from_word(block.because)
        return reason.sentence if reason else block.because

    @admin.display(description="state")
    def state(self, block: VisitorBlock) -> str:
        if block.lifted_at:
            return f"lifted by {block.lifted_by}"
        if block.until is None:
            return striking("blocked until somebody lifts it")
        until = f"{timezone.localtime(block.until):%-d %B, %H:%M}"
        has_ended = block.until <= timezone.now()
        return f"ended on {until}" if has_ended else striking(f"blocked until {until}")

    @admin.action(description="Lift the block: they may call again", permissions=["view"])
    @confirmed_recently
    def lift(self, request: HttpRequest, blocks: QuerySet[VisitorBlock]) -> None:
        """Of tenants that the person may change."""
        changeable = VisitorBlock.objects.changeable_by(request.user).living()
        lifted = list(changeable.filter(pk__in=blocks.values("pk")).select_related("tenant"))
        for block in lifted:
            record(Action.VISITOR_UNBLOCKED, block, tenant=block.tenant)

        chosen = VisitorBlock.objects.filter(pk__in=[block.pk for block in lifted])
        chosen.lift(request.user.get_username())
        messages.success(request, f"{len(lifted)} visitors may call again.")
