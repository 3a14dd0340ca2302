"""The pages for what happened, to look at only: one file per table."""

from hooks.admin.call import CallAdmin
from hooks.admin.event import EventAdmin
from hooks.admin.session import SessionAdmin

__all__ = ["CallAdmin", "EventAdmin", "SessionAdmin"]
