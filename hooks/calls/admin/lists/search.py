"""Searches: for a whole id, which the indexes know, or for a text among the rows looked through."""

from __future__ import annotations

import uuid
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from hooks.models import Call, Session
from tenants.models import Tenant

HELP = (
    "A whole session id or call id, as WCS writes it; or a part of an alias, a number, an origin, "
    "a SIP login or a tenant's name."
)
EVENT_HELP = f"A hook_id, as it stands in the log. {HELP}"
SESSION_HELP = (
    "A whole session id, as WCS writes it; or a part of an origin, a SIP login or a tenant's name."
)
STREAM_HELP = (
    "A whole session id or mediaSessionId, as WCS writes it; or a part of an alias, an origin or a "
    "tenant's name."
)
TEXT_HELP = "A whole session id, as WCS writes it; or a part of the text or of a tenant's name."
SENT_HELP = "A whole id of a message; or a part of the text or of a tenant's name."
MAX_MATCHES = 1_000  # WCS reuses its ids
MAX_TENANTS = 100  # whose name contains the text


def match_sessions(text: str) -> Q:
    return Q(wcs_session_id=text)


def match_calls(text: str) -> Q:
    return Q(wcs_call_id=text) | Q(session__in=_session_keys(text))


def match_streams(text: str) -> Q:
    return Q(media_session_id=text) | Q(session__in=_session_keys(text))


def match_page_messages(text: str) -> Q:
    return Q(session__in=_session_keys(text))


def match_data_messages(text: str) -> Q:
    return _of_uuid("pk", text)


def match_events(text: str) -> Q:
    """A call's events are found by its session: there is no index for the call."""
    calls = list(Call.objects.filter(wcs_call_id=text).values_list("pk", "session")[:MAX_MATCHES])
    events_of_calls = Q(
        session__in=[session for _, session in calls], call__in=[call for call, _ in calls]
    )
    return Q(session__in=_session_keys(text)) | events_of_calls | _of_uuid("hook_id", text)


def _of_uuid(field: str, text: str) -> Q:
    try:
        return Q(**{field: uuid.UUID(text)})
    except ValueError:
        return Q(pk__in=[])


def contains_in_sessions(text: str, user: Any) -> Q:
    return _contains(text, "origin", "sip_login") | _tenants(text, user)


def contains_in_calls(text: str, user: Any) -> Q:
    fields = ("alias", "target", "session__origin", "session__sip_login")
    return _contains(text, *fields) | _tenants(text, user)


def contains_in_streams(text: str, user: Any) -> Q:
    return _contains(text, "alias", "session__origin") | _tenants(text, user)


def contains_in_texts(text: str, user: Any) -> Q:
    return _contains(text, "text") | _tenants(text, user)


def contains_in_events(text: str, user: Any) -> Q:
    fields = (
        "body__origin",
        "session__origin",
        "session__sip_login",
        "call__alias",
        "call__target",
    )
    return _contains(text, *fields) | _tenants(text, user)


def _contains(text: str, *fields: str) -> Q:
    return reduce(or_, (Q(**{f"{field}__icontains": text}) for field in fields))


def _tenants(text: str, user: Any) -> Q:
    named = Tenant.objects.visible_to(user).filter(_contains(text, "slug", "name"))
    return Q(tenant__in=list(named.values_list("pk", flat=True)[:MAX_TENANTS]))


def _session_keys(text: str) -> list[Any]:
    sessions = Session.objects.filter(wcs_session_id=text)
    return list(sessions.values_list("pk", flat=True)[:MAX_MATCHES])
