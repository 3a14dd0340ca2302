"""The buttons that end one living call or stream: WCS is asked at once, its answer is shown."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from hooks.models import Call, Ending, Stream, StreamEnding
from hooks.wcs.ending import ASKED, CALLS, GONE, STREAMS, Endings
from tenants.audit.actions import Action
from tenants.audit.recording import record
from tenants.sign_in.confirmation import confirmed_recently


@require_POST
@confirmed_recently
def hang_up(request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
    """Leads back to the page in `next`, or to the call's page."""
    call = _find_changeable(request, Call, object_id)
    if _still_lives(request, call, f"Call {call.wcs_call_id}"):
        record(Action.HUNG_UP, call, name=call.wcs_call_id, tenant=call.tenant)
        _end(request, CALLS, call, Ending.Because.HANG_UP, f"Call {call.wcs_call_id}")
    return HttpResponseRedirect(_way_back(request, call))


@require_POST
@confirmed_recently
def end_stream(request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
    """Leads back to the stream's page."""
    stream = _find_changeable(request, Stream, object_id)
    if _still_lives(request, stream, f"Stream {stream.alias}"):
        record(Action.ENDED_STREAM, stream, name=stream.media_session_id, tenant=stream.tenant)
        _end(request, STREAMS, stream, StreamEnding.Because.CLOSED, f"Stream {stream.alias}")
    return HttpResponseRedirect(reverse("admin:hooks_stream_change", args=[stream.pk]))


def _find_changeable(request: HttpRequest, model: Any, object_id: uuid.UUID) -> Any:
    """Raises Http404 and PermissionDenied."""
    row = model.objects.visible_to(request.user).filter(pk=object_id).first()
    if row is None:
        raise Http404(f"You may see no such {model._meta.verbose_name}.")
    if not model.objects.changeable_by(request.user).filter(pk=object_id).exists():
        raise PermissionDenied
    return row


def _still_lives(request: HttpRequest, row: Call | Stream, name: str) -> bool:
    if row.ended_at is not None:
        messages.info(request, f"{name} has ended already.")
    return row.ended_at is None


def _end(
    request: HttpRequest, endings: Endings, row: Call | Stream, because: str, name: str
) -> None:
    [tried] = endings.end_now([row.pk], because)
    tell = messages.success if tried.result in (ASKED, GONE) else messages.error
    tell(request, f"{name}: {tried.sentence}")


def _way_back(request: HttpRequest, call: Call) -> str:
    address = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(address, None):
        return address
    return reverse("admin:hooks_call_change", args=[call.pk])
