"""A text for ten thousand visitors who are connected at once."""

from __future__ import annotations

import contextlib
import http.client
import json
import subprocess
import sys
import time

import pytest
from django.utils import timezone

from hooks.models import DataRecipient, Session
from hooks.wcs.messages.sending import send_to_everybody
from tests.clickhook.running_up import eventually, is_listening
from tests.conftest import ROOT
from tests.duties.running import running_worker
from tests.ports import find_port

VISITORS = 10_000
pytest.importorskip("aiohttp")  # of the end-to-end tests


@contextlib.contextmanager
def a_crowd(*options: str):
    port = find_port()
    command = [sys.executable, "-m", "tests.duties.crowd", str(port), str(VISITORS), *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        eventually(lambda: is_listening(port))
        yield port
    finally:
        process.kill()
        process.wait()


def told(port: int) -> list[int]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/told")
    counts = json.loads(connection.getresponse().read())
    connection.close()
    return list(counts)


@pytest.mark.early
@pytest.mark.proof
@pytest.mark.parametrize("options", [(), ("--one-by-one",)])
def test_ten_thousand_visitors_get_it_once(cast, options):
    instance, now = cast.acme_1, timezone.now()
    with a_crowd(*options) as port, running_worker():
        instance.rest_api_url = f"http://127.0.0.1:{port}/rest-api"
        instance.save()
        Session.objects.bulk_create(
            Session(
                tenant=cast.acme,
                instance=instance,
                node_id="node-1",
                wcs_session_id=f"session-{number}",
                sip_account=cast.acme_account,
                opened_at=now,
            )
            for number in range(VISITORS)
        )
        begun = time.monotonic()
        message = send_to_everybody(cast.acme, "We close in ten minutes.", "mary")
        while DataRecipient.objects.filter(state="waiting").exists():
            assert time.monotonic() - begun < 120
            time.sleep(0.05)
        seconds = time.monotonic() - begun
        assert message.count_recipients()["taken"] == VISITORS
        assert told(port) == [1] * VISITORS
    how = "one by one" if options else "by lists"
    print(f"{VISITORS} visitors {how}: {seconds:.1f} s, {VISITORS / seconds:.0f} a second")
