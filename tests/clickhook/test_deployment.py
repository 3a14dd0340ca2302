"""What stands in docker/: compose, systemd's units, and nginx with each of its marks taken away."""

from __future__ import annotations

import http.client
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests import cast as casting
from tests.clickhook.nginx import CONFIGURATION, PROGRAM, Nginx
from tests.conftest import ROOT, Gateway
from tests.ports import find_port

pytestmark = pytest.mark.proof

DOCKER = ROOT / "docker"
COMPOSE: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]
UNITS = sorted((DOCKER / "systemd").iterdir())
ADMIN = "admin.gateway.example"
# What each side answers: anything but 404.
HOOKS = ["/hooks/key-of-acme-1/connect", "//hooks/key-of-acme-1/connect/", "/button.js"]
PAGES = ["/admin/login/", "/admin/"]
HEALTH = ["/healthz", "/readyz"]
NOWHERE = ["/", "/nothing", "/admin.php"]
needs_nginx = pytest.mark.skipif(not PROGRAM, reason="needs nginx")
needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="needs systemd-analyze"
)


def status(gateway: Gateway, path: str) -> int:
    wcs = gateway.wcs("", None)
    try:
        verb, body = ("POST", b"{}") if "/hooks/" in path else ("GET", None)
        return wcs.request(verb, path, body).status
    finally:
        wcs.close()


@pytest.fixture(scope="module")
def sides(django_db_setup) -> Iterator[dict[str, Gateway]]:
    started = {
        side: Gateway({"CLICKHOOK_SERVES": side, "CLICKHOOK_TRUSTED_PROXIES": "1"}, 1).start()
        for side in ("hooks", "admin")
    }
    yield started
    for gateway in started.values():
        gateway.stop()


@pytest.mark.parametrize(("side", "served"), [("hooks", HOOKS), ("admin", PAGES)])
def test_a_gateway_for_one_side_has_nothing_of_the_other(cast, sides, side, served):
    answers = {path: status(sides[side], path) for path in HOOKS + PAGES + HEALTH + NOWHERE}
    assert {path for path, answer in answers.items() if answer != 404} == {*served, *HEALTH}


@pytest.fixture
def start_nginx(tmp_path) -> Iterator[Any]:
    started = []

    def start(gateways: list[Gateway], *marks: str, **changes: str) -> Nginx:
        nginx = Nginx(tmp_path, gateways, *marks)
        file = tmp_path / "nginx.conf"
        text = file.read_text()
        for written, meant in changes.items():
            assert written in text
            text = text.replace(written, meant)
        file.write_text(text)
        nginx.start()
        started.append(nginx)
        return nginx

    yield start
    for nginx in started:
        nginx.stop()


@needs_nginx
@pytest.mark.parametrize(("allowed", "answer"), [("192.0.2.10", 403), ("127.0.0.1", 200)])
def test_hooks_come_from_media_servers_alone(cast, gateway, start_nginx, allowed, answer):
    nginx = start_nginx([gateway] * 2, "#wcs", **{"192.0.2.10": allowed})
    wcs = nginx.wcs(cast.acme_1.key, casting.ACME_SIGNING)
    assert wcs.post("connect").status == answer
    assert wcs.request("GET", "/button.js").status == 200
    wcs.close()
    assert cast.acme_1.key not in nginx.log("error.log")


@needs_nginx
def test_hooks_come_with_a_certificate_alone(cast, gateway, start_nginx, tmp_path):
    nginx = start_nginx([gateway] * 2, "#certificate", **{"wcs.pem": "certificate.pem"})
    stranger = nginx.wcs(cast.acme_1.key, casting.ACME_SIGNING)
    assert stranger.post("connect").status == 403
    assert stranger.request("GET", "/button.js").status == 200
    stranger.close()

    known = nginx.wcs(cast.acme_1.key, casting.ACME_SIGNING)
    context = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    known._connection = http.client.HTTPSConnection("localhost", nginx.port, context=context)
    assert known.post("connect").status == 200
    known.close()


@needs_nginx
def test_the_admin_has_a_host_of_its_own(cast, sides, start_nginx):
    admins = {"admin-1:8000": f"127.0.0.1:{sides['admin'].port}"}
    nginx = start_nginx([sides["hooks"]] * 2, "#admin", **admins)
    wcs = nginx.wcs(cast.acme_1.key, casting.ACME_SIGNING)
    assert wcs.post("connect").status == 200
    assert wcs.request("GET", "/admin/login/").status == 404

    host = {"Host": ADMIN}
    assert wcs.request("POST", f"/hooks/{wcs.key}/connect", b"{}", host).status == 404
    # The gateway does not know this host, as nobody has set CLICKHOOK_ALLOWED_HOSTS.
    assert wcs.request("GET", "/admin/login/", headers=host).status == 400
    wcs.close()


def test_compose_starts_what_nginx_leads_to():
    upstreams = set(re.findall(r"^ +server ([\w-]+):8000", CONFIGURATION, re.MULTILINE))
    gateways = {name for name in COMPOSE if name.startswith("gateway")}
    assert upstreams == gateways == {"gateway-1", "gateway-2"}
    assert COMPOSE.keys() - gateways == {"postgres", "migrate", "worker", "nginx"}
    assert [name for name, service in COMPOSE.items() if "ports" in service] == ["nginx"]


@pytest.mark.parametrize("name", ["migrate", "gateway-1", "gateway-2", "worker", "nginx"])
def test_no_container_may_more_than_it_must(name):
    service = COMPOSE[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_sound_and_confined(unit, tmp_path):
    file = tmp_path / unit.name.replace("@", f"@{find_port()}")
    text = unit.read_text().replace("/opt/clickhook/.venv", sys.prefix)
    file.write_text(text.replace("/opt/clickhook", str(ROOT)))
    for arguments in (["verify", "--man=no"], ["security", "--offline=true", "--threshold=15"]):
        done = subprocess.run(["systemd-analyze", *arguments, file], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-500:] + done.stderr
