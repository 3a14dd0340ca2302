"""The pages for what happened, to look at only: one file per table, and a tenant's page with what happened to it."""

from hooks.admin.call import CallAdmin
from hooks.admin.event import EventAdmin
from hooks.admin.session import SessionAdmin
from hooks.admin.tenant import TenantWithCallsAdmin

__all__ = ["CallAdmin", "EventAdmin", "SessionAdmin", "TenantWithCallsAdmin"]
