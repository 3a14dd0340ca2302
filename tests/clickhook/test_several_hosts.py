"""DATABASE_URL names several servers, and the first one is cut off."""

from __future__ import annotations

import socket

import pytest

from hooks.primary import split_places
from tests.cast import ACME_SIGNING
from tests.conftest import Gateway
from tests.environment import SERVER

pytestmark = pytest.mark.proof


def test_a_server_that_says_nothing_holds_up_no_hook(cast, django_db_setup):
    """It takes the connection and is silent, so that each deadline would pass before the next."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as silent:
        port = silent.getsockname()[1]
        places = f"host=127.0.0.1,{SERVER.socket}&port={port},5432"
        url = f"postgresql:///clickhook?{places}&user=clickhook"
        gateway = Gateway({"DATABASE_URL": url}, workers=1).start()
        wcs = gateway.wcs(cast.acme_1.key, ACME_SIGNING)

        assert wcs.post("connect").status == 200
        assert wcs.request("GET", "/readyz").status == 200
        wcs.close()
        gateway.stop()


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        ({}, [{}]),
        ({"host": "one"}, [{"host": "one"}]),
        (
            {"host": "one,two", "port": "5432"},
            [{"host": "one", "port": "5432"}, {"host": "two", "port": "5432"}],
        ),
        (
            {"host": "one,/run", "port": "1,2", "dbname": "x"},
            [{"host": "one", "port": "1"}, {"host": "/run", "port": "2"}],
        ),
    ],
)
def test_each_host_is_asked_with_its_own_port(wanted, places):
    assert split_places(wanted) == places
