"""At an upgrade existing tenants get limits under which everything they did goes on."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from hooks.limits.facts import MeterFacts
from hooks.limits.ledger import Ledger
from hooks.limits.settlement import settle_call
from hooks.limits.weighing import weigh_call
from tenants.limits import SAFE, parse_limits
from tenants.models import Tenant
from tests.hooks.limits.pieces import ended_call, limit_facts

pytestmark = [pytest.mark.proof, pytest.mark.early]

BEFORE = [("hooks", "0006_time_display"), ("tenants", "0011_origins_of_apps")]
BERLIN, VIENNA = "+4930123456", "+4315880"


@pytest.fixture
def at_the_previous_version(transactional_db):
    """The tables as they were; everything is migrated again afterwards."""
    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    yield executor.loader.project_state(BEFORE).apps
    _migrate()


def _migrate():
    """With what the command does besides: triggers of the audit, weeks of events."""
    call_command("migrate", verbosity=0)


class History:
    """What a tenant did before the upgrade."""

    def __init__(self, apps, slug):
        self._apps = apps
        self.tenant = apps.get_model("tenants", "Tenant").objects.create(slug=slug, name=slug)
        instance = apps.get_model("tenants", "WcsInstance").objects.create(
            name=f"{slug}-1", key=f"key-{slug}"
        )
        self.session = apps.get_model("hooks", "Session").objects.create(
            tenant=self.tenant,
            instance=instance,
            node_id="n",
            wcs_session_id=slug,
            origin="https://www.acme.example",
            opened_at=timezone.now(),
        )
        self.calls = []

    def add_callee(self, target):
        callee = self._apps.get_model("tenants", "Callee")
        callee.objects.create(tenant=self.tenant, alias=f"a{len(target)}", target=target)

    def add_call(self, asked_at, seconds, target=BERLIN, decision="allowed"):
        self.calls.append((asked_at, seconds, target))
        self._apps.get_model("hooks", "Call").objects.create(
            tenant=self.tenant,
            session=self.session,
            wcs_call_id=str(len(self.calls)),
            decision=decision,
            reason=decision,
            target=target,
            asked_at=asked_at,
            answered_at=asked_at,
            ended_at=asked_at + timedelta(seconds=seconds),
            ended_by="finish",
        )


def replay(tenant, calls):
    """The reasons of the calls that would be refused now; nobody has tickets."""
    facts = limit_facts(
        tickets=tenant.tickets,
        visitor="",
        country=tenant.country,
        tenant_limits=tenant.limits,
        destinations=None,
        rate=None,
    )
    ledger, living, refused = Ledger(1, MeterFacts()), [], []
    for asked_at, seconds, target in sorted(calls):
        clock = asked_at.timestamp()
        for ended in [each for each in living if each[0] < clock]:
            living.remove(ended)
            settle_call(ended_call(ended[1], ended[2]), ledger._meters)
        now = facts._replace(
            clock=clock,
            worker_seen_at=clock,
            destinations=_json(tenant.destinations),
            callee_number=target.lstrip("+"),
        )
        verdict = weigh_call(now, ledger, 7, "a", target)
        if verdict.reservation is None or (verdict.reservation["longest"] or seconds) < seconds:
            refused.append(verdict.reason)
        else:
            living.append((clock + seconds, verdict.reservation, seconds))
    return refused


def _json(value):
    return None if value is None else json.dumps(value)


@pytest.mark.proof
def test_what_they_did_goes_on(at_the_previous_version):
    chance, now = random.Random(4), timezone.now()
    busy = History(at_the_previous_version, "busy")
    for target in (BERLIN, VIENNA):
        busy.add_callee(target)
    start = now - timedelta(days=3)
    for _ in range(250):
        asked_at = start + timedelta(seconds=chance.randrange(2 * 3600))
        busy.add_call(asked_at, chance.randrange(1, 1500), chance.choice([BERLIN, VIENNA]))
    busy.add_call(start, 3000)

    quiet = History(at_the_previous_version, "quiet")
    quiet.add_callee("10002")
    quiet.add_call(now - timedelta(days=2), 20, "10002")
    old = History(at_the_previous_version, "old")
    for number in range(200):
        old.add_call(now - timedelta(days=40, seconds=number), 7200)
    _migrate()

    tenants = {tenant.slug: tenant for tenant in Tenant.objects.all()}
    assert replay(tenants["busy"], busy.calls) == []
    assert replay(tenants["quiet"], quiet.calls) == []
    safe = {name: SAFE[name] for name in tenants["quiet"].limits}
    assert tenants["quiet"].limits == tenants["old"].limits == safe
    assert tenants["busy"].limits["call_seconds"] == 6000
    assert tenants["busy"].limits["calls_per_day"] == 502
    assert tenants["busy"].destinations["countries"] == ["AT", "DE"]
    for tenant in tenants.values():
        assert tenant.tickets == "preferred"
        assert tenant.limits_fitted_at is not None
        assert not parse_limits(tenant.limits).limits_money

    # The replay can fail.
    tight = tenants["busy"]
    tight.limits = {**tight.limits, "calls_per_hour": 100}
    assert replay(tight, busy.calls) != []


def test_who_has_limits_already_keeps_them(transactional_db):
    tenant = Tenant.objects.create(slug="safe", name="Safe")
    executor = MigrationExecutor(connection)
    executor.migrate([("hooks", "0010_duties_event_index")])
    _migrate()
    tenant.refresh_from_db()
    assert (tenant.limits, tenant.limits_fitted_at) == (SAFE, None)
