"""Who may call whom: one file per table."""

from tenants.models.assignment import Assignment
from tenants.models.audit_entry import AuditEntry
from tenants.models.callee import Callee
from tenants.models.domain import Domain
from tenants.models.import_run import ImportedRow, ImportRun
from tenants.models.second_factor import SecondFactor
from tenants.models.sip_account import SipAccount
from tenants.models.tenant import Tenant
from tenants.models.upload import Upload
from tenants.models.wcs_instance import WcsInstance, WcsNode

__all__ = [
    "Assignment",
    "AuditEntry",
    "Callee",
    "Domain",
    "ImportRun",
    "ImportedRow",
    "SecondFactor",
    "SipAccount",
    "Tenant",
    "Upload",
    "WcsInstance",
    "WcsNode",
]
