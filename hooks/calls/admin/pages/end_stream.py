"""The button that ends one living stream: WCS is asked at once, and the answer is shown."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from hooks.models import Stream, StreamEnding
from hooks.wcs.ending import ASKED, GONE, STREAMS
from tenants.audit.actions import Action
from tenants.audit.recording import record
from tenants.sign_in.confirmation import confirmed_recently


@require_POST
@confirmed_recently
def end_stream(request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
    """Leads back to the stream's page."""
    stream = Stream.objects.visible_to(request.user).filter(pk=object_id).first()
    if stream is None:
        raise Http404("You may see no such stream.")
    if not Stream.objects.changeable_by(request.user).filter(pk=object_id).exists():
        raise PermissionDenied

    if stream.ended_at is None:
        record(Action.ENDED_STREAM, stream, name=stream.media_session_id, tenant=stream.tenant)
        [tried] = STREAMS.end_now([stream.pk], StreamEnding.Because.CLOSED)
        tell = messages.success if tried.result in (ASKED, GONE) else messages.error
        tell(request, f"Stream {stream.alias}: {tried.sentence}")
    else:
        messages.info(request, f"Stream {stream.alias} has ended already.")
    return HttpResponseRedirect(reverse("admin:hooks_stream_change", args=[stream.pk]))
