"""While an upgrade rolls, gateways of before write to the new tables: their rows must be sound."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from hooks.models import Call, Event, Session
from tenants.models import Callee, Domain, SipAccount, Tenant
from tenants.models.stored_json import safe_limits

# The last release before limits.
BEFORE = [("tenants", "0011_origins_of_apps"), ("hooks", "0006_time_display")]


@pytest.fixture
def before(transactional_db):
    """The models of that release: they know and write no column of later."""
    state = MigrationExecutor(connection).loader.project_state(BEFORE)
    return lambda app, name: state.apps.get_model(app, name).objects


def test_rows_of_a_gateway_of_before_are_as_safe_as_new_ones(before):
    tenant = before("tenants", "Tenant").create(slug="acme", name="Acme Ltd")
    before("tenants", "Callee").create(tenant=tenant, alias="sales", target="+4930123456")
    before("tenants", "Domain").create(tenant=tenant, origin="https://www.acme.example")
    login = {"login": "1", "password": "sealed", "domain": "sip.acme.example"}
    before("tenants", "SipAccount").create(tenant=tenant, **login)
    before("tenants", "WcsInstance").create(name="acme-1", key="key")

    acme = Tenant.objects.get()
    assert acme.limits == safe_limits()
    assert (acme.country, acme.currency, acme.time_zone) == ("", "EUR", "UTC")
    assert (acme.tickets, acme.visitors, acme.holidays) == ("preferred", "anyone", [])
    sales = Callee.objects.get()
    assert (sales.keypad, sales.fallback, sales.limits, sales.number) == (False, [], {}, "")
    assert Domain.objects.get().limits == SipAccount.objects.get().limits == {}
    for row in (acme, sales, Domain.objects.get()):
        row.clean_fields()


def test_a_call_of_a_gateway_of_before_is_recorded(before):
    tenant = before("tenants", "Tenant").create(slug="acme", name="Acme Ltd")
    instance = before("tenants", "WcsInstance").create(name="acme-1", key="key")
    now, ids = timezone.now(), {"tenant": tenant, "instance": instance}
    where = {"node_id": "n", "wcs_session_id": "s", "origin": "https://www.acme.example"}
    more = {"sip_login": "1", "connect_digest": "d", "opened_at": now, "app_key": "defaultApp"}
    session = before("hooks", "Session").create(id=uuid.uuid4(), **ids, **where, **more)
    call = {"wcs_call_id": "c", "decision": "allowed", "reason": "allowed", "asked_at": now}
    before("hooks", "Call").create(id=uuid.uuid4(), tenant=tenant, session=session, **call)
    event = {"method": "call", "decision": "allowed", "reason": "allowed", "body": {}}
    # Here the table of that release ends with the last week; where there was a release before, with
    # the week after next: tests/operation/test_upgrade_locks.py.
    last_week = now - timedelta(days=7)
    before("hooks", "Event").create(hook_id=uuid.uuid4(), received_at=last_week, **ids, **event)
    assert Event.objects.get().received_at == last_week

    assert (Session.objects.get().visitor, Call.objects.get().reservation) == ("", None)
