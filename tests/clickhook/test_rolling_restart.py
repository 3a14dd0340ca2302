"""Two gateways behind docker/nginx.conf are restarted in turn: no hook notices."""

from __future__ import annotations

import http.client
import json
import re
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clickhook.body_limit import LARGEST
from clickhook.door.worker import GRACE
from hooks.models import Session
from hooks.payloads import MAX_BYTES
from tests import cast as casting
from tests.clickhook.nginx import CONFIGURATION, PROGRAM, Nginx
from tests.clickhook.running_up import eventually
from tests.conftest import Gateway
from tests.ports import find_port
from tests.wcs import Wcs, payload, sign

MEDIA_SERVERS = 8
needs_nginx = pytest.mark.skipif(not PROGRAM, reason="needs nginx")


@pytest.fixture
def gateways(django_db_setup) -> Iterator[list[Gateway]]:
    both = [Gateway({"CLICKHOOK_TRUSTED_PROXIES": "1"}).start() for _ in range(2)]
    yield both
    for gateway in both:
        gateway.stop()


@pytest.fixture
def nginx(tmp_path, gateways) -> Iterator[Nginx]:
    running = Nginx(tmp_path, gateways)
    running.start()
    yield running
    running.stop()


def restart(gateway: Gateway) -> None:
    gateway.stop()
    gateway.start()
    eventually(lambda: _is_ready(gateway))


def reload(gateway: Gateway) -> None:
    """New processes of the same version, over the same socket."""
    old = workers_of(gateway)
    gateway.process.send_signal(signal.SIGHUP)
    eventually(lambda: len(workers_of(gateway) - old) == gateway.workers)
    eventually(lambda: not old & workers_of(gateway))


def workers_of(gateway: Gateway) -> set[str]:
    children = f"/proc/{gateway.process.pid}/task/{gateway.process.pid}/children"
    return set(Path(children).read_text().split())


@needs_nginx
@pytest.mark.early
@pytest.mark.proof
@pytest.mark.parametrize(("renew", "times"), [(restart, 1), (reload, 4)])
def test_no_hook_notices_when_gateways_are_renewed(cast, gateways, nginx, renew, times):
    over = threading.Event()
    with ThreadPoolExecutor(MEDIA_SERVERS) as pool:
        posting = [
            pool.submit(_post_until, over, nginx.wcs(cast.acme_1.key, casting.ACME_SIGNING))
            for _ in range(MEDIA_SERVERS)
        ]
        begun = time.monotonic()
        try:
            for gateway in gateways * times:
                renew(gateway)
        finally:
            over.set()
        answers = sum((one.result() for one in posting), Counter())

    seconds = time.monotonic() - begun
    print(f"{renew.__name__}: {answers[200] / seconds:.0f} hooks/s for {seconds:.0f} s")
    assert set(answers) == {200}, (answers, _failures(nginx))
    assert answers[200] > 500
    _log_tells_what_happened_without_the_key(nginx, cast.acme_1.key, gateways)


@pytest.mark.proof
def test_an_ending_gateway_answers_what_is_in_flight_and_closes_the_rest_at_once(cast, gateways):
    gateway = gateways[0]
    unused, at_work = (gateway.wcs(cast.acme_1.key, casting.ACME_SIGNING) for _ in range(2))
    assert {wcs.request("GET", "/healthz").status for wcs in (unused, at_work)} == {200}
    time.sleep(GRACE)  # for so long nginx may still use a connection

    body = json.dumps(payload("connect", sessionId=str(uuid.uuid4()))).encode()
    signed = {"Authorization": f"WCS {sign(casting.ACME_SIGNING, body)}"}
    connection = at_work._connection
    connection.putrequest("POST", f"/hooks/{at_work.key}/connect")
    length = {"Content-Length": str(len(body)), "Content-Type": "application/json"}
    for name, value in {**length, **signed}.items():
        connection.putheader(name, value)
    connection.endheaders(body[:100])
    gateway.process.send_signal(signal.SIGTERM)

    unused._connection.sock.settimeout(GRACE / 2)
    assert unused._connection.sock.recv(1) == b""
    connection.send(body[100:])
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Connection")) == (200, "close")
    assert answer.read()
    unused.close()
    at_work.close()
    assert gateway.process.wait(timeout=30) == 0
    assert Session.objects.count() == 1
    gateway.start()


