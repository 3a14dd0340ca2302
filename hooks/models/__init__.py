"""The tables of what happened: sessions, calls, events, hours, meters; and how times are read."""

from hooks.models.call import Call
from hooks.models.call_hour import CallHour
from hooks.models.event import Event
from hooks.models.meter import Meter
from hooks.models.session import Session
from hooks.models.spent_ticket import SpentTicket
from hooks.models.time_display import TimeDisplay
from hooks.models.visitor_block import VisitorBlock, VisitorBreach

__all__ = [
    "Call",
    "CallHour",
    "Event",
    "Meter",
    "Session",
    "SpentTicket",
    "TimeDisplay",
    "VisitorBlock",
    "VisitorBreach",
]
