"""What the tests of the admin's pages share."""

from __future__ import annotations

import pytest
from django.test import Client

from tenants.models import AuditEntry
from tests.manager import signed_in


@pytest.fixture
def acme_manager(cast) -> Client:
    """The browser of Acme's account manager."""
    return signed_in("manager", cast.acme)


@pytest.fixture
def entries(cast):
    """The entries that are made from here on, in the order of the chain."""
    seen = AuditEntry.objects.count()
    return lambda: list(AuditEntry.objects.order_by("number", "id")[seen:])


@pytest.fixture
def actions(entries):
    return lambda: [entry.action for entry in entries()]
