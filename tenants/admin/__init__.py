"""The pages for tenants and WCS instances: one file per table."""

from tenants.admin.audit_entry import AuditEntryAdmin
from tenants.admin.callee import CalleeAdmin
from tenants.admin.domain import DomainAdmin
from tenants.admin.import_run import ImportRunAdmin
from tenants.admin.sign_ins import FailedSignInAdmin, SuccessfulSignInAdmin
from tenants.admin.sip_account import SipAccountAdmin
from tenants.admin.tenant import TenantAdmin
from tenants.admin.user import UserAdmin
from tenants.admin.wcs_instance import WcsInstanceAdmin
from tenants.admin.wcs_node import WcsNodeAdmin

__all__ = [
    "AuditEntryAdmin",
    "CalleeAdmin",
    "DomainAdmin",
    "FailedSignInAdmin",
    "ImportRunAdmin",
    "SipAccountAdmin",
    "SuccessfulSignInAdmin",
    "TenantAdmin",
    "UserAdmin",
    "WcsInstanceAdmin",
    "WcsNodeAdmin",
]
