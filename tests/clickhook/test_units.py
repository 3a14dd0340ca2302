"""What systemd's units do to a gateway, as far as that shows without systemd."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest

from tests.clickhook.system_calls import confine_as
from tests.clickhook.test_deployment import DOCKER, needs_systemd
from tests.conftest import Gateway

pytestmark = pytest.mark.proof

UNIT = DOCKER / "systemd" / "clickhook-gateway@.service"
LOGIN = "/admin/login/"


@pytest.fixture
def confined_gateway(django_db_setup):
    gateway = Gateway(confine=confine_as(UNIT)).start()
    yield gateway
    gateway.stop()


@needs_systemd
def test_people_sign_in_with_the_system_calls_that_a_unit_leaves(db, confined_gateway):
    """The thread that hashes a password makes itself less urgent, by a call of its own."""
    processes = set(confined_gateway.processes)
    wcs = confined_gateway.wcs("", None)
    page = wcs.request("GET", LOGIN)
    token = re.search(rb'csrfmiddlewaretoken" value="(\w+)', page.body)[1].decode()
    form = {"csrfmiddlewaretoken": token, "username": "nobody", "password": "wrong"}
    headers = {
        "Cookie": page.headers["set-cookie"].partition(";")[0],
        "Content-Type": "application/x-www-form-urlencoded",
    }
    answer = wcs.request("POST", LOGIN, urlencode(form).encode(), headers)
    wcs.close()

    assert answer.status == 200
    assert b"errornote" in answer.body
    assert set(confined_gateway.processes) == processes
