"""The pages of sign-ins, those that failed and those that did not: for platform administrators alone, to look at."""

from __future__ import annotations

from typing import Any

from axes.models import AccessAttempt, AccessLog
from django.contrib import admin
from django.http import HttpRequest

from tenants.admin.looked_at import LookedAtAdmin


class SignInAdmin(LookedAtAdmin):
    list_filter = ("attempt_time",)
    search_fields = ("username", "ip_address")
    show_full_result_count = False


@admin.register(AccessAttempt)
class FailedSignInAdmin(SignInAdmin):
    """Deleting one lets the person try again at once."""

    fields = list_display = (
        "attempt_time",
        "username",
        "ip_address",
        "failures_since_start",
        "user_agent",
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)


@admin.register(AccessLog)
class SuccessfulSignInAdmin(SignInAdmin):
    fields = list_display = ("attempt_time", "username", "ip_address", "logout_time", "user_agent")
