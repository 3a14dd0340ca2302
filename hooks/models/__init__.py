"""The tables of what happened, one file each: sessions, calls, events, and calls by the hour."""

from hooks.models.call import Call
from hooks.models.call_hour import CallHour
from hooks.models.event import Event
from hooks.models.session import Session

__all__ = ["Call", "CallHour", "Event", "Session"]
