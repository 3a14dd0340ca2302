"""The button that ends one living call: WCS is asked at once, and the answer is shown."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from hooks.models import Call, Ending
from hooks.wcs.ending import ASKED, CALLS, GONE
from tenants.audit.actions import Action
from tenants.audit.recording import record
from tenants.sign_in.confirmation import confirmed_recently


@require_POST
@confirmed_recently
def hang_up(request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
    """Leads back to the page in `next`, or to the call's page."""
    call = Call.objects.visible_to(request.user).filter(pk=object_id).first()
    if call is None:
        raise Http404("You may see no such call.")
    if not Call.objects.changeable_by(request.user).filter(pk=object_id).exists():
        raise PermissionDenied

    if call.ended_at is None:
        record(Action.HUNG_UP, call, name=call.wcs_call_id, tenant=call.tenant)
        [tried] = CALLS.end_now([call.pk], Ending.Because.HANG_UP)
        tell = messages.success if tried.result in (ASKED, GONE) else messages.error
        tell(request, f"Call {call.wcs_call_id}: {tried.sentence}")
    else:
        messages.info(request, f"Call {call.wcs_call_id} has ended already.")
    return HttpResponseRedirect(_way_back(request, call))


def _way_back(request: HttpRequest, call: Call) -> str:
    address = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(address, None):
        return address
    return reverse("admin:hooks_call_change", args=[call.pk])
