"""What the tests of the admin's pages share."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.manager import signed_in


@pytest.fixture
def hers(cast) -> Client:
    """The browser of Acme's account manager."""
    return signed_in("manager", cast.acme)
