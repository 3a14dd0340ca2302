"""The banner over every page while an alarm was not cleared."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest

from hooks.models import Alarm

register = template.Library()
MOST_COUNTED = 100


@register.inclusion_tag("hooks/alarm_banner.html", takes_context=True)
def alarm_banner(context: dict[str, Any]) -> dict[str, Any]:
    """Only where somebody is signed in, and about what they may see."""
    request: HttpRequest | None = context.get("request")
    if request is None or not context.get("has_permission"):
        return {"number": 0}
    alarms = Alarm.objects.uncleared_for(request.user)
    kinds = list(alarms.values_list("kind", flat=True)[: MOST_COUNTED + 1])
    names = dict(Alarm.Kind.choices)
    return {
        "number": len(kinds),
        "more": len(kinds) > MOST_COUNTED,
        "most": MOST_COUNTED,
        "kinds": sorted({str(names.get(kind, kind)) for kind in kinds}),
    }
