"""Where Django looks for this app's pages: what happened, and a tenant's page with its calls."""

from django.contrib import admin

from hooks.calls.admin.alarm import AlarmAdmin
from hooks.calls.admin.call import CallAdmin
from hooks.calls.admin.event import EventAdmin
from hooks.calls.admin.limit_notices import LimitNoticeAdmin
from hooks.calls.admin.session import SessionAdmin
from hooks.calls.admin.switch import SwitchAdmin
from hooks.calls.admin.tenant import TenantWithCallsAdmin
from hooks.calls.admin.visitor_block import VisitorBlockAdmin
from hooks.models import Alarm, Call, Event, LimitNotice, Session, Switch, VisitorBlock
from tenants.models import Tenant

admin.site.register(Call, CallAdmin)
admin.site.register(Session, SessionAdmin)
admin.site.register(Event, EventAdmin)
admin.site.register(Alarm, AlarmAdmin)
admin.site.register(LimitNotice, LimitNoticeAdmin)
admin.site.register(Switch, SwitchAdmin)
admin.site.register(VisitorBlock, VisitorBlockAdmin)
# The tenants' app leaves this one to us: its page also shows calls, which that app does not know.
admin.site.register(Tenant, TenantWithCallsAdmin)
