"""The admin's pages for tenants, WCS instances, staff and the audit: one file per table.

Each file has the table's admin class with the form beside it; this module registers them all.
`scoped` decides what a person sees and may change, `conflicts` handles two people at the same row,
`pages` has what is not a table: exports, uploads, undoing. `hooks` builds its own pages on
`scoped`, `tenant`, `tenant_filter`, `search_text`, `read_only` and `display`; nothing else uses
this room. The pages use sign_in, transfer and the audit.
"""

from axes.models import AccessAttempt, AccessLog
from django.contrib import admin
from django.contrib.auth.models import Group, User

from tenants.admin.api_key import ApiKeyAdmin
from tenants.admin.audit_entry import AuditEntryAdmin
from tenants.admin.callee import CalleeAdmin
from tenants.admin.domain import DomainAdmin
from tenants.admin.import_run import ImportRunAdmin
from tenants.admin.limit_raise import LimitRaiseAdmin
from tenants.admin.rate import RateAdmin
from tenants.admin.sign_ins import FailedSignInAdmin, SuccessfulSignInAdmin
from tenants.admin.sip_account import SipAccountAdmin
from tenants.admin.stream_alias import StreamAliasAdmin
from tenants.admin.ticket_key import TicketKeyAdmin
from tenants.admin.user import UserAdmin
from tenants.admin.visitor_access import TokenKeyAdmin, VisitorLoginAdmin
from tenants.admin.wcs_instance import WcsInstanceAdmin
from tenants.admin.wcs_node import WcsNodeAdmin
from tenants.models import (
    ApiKey,
    AuditEntry,
    Callee,
    Domain,
    ImportRun,
    LimitRaise,
    Rate,
    SipAccount,
    StreamAlias,
    TicketKey,
    TokenKey,
    VisitorLogin,
    WcsInstance,
    WcsNode,
)

# Django's own pages for these two know nothing of our roles.
admin.site.unregister([User, Group])
admin.site.register(User, UserAdmin)

# Tenant is registered by `hooks`, whose page of it also shows calls.
admin.site.register(Domain, DomainAdmin)
admin.site.register(Callee, CalleeAdmin)
admin.site.register(SipAccount, SipAccountAdmin)
admin.site.register(StreamAlias, StreamAliasAdmin)
admin.site.register(TicketKey, TicketKeyAdmin)
admin.site.register(TokenKey, TokenKeyAdmin)
admin.site.register(VisitorLogin, VisitorLoginAdmin)
admin.site.register(WcsInstance, WcsInstanceAdmin)
admin.site.register(WcsNode, WcsNodeAdmin)
admin.site.register(ApiKey, ApiKeyAdmin)
admin.site.register(Rate, RateAdmin)
admin.site.register(ImportRun, ImportRunAdmin)
admin.site.register(LimitRaise, LimitRaiseAdmin)

admin.site.register(AuditEntry, AuditEntryAdmin)
admin.site.register(AccessAttempt, FailedSignInAdmin)
admin.site.register(AccessLog, SuccessfulSignInAdmin)
