"""A search for a whole session id or call id: what WCS's own logs name, and what the tables have indexes for."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from hooks.models import Call, Session

HELP = "A whole session id or call id, as WCS writes it."
SESSION_HELP = "A whole session id, as WCS writes it."
FOUND = 1_000  # WCS reuses its ids


def sessions_of(text: str) -> list[Any]:
    return list(Session.objects.filter(wcs_session_id=text).values_list("pk", flat=True)[:FOUND])


def calls(text: str) -> Q:
    return Q(wcs_call_id=text) | Q(session__in=sessions_of(text))


def events(text: str) -> Q:
    """A call's events by its session: there is no index for the call."""
    found = list(Call.objects.filter(wcs_call_id=text).values_list("pk", "session")[:FOUND])
    of_calls = Q(
        session__in=[session for _, session in found], call__in=[call for call, _ in found]
    )
    return Q(session__in=sessions_of(text)) | of_calls
