"""Searches for a whole session id or call id, as WCS's own logs name it and the indexes know it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from hooks.models import Call, Session

HELP = "A whole session id or call id, as WCS writes it."
SESSION_HELP = "A whole session id, as WCS writes it."
MAX_MATCHES = 1_000  # WCS reuses its ids


def match_sessions(text: str) -> Q:
    return Q(wcs_session_id=text)


def match_calls(text: str) -> Q:
    return Q(wcs_call_id=text) | Q(session__in=_session_keys(text))


def match_events(text: str) -> Q:
    """A call's events are found by its session: there is no index for the call."""
    calls = list(Call.objects.filter(wcs_call_id=text).values_list("pk", "session")[:MAX_MATCHES])
    events_of_calls = Q(
        session__in=[session for _, session in calls], call__in=[call for call, _ in calls]
    )
    return Q(session__in=_session_keys(text)) | events_of_calls


def _session_keys(text: str) -> list[Any]:
    sessions = Session.objects.filter(wcs_session_id=text)
    return list(sessions.values_list("pk", flat=True)[:MAX_MATCHES])
