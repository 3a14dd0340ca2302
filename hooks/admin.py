"""Where Django looks for this app's pages: what happened, and a tenant's page with its calls."""

from django.contrib import admin

from hooks.calls.admin.alarm import AlarmAdmin
from hooks.calls.admin.call import CallAdmin
from hooks.calls.admin.callback_request import CallbackRequestAdmin
from hooks.calls.admin.data_message import DataMessageAdmin
from hooks.calls.admin.event import EventAdmin
from hooks.calls.admin.limit_notices import LimitNoticeAdmin
from hooks.calls.admin.page_message import PageMessageAdmin
from hooks.calls.admin.session import SessionAdmin
from hooks.calls.admin.stream import StreamAdmin
from hooks.calls.admin.switch import SwitchAdmin
from hooks.calls.admin.tenant import TenantWithCallsAdmin
from hooks.calls.admin.visitor_block import VisitorBlockAdmin
from hooks.calls.admin.webhook_delivery import WebhookDeliveryAdmin
from hooks.calls.admin.webhook_endpoint import WebhookEndpointAdmin
from hooks.models import (
    Alarm,
    Call,
    CallbackRequest,
    DataMessage,
    Event,
    LimitNotice,
    PageMessage,
    Session,
    Stream,
    Switch,
    VisitorBlock,
    WebhookDelivery,
)
from tenants.models import Tenant, WebhookEndpoint

admin.site.register(Call, CallAdmin)
admin.site.register(CallbackRequest, CallbackRequestAdmin)
admin.site.register(Session, SessionAdmin)
admin.site.register(Stream, StreamAdmin)
admin.site.register(Event, EventAdmin)
admin.site.register(Alarm, AlarmAdmin)
admin.site.register(LimitNotice, LimitNoticeAdmin)
admin.site.register(Switch, SwitchAdmin)
admin.site.register(VisitorBlock, VisitorBlockAdmin)
admin.site.register(DataMessage, DataMessageAdmin)
admin.site.register(PageMessage, PageMessageAdmin)
admin.site.register(WebhookDelivery, WebhookDeliveryAdmin)
# The tenants' app leaves these to us: their pages also show calls and deliveries, which that app
# does not know.
admin.site.register(Tenant, TenantWithCallsAdmin)
admin.site.register(WebhookEndpoint, WebhookEndpointAdmin)