def _post_until(over: threading.Event, wcs: Wcs) -> Counter[int | str]:
    answers: Counter[int | str] = Counter()
    while not over.is_set():
        wcs.session = str(uuid.uuid4())
        try:
            answers[wcs.post("connect").status] += 1
        except (http.client.HTTPException, OSError) as error:
            answers[type(error).__name__] += 1
            wcs.close()
    wcs.close()
    return answers


def _is_ready(gateway: Gateway) -> bool:
    wcs = gateway.wcs("", None)
    try:
        return wcs.request("GET", "/readyz").status == 200
    finally:
        wcs.close()


def _failures(nginx: Nginx) -> list[str]:
    lines = nginx.log("access.log").splitlines()
    return [line for line in lines if " 200 " not in line][-5:] + [nginx.log("error.log")[-1000:]]


def _log_tells_what_happened_without_the_key(nginx, key, gateways) -> None:
    log = nginx.log("access.log")
    assert "POST /hooks/***/connect 200" in log
    for gateway in gateways:
        assert f"127.0.0.1:{gateway.port}: 200" in log
    for name in ("access.log", "error.log"):
        assert key not in nginx.log(name)


@needs_nginx
def test_no_log_shows_a_hook_url(tmp_path):
    nobody = [Gateway(port=find_port()) for _ in range(2)]
    nginx = Nginx(tmp_path, nobody)
    nginx.start()
    wcs = nginx.wcs("some-instance-key", None)

    for path in ("/hooks/KEY/connect", "//hooks//KEY/connect", "/x/../hooks/KEY/connect?a=KEY"):
        for size in (1, MAX_BYTES, MAX_BYTES + 1):
            assert wcs.request("POST", path.replace("KEY", wcs.key), b"x" * size).status >= 413
    wcs.close()
    # A request is logged when its connection is over.
    eventually(lambda: nginx.log("access.log").count("POST /hooks/***/connect ") == 9)
    nginx.stop()

    assert wcs.key not in nginx.log("access.log") + nginx.log("error.log")


@needs_nginx
def test_no_access_log_shows_a_hook_url_with_a_mistake(tmp_path):
    nginx = Nginx(tmp_path, [Gateway(port=find_port()) for _ in range(2)])
    nginx.start()
    wcs = nginx.wcs("some-instance-key", None)

    mistakes = ("/hook/KEY/connect", "/gateway/hooks/KEY/connect", "/Hooks/KEY/call", "/KEY")
    for path in (*mistakes, "/admin/hooks/event/"):
        assert wcs.request("POST", path.replace("KEY", wcs.key)).status == 502
    wcs.close()
    eventually(lambda: nginx.log("access.log").count("POST another path ") == len(mistakes))
    nginx.stop()

    assert "POST /admin/hooks/event/ " in nginx.log("access.log")
    assert wcs.key not in nginx.log("access.log")


@needs_nginx
def test_nginx_does_not_pass_metrics_on(tmp_path):
    nginx = Nginx(tmp_path, [Gateway(port=find_port()) for _ in range(2)])
    nginx.start()
    wcs = nginx.wcs("", None)
    asked = ("/metrics", "//metrics", "/%6detrics", "/./metrics", "/metrics?x=1", "/button.js")
    answers = [wcs.request("GET", path).status for path in asked]
    wcs.close()
    nginx.stop()

    assert answers == [404] * 5 + [502]  # there is no gateway


def test_what_nginx_takes_is_what_the_gateway_takes():
    sizes = re.findall(r"client_max_body_size (\d+)([km]);", CONFIGURATION)
    units = {"k": 1024, "m": 1024**2}
    assert [int(size) * units[unit] for size, unit in sizes] == [LARGEST, MAX_BYTES]


def test_nginx_closes_an_unused_connection_before_an_ending_gateway_does():
    to_gateways, to_media_servers = re.findall(r" keepalive_timeout (\d+)s;", CONFIGURATION)
    assert int(to_gateways) < GRACE
    assert int(to_media_servers) >= 75  # a minute, for which Java's pools keep one, and some more
