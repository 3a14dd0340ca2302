"""The page that changes a SIP account's password while visitors call."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_post_parameters

from hooks.calls.sip_rotation import (
    RotationState,
    begin_rotation,
    cancel_rotation,
    read_rotation,
    repeat_trial,
)
from tenants.admin.display import format_time
from tenants.admin.scoped import may_change
from tenants.admin.secret_input import SecretInput
from tenants.models import SipAccount
from tenants.secrets.encryption import SecretUnreadable
from tenants.sign_in.confirmation import confirmed_recently

UNREADABLE = "Nothing was changed: a stored password does not open with this server's keys."


class NextPasswordForm(forms.Form):
    password = SecretInput(
        label="New password", strip=False, max_length=1024, help_text="It is never shown again."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].required = True


@sensitive_post_parameters()
@confirmed_recently
def sip_rotation_page(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """A code is asked for before the form, so that nothing typed is lost."""
    account = _changeable_account(request, account_id)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    form = NextPasswordForm(request.POST if act == "try" else None)
    if act and (act != "try" or form.is_valid()):
        _do(request, account, act, form)
        return HttpResponseRedirect(request.path)

    rotation = read_rotation(account)
    context = {
        **admin.site.each_context(request),
        "title": f"Change the password of {account}",
        "account": account,
        "rotation": rotation,
        "since": format_time(rotation.since),
        "decided": format_time(rotation.decided_at),
        "has_failed": rotation.state is RotationState.FAILED,
        "may_be_cancelled": rotation.state not in (RotationState.NONE, RotationState.PROVED),
        "form": form,
    }
    return TemplateResponse(request, "hooks/sip_rotation.html", context)


def _changeable_account(request: HttpRequest, account_id: uuid.UUID) -> SipAccount:
    visible = SipAccount.objects.visible_to(request.user).select_related("tenant")
    account = visible.filter(pk=account_id).first()
    if account is None:
        raise Http404("You may see no such SIP account.")
    if not may_change(request, SipAccount, account):
        raise PermissionDenied
    return account


def _do(request: HttpRequest, account: SipAccount, act: str, form: NextPasswordForm) -> None:
    try:
        if act == "try":
            begin_rotation(account.pk, form.cleaned_data["password"])
            messages.success(request, "The next visitor who connects tries the new password.")
        elif act == "repeat":
            repeat_trial(account.pk)
            messages.success(request, "The next visitor who connects tries it again.")
        elif act == "cancel" and cancel_rotation(account.pk):
            messages.success(request, "The new password was forgotten. Everybody keeps the old.")
        else:
            messages.info(request, "Nothing was changed: the new password works already.")
    except SecretUnreadable:
        messages.error(request, UNREADABLE)
