"""The pages of sign-ins, failed and successful: only administrators view them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from tenants.admin.display import time_column
from tenants.admin.read_only import ReadOnlyAdmin

TRIED = time_column("attempt_time", "tried")
SIGNED_IN = time_column("attempt_time", "signed in")
SIGNED_OUT = time_column("logout_time", "signed out")


class SignInAdmin(ReadOnlyAdmin):
    list_filter = ("attempt_time",)
    search_fields = ("username", "ip_address")
    show_full_result_count = False
    change_form_template = "tenants/sign_in_row.html"


class FailedSignInAdmin(SignInAdmin):
    """Deleting a row lets the person try again at once."""

    fields = list_display = (
        TRIED,
        "username",
        "ip_address",
        "failures_since_start",
        "user_agent",
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_view_permission(request, obj)


class SuccessfulSignInAdmin(SignInAdmin):
    fields = list_display = (SIGNED_IN, "username", "ip_address", SIGNED_OUT, "user_agent")
