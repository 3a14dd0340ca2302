"""The pages of sign-ins, failed and successful: only administrators view them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from tenants.admin.read_only import ReadOnlyAdmin


class SignInAdmin(ReadOnlyAdmin):
    list_filter = ("attempt_time",)
    search_fields = ("username", "ip_address")
    show_full_result_count = False


class FailedSignInAdmin(SignInAdmin):
    """Deleting a row lets the person try again at once."""

    fields = list_display = (
        "attempt_time",
        "username",
        "ip_address",
        "failures_since_start",
        "user_agent",
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)


class SuccessfulSignInAdmin(SignInAdmin):
    fields = list_display = ("attempt_time", "username", "ip_address", "logout_time", "user_agent")
