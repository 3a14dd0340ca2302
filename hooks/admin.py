"""Registers the admin pages of calls, sessions and events, and the tenant's page with its calls."""

from django.contrib import admin

from hooks.calls.admin.call import CallAdmin
from hooks.calls.admin.event import EventAdmin
from hooks.calls.admin.session import SessionAdmin
from hooks.calls.admin.tenant import TenantWithCallsAdmin
from hooks.models import Call, Event, Session
from tenants.models import Tenant

admin.site.register(Call, CallAdmin)
admin.site.register(Session, SessionAdmin)
admin.site.register(Event, EventAdmin)
# The tenants' app leaves this one to us: the page shows calls, which that app does not know.
admin.site.register(Tenant, TenantWithCallsAdmin)
