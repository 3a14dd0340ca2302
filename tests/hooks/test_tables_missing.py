"""While a database is restored its tables are missing: that is no fault of a hook."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from hooks.models import Event, Session
from tests.cast import ACME_SIGNING
from tests.clickhook.running_up import eventually
from tests.conftest import Gateway

pytestmark = pytest.mark.proof


@pytest.fixture
def gateway(cast, django_db_setup) -> Iterator[Gateway]:
    running = Gateway({"CLICKHOOK_HOOK_DEADLINE": "1"}, workers=1).start()
    yield running
    running.stop()


def rename(table: str, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {name}")


@pytest.mark.parametrize("table", ["hooks_session", "hooks_eventlog"])
def test_events_are_kept_and_recorded_when_the_tables_are_back(cast, gateway, table):
    wcs = gateway.wcs(cast.acme_1.key, ACME_SIGNING)
    wcs.connected()
    rename(table, "elsewhere")
    try:
        assert wcs.post("connect", sessionId="s2").status == 503
        assert wcs.post("ConnectionStatusEvent", "connection_disconnected").status == 200
    finally:
        rename("elsewhere", table)

    eventually(lambda: wcs.post("connect", sessionId="s2").status == 200)
    eventually(lambda: Event.objects.filter(method="ConnectionStatusEvent").count() == 1)
    assert Session.objects.get(wcs_session_id=wcs.session).ended_by == "disconnected"
    wcs.close()
