"""The set-up text of a WCS, for whoever has its link: people who run a WCS have no account here."""

from __future__ import annotations

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode

from hooks.calls.admin.pages.set_up import describe_set_up
from tenants.models import WcsInstance

SALT = "clickhook.set-up-text"
LASTS_DAYS = 7
NOT_VALID = "This link has expired or is incomplete. Ask for a new one."


def set_up_link(instance: WcsInstance) -> str:
    token = signing.dumps(str(instance.pk), salt=SALT)
    return f"{reverse('admin:hooks_set_up_text')}?{urlencode({'for': token})}"


def set_up_text(request: HttpRequest) -> HttpResponse:
    """Without signing in: the link itself, which expires, is the permission."""
    try:
        token = request.GET.get("for", "")
        key = signing.loads(token, salt=SALT, max_age=LASTS_DAYS * 24 * 3600)
    except signing.BadSignature as error:
        raise Http404(NOT_VALID) from error

    instance = WcsInstance.objects.filter(pk=key).prefetch_related("nodes").first()
    if instance is None:
        raise Http404(NOT_VALID)

    text = render_to_string("hooks/set_up.txt", {"set_up": describe_set_up(instance)})
    headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)
