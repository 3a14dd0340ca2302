"""Times on the tenants' pages: marked up, so that a script shows them in the person's own zone."""

from __future__ import annotations

import re

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.models import User
from django.urls import reverse

from tenants.models import AuditEntry, ImportRun, Tenant, WcsInstance, WcsNode
from tests import cast as casting
from tests.manager import change, submit, url
from tests.walk import a_day_of, an_import_by

TIME = re.compile(r'<time datetime="[^"]+(?:\+00:00|Z)">.*?</time>')
BARE_TIME = re.compile(r"\d{4}-\d\d-\d\d.\d\d:\d\d:\d\d")


@pytest.fixture
def cast(transactional_db):
    return casting.assemble()


@pytest.fixture
def day(manager, cast):
    a_day_of(cast.acme, cast.acme_1, cast.shared_1)
    an_import_by(manager.user, cast.acme)
    address = {"username": "mary", "ip_address": "203.0.113.9"}
    AccessAttempt.objects.create(**address, failures_since_start=1)
    AccessLog.objects.create(**address)
    submit(manager, change(cast.acme), name="Acme plc")


def rows_with_times(manager):
    acme = Tenant.objects.get(slug="acme")
    return [
        *(model.objects.first() for model in (ImportRun, AccessAttempt, AccessLog, WcsNode)),
        *(acme, WcsInstance.objects.get(nodes__isnull=False), manager.user),
        AuditEntry.objects.filter(action="tenant:added", tenant=acme).get(),
    ]


@pytest.mark.proof
def test_every_time_can_be_shown_in_the_persons_zone(manager, cast, day):
    rows = rows_with_times(manager)
    addresses = [change(row) for row in rows]
    addresses += [url(type(row)) for row in rows if type(row) not in {Tenant, WcsInstance, User}]
    addresses += [reverse("admin:tenants_tenant_history", args=[cast.acme.pk])]

    for address in addresses:
        answer = manager.get(address)
        html = answer.content.decode().partition('id="content"')[2]
        assert answer.status_code == 200
        assert TIME.search(html), address
        left = TIME.sub("", re.sub(r"<(input|meta)[^>]*>", "", html))
        assert not BARE_TIME.search(left), f"{address}: {BARE_TIME.search(left)}"


def test_a_time_that_never_was_is_a_dash(manager, day):
    html = manager.get(url(AccessLog)).content.decode()
    assert '<td class="field-signed_out">-</td>' in html
