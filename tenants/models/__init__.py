"""The tables, one file each: who may call whom, and who may see and change it.

A rule about one row is a method of its model, about many rows a method of its query set:
`visible_to(user)` and `changeable_by(user)` stand on every table that people see. Constraints of
the database stand in each `Meta`. Others import the models from here; this room knows `scope`,
`origins`, `secrets`, the audit's names of actions, and the modules that read what a column holds:
`limits`, `opened`, `hours`, `webhooks`.
"""

from tenants.models.api_key import ApiKey
from tenants.models.api_pace import ApiPace
from tenants.models.assignment import Assignment
from tenants.models.audit_entry import AuditEntry
from tenants.models.callee import Callee
from tenants.models.domain import Domain
from tenants.models.domain_proof import DomainProof
from tenants.models.idempotent_answer import IdempotentAnswer
from tenants.models.import_run import ImportedRow, ImportRun
from tenants.models.limit_raise import LimitRaise
from tenants.models.passkey import Passkey
from tenants.models.rate import Rate
from tenants.models.second_factor import SecondFactor
from tenants.models.sip_account import SipAccount
from tenants.models.sso_identity import SsoIdentity
from tenants.models.stream_alias import StreamAlias
from tenants.models.tenant import Tenant
from tenants.models.ticket_key import TicketKey
from tenants.models.token_key import TokenKey
from tenants.models.upload import Upload
from tenants.models.upload_attempt import UploadAttempt
from tenants.models.visitor_login import VisitorLogin
from tenants.models.wcs_instance import WcsInstance, WcsNode
from tenants.models.webhook_endpoint import WebhookEndpoint

__all__ = [
    "ApiKey",
    "ApiPace",
    "IdempotentAnswer",
    "Assignment",
    "AuditEntry",
    "Callee",
    "Domain",
    "DomainProof",
    "ImportRun",
    "ImportedRow",
    "LimitRaise",
    "Passkey",
    "Rate",
    "SecondFactor",
    "SipAccount",
    "SsoIdentity",
    "StreamAlias",
    "Tenant",
    "TicketKey",
    "TokenKey",
    "Upload",
    "UploadAttempt",
    "VisitorLogin",
    "WcsInstance",
    "WcsNode",
    "WebhookEndpoint",
]
