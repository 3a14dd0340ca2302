"""Everything the database knows that bears on one hook, read for a whole batch at once."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class Facts(NamedTuple):
    """One row of `hooks.statements.READ_…`, in its order. What does not exist is None, and so is what is not asked for."""

    instance_id: str | None = None
    instance_unsigned: bool | None = None
    instance_app_key: str | None = None
    signing_secret: str | None = None  # sealed
    previous_signing_secret: str | None = None  # sealed

    session_id: str | None = None
    session_ended_at: datetime | None = None
    tenant_id: int | None = None

    call_id: str | None = None
    call_decision: str | None = None
    account_login: str | None = None

    domain_id: int | None = None
    tenant_status: str | None = None
    tenant_served: bool | None = None  # the instance may speak for it
    account_id: str | None = None

    # of a call
    call_alias: str | None = None
    call_target: str | None = None
    call_ended_at: datetime | None = None
    callee_target: str | None = None

    # of a connect
    account_authentication_name: str | None = None
    account_password: str | None = None  # sealed
    account_domain: str | None = None
    account_outbound_proxy: str | None = None
    account_port: int | None = None
    tenant_registers: bool | None = None
    session_digest: str | None = None
    session_opened_at: datetime | None = None
    node_known: bool | None = None


NOTHING = Facts()
