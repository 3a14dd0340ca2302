"""Sessions: each connection of a browser at a WCS instance, newest first."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet

from clickhook.api.records import BY_TIME, Filter, RecordsView, RecordView, one_of
from hooks.calls.admin.lists.filters import LIVING
from hooks.models import Session

NAMES = ("id", "wcs_session_id", "app_key", "origin", "sip_login", "visitor", "ticketed", "label")
TIMES = ("opened_at", "established_at", "ended_at")
OUTCOMES = [LIVING, *Session.EndedBy.values]


def by_outcome(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    outcome = one_of("outcome", text, OUTCOMES)
    return rows.filter(ended_at=None) if outcome == LIVING else rows.filter(ended_by=outcome)


def shown_session(session: Session) -> dict[str, Any]:
    return {
        **{name: getattr(session, name) for name in NAMES},
        "tenant": session.tenant.slug,
        "instance": session.instance_id,
        **{name: getattr(session, name) for name in TIMES},
        "ended_by": session.ended_by,
    }


class Sessions(RecordsView):
    resource, model, time_field, related = "sessions", Session, "opened_at", ("tenant",)
    filters: ClassVar[dict[str, Filter]] = {"outcome": by_outcome}
    parameters: ClassVar[dict[str, tuple[str, ...]]] = {"GET": (*BY_TIME, *filters)}

    def shown(self, row: Session) -> dict[str, Any]:
        return shown_session(row)


class OneSession(RecordView):
    resource, model, related = "sessions", Session, ("tenant",)
    show = staticmethod(shown_session)
