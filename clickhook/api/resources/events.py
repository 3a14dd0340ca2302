"""Events: each hook as it arrived, redacted, with its decision and reason, newest first."""

from __future__ import annotations

from typing import Any, ClassVar

from clickhook.api.records import BY_TIME, Filter, RecordsView, RecordView
from clickhook.api.resources.calls import by_decision, by_reason
from hooks.models import Event

NAMES = ("id", "hook_id", "received_at", "method", "decision", "reason", "detail", "body")


def shown_event(event: Event) -> dict[str, Any]:
    return {
        **{name: getattr(event, name) for name in NAMES},
        "tenant": event.tenant and event.tenant.slug,
        "instance": event.instance_id,
        "session": event.session_id,
        "call": event.call_id,
    }


class Events(RecordsView):
    resource, model, time_field, related = "events", Event, "received_at", ("tenant",)
    filters: ClassVar[dict[str, Filter]] = {"decision": by_decision, "reason": by_reason}
    parameters: ClassVar[dict[str, tuple[str, ...]]] = {"GET": (*BY_TIME, *filters)}

    def shown(self, row: Event) -> dict[str, Any]:
        return shown_event(row)


class OneEvent(RecordView):
    resource, model, related = "events", Event, ("tenant",)
    show = staticmethod(shown_event)
