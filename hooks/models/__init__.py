"""The tables of what happened: sessions, calls, streams, events, hours, meters; how times are read.

Beside them what the worker needs: its heartbeat, alarms, notices of limits, switches, calls and
streams that are to be ended; messages to visitors' pages; and the outbox of webhooks.
"""

from hooks.models.alarm import Alarm
from hooks.models.answering_node import AnsweringNode
from hooks.models.call import Call
from hooks.models.call_hour import CallHour
from hooks.models.call_quality import CallQuality
from hooks.models.callback_request import CallbackRequest
from hooks.models.data_message import DataMessage, DataRecipient
from hooks.models.ending import Ending
from hooks.models.event import Event
from hooks.models.keypad import Keypad
from hooks.models.last_hook import LastHook
from hooks.models.limit_notice import LimitNotice
from hooks.models.meter import Meter
from hooks.models.page_message import MessagePace, PageMessage
from hooks.models.password_trial import PasswordTrial
from hooks.models.refused_id import RefusedId
from hooks.models.session import Session
from hooks.models.spent_ticket import SpentTicket
from hooks.models.stream import Stream
from hooks.models.stream_ending import StreamEnding
from hooks.models.switch import Switch
from hooks.models.tenant_move import TenantMove
from hooks.models.time_display import TimeDisplay
from hooks.models.visitor_block import VisitorBlock, VisitorBreach
from hooks.models.webhook_delivery import WebhookDelivery, WebhookStanding
from hooks.models.webhook_message import WebhookMessage
from hooks.models.worker import Worker

__all__ = [
    "Alarm",
    "AnsweringNode",
    "Call",
    "CallHour",
    "CallQuality",
    "CallbackRequest",
    "DataMessage",
    "DataRecipient",
    "Ending",
    "Event",
    "Keypad",
    "LastHook",
    "LimitNotice",
    "MessagePace",
    "Meter",
    "PageMessage",
    "PasswordTrial",
    "RefusedId",
    "Session",
    "SpentTicket",
    "Stream",
    "StreamEnding",
    "Switch",
    "TenantMove",
    "TimeDisplay",
    "VisitorBlock",
    "VisitorBreach",
    "WebhookDelivery",
    "WebhookMessage",
    "WebhookStanding",
    "Worker",
]
