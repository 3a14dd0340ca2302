"""`manage.py doctor` and its page: each thing that can be wrong is named, with what to do."""

from __future__ import annotations

import json
import re
import subprocess
import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from clickhook import identity
from clickhook.doctor.checks import clock, disk, replication
from clickhook.doctor.checks.hook_traffic import find_missing
from clickhook.doctor.checks.public_url import check_public_url
from clickhook.doctor.checks.settings import check_settings
from clickhook.doctor.checks.statistics import check_statistics
from clickhook.doctor.checks.worker import check_worker
from clickhook.doctor.checkup import check_everything
from hooks.models import Event, LastHook, Switch, WebhookStanding, Worker
from tenants.limits import SAFE
from tenants.models import Callee, Tenant, WebhookEndpoint
from tenants.webhooks.allowed_networks import parse_allowed_networks
from tests import cast as casting
from tests.conftest import Gateway
from tests.duties.conftest import make_call, rest, wcs_with_rest  # noqa: F401 - fixtures
from tests.duties.rest_server import reply
from tests.environment import DATA_DIR
from tests.manager import signed_in

SECRET_LOGIN = "Basic"  # credentials in the header of a request


@pytest.fixture
def in_order(wcs_with_rest, cast, gateway, rest, settings):  # noqa: F811
    """An installation with one customer, one WCS and a worker, where nothing is wrong."""
    cast.globex_1.delete()
    cast.shared_1.delete()
    cast.globex.status = "suspended"
    cast.globex.save()
    cast.acme.limits = SAFE
    cast.acme.save()
    now = timezone.now()
    Worker.objects.create(name="w", started_at=now, seen_at=now)
    rest.answers["*"] = wants_login
    event(cast, "connect")
    settings.CLICKHOOK_GATEWAY_URL = f"http://localhost:{gateway.port}"
    return cast


def wants_login(request):
    if request.headers.get("Authorization", "").startswith(SECRET_LOGIN):
        return reply(request, 404)
    return reply(request, 401)


def event(cast, method, **more):
    of = {"instance": cast.acme_1, "tenant": cast.acme, "received_at": timezone.now(), "body": {}}
    return Event.objects.create(
        method=method, decision="allowed", reason="allowed", hook_id=uuid.uuid4(), **of | more
    )


def wrong() -> dict[str, list[str]]:
    """The sentences about what is wrong, by check; each has a remedy."""
    found: dict[str, list[str]] = {}
    for finding in check_everything():
        if not finding.is_well:
            assert finding.remedy
            found.setdefault(finding.check, []).append(finding.sentence)
    return found


def run_doctor(manage, gateway: Gateway) -> subprocess.CompletedProcess[str]:
    return manage("doctor", "--json", CLICKHOOK_PUBLIC_URL=f"http://localhost:{gateway.port}")


@pytest.mark.proof
def test_it_is_content(in_order, manage, gateway):
    done = run_doctor(manage, gateway)
    assert [one for one in json.loads(done.stdout) if not one["is_well"]] == []
    assert done.returncode == 0


@pytest.mark.proof
def test_it_tells_monitoring_and_people(in_order, manage, gateway):
    Switch.objects.create(key="everything", name="everything", because="x", by="y")
    Worker.objects.all().delete()
    done = run_doctor(manage, gateway)
    assert done.returncode == 1
    assert {one["check"] for one in json.loads(done.stdout) if not one["is_well"]} == {
        "switches",
        "worker",
    }
    text = manage("doctor").stdout
    assert "!!  worker       No worker has ever run. Start manage.py worker." in text


@pytest.mark.parametrize(
    ("seconds", "told"), [(-90, "90 seconds old"), (90, "(89|90) seconds in the future")]
)
def test_it_tells_of_a_worker_that_the_gateways_take_to_be_away(in_order, seconds, told):
    Worker.objects.update(seen_at=timezone.now() + timedelta(seconds=seconds))
    [finding] = check_worker()
    assert not finding.is_well
    assert re.search(told, finding.sentence)


def test_it_names_webhook_endpoints_that_fail_and_networks_that_are_open(in_order, settings):
    settings.CLICKHOOK_WEBHOOK_ALLOW = parse_allowed_networks("10.1.2.0/24:8080")
    assert any("10.1.2.0/24:8080" in finding.sentence for finding in check_everything())
    endpoint = {"url": "https://crm.example/", "secret": "x"}
    WebhookEndpoint.objects.create(
        tenant=in_order.acme, enabled=False, disabled_because="gone", **endpoint
    )
    fails = WebhookEndpoint.objects.create(tenant=in_order.globex, **endpoint)
    WebhookStanding.objects.create(endpoint=fails, failing_since=timezone.now(), problem="x")
    assert wrong() == {
        "webhooks": [
            "Webhook endpoints of these tenants were disabled: acme.",
            "Webhook endpoints of these tenants fail: globex.",
        ]
    }


@pytest.mark.proof
def test_without_database_and_data_directory_it_still_says_the_rest(manage, tmp_path):
    away = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "CLICKHOOK_DATA_DIR": str(tmp_path / "none"),
    }
    done = manage("doctor", "--json", **away)
    found = {one["check"]: one for one in json.loads(done.stdout)}
    assert done.returncode == 1
    assert found["settings"]["is_well"]
    assert found["postgres"]["sentence"].startswith("The database cannot be read: ")
    assert found["disk"]["sentence"].startswith(f"{tmp_path}/none cannot be looked at")
    for check in ("secrets", "public url"):
        assert "keys of this installation are missing" in found[check]["sentence"]
    assert "Traceback" not in done.stderr


def test_it_names_silent_instances_and_methods_that_are_not_attached(in_order):
    Event.objects.update(received_at=timezone.now() - timedelta(days=2))
    assert wrong() == {"traffic": ["No hook within a day from: acme-1."]}
    # Others posted so much since that its hooks are not among the newest.
    last = LastHook.objects.create(instance=in_order.acme_1, at=timezone.now())
    assert wrong() == {}
    last.at -= timedelta(days=2)
    last.save()

    for _ in range(10):
        event(in_order, "connect")
    assert wrong() == {"traffic": ["acme-1 posts connect, and never ConnectionStatusEvent."]}
    event(in_order, "ConnectionStatusEvent")
    assert wrong() == {}


@pytest.mark.parametrize(
    ("posted", "missing"),
    [
        ({}, []),
        ({"connect": 9}, []),
        ({"connect": 49}, ["ConnectionStatusEvent"]),
        ({"connect": 50, "ConnectionStatusEvent": 50}, ["call"]),
        ({"connect": 9, "call": 10}, ["CallStatusEvent"]),
        ({"connect": 90, "ConnectionStatusEvent": 1, "call": 90, "CallStatusEvent": 1}, []),
    ],
)
def test_a_few_sessions_prove_nothing(posted, missing):
    assert find_missing(posted) == missing


def test_it_names_fields_of_a_new_build(in_order):
    event(in_order, "connect", body={"omitted": ["sipPassword", "quantumSeal", "<b>x"]})
    assert wrong() == {"payloads": ["acme-1 posts unknown fields: quantumSeal."]}


def test_every_field_of_the_known_payloads_is_known(in_order, acme):
    acme.connected()
    for file in ("connection_established", "call_ring", "call_finish"):
        method = "ConnectionStatusEvent" if "connection" in file else "CallStatusEvent"
        acme.post(method, file)
    acme.post("call")
    assert any(body.get("omitted") for body in Event.objects.values_list("body", flat=True))
    assert "payloads" not in wrong()


def test_it_names_a_rest_api_that_wants_no_login(in_order, rest):  # noqa: F811
    rest.answers["*"] = lambda request: reply(request, 404)
    [sentence] = wrong()["rest api"]
    assert sentence.startswith("The REST API of acme-1 answers without a login")


def test_it_names_another_application_at_the_wcs(in_order, rest):  # noqa: F811
    ours = make_call(in_order, in_order.acme_1).session.wcs_session_id
    listed = [
        {"sessionId": ours, "nodeId": "n", "appKey": "defaultApp"},
        {"sessionId": "elsewhere", "nodeId": "n", "appKey": "oldApp"},
    ]
    rest.answers["*"] = lambda request: (
        reply(request, 200, listed) if "Authorization" in request.headers else reply(request, 401)
    )
    assert wrong()["rest api"] == [
        "acme-1 has 1 connections that never asked this gateway; their applications: oldApp."
    ]


def test_it_names_tenants_that_cannot_take_a_call(in_order):
    Callee.objects.filter(tenant=in_order.acme).delete()
    in_order.acme.sip_accounts.update(enabled=False)
    assert wrong() == {
        "tenants": ["acme is active and cannot take a call: it lacks a callee, a SIP account."]
    }
    Tenant.objects.update(status="suspended")
    assert wrong() == {}


@pytest.mark.parametrize("trusted", [0, 1])
def test_it_counts_the_proxies_on_the_way(in_order, settings, trusted):
    settings.CLICKHOOK_TRUSTED_PROXIES = trusted
    [finding] = check_public_url()
    assert finding.is_well == (trusted == 0)
    assert ("leads here through 0 proxies, and 1 are trusted" in finding.sentence) == bool(trusted)


def test_it_sees_that_the_public_url_leads_elsewhere(in_order, settings, gateway, rest):  # noqa: F811
    settings.SECRET_KEY = "another-installation" * 5
    assert "does not lead to this installation" in wrong()["public url"][0]
    settings.CLICKHOOK_GATEWAY_URL = "http://127.0.0.1:1"
    assert "cannot be reached from here" in wrong()["public url"][0]


def test_strangers_learn_nothing_from_the_doctors_question(gateway):
    wcs = gateway.wcs("", None)
    for question in ("", "x", identity.ask() + "x", "a" * 5000):
        answer = wcs.request("GET", "/healthz", headers={identity.HEADER: question})
        assert (answer.status, answer.body) == (200, b"ok\n")
    forwarded = {identity.HEADER: (question := identity.ask()), "X-Forwarded-For": "a, b"}
    answer = wcs.request("GET", "/healthz", headers=forwarded)
    wcs.close()
    assert identity.read_answer(question, answer.body.decode()) == 2
    assert identity.read_answer(identity.ask(), answer.body.decode()) is None


def test_it_names_unwise_settings(settings):
    settings.CLICKHOOK_PUBLIC_URL = "https://gateway.example"
    settings.ALLOWED_HOSTS = ["*"]
    sentences = " ".join(finding.sentence for finding in check_settings())
    assert "answers to every host name" in sentences
    assert "CLICKHOOK_TRUSTED_PROXIES is 0" in sentences
    assert "SESSION_COOKIE_SECURE is not set to True" in sentences


@pytest.mark.proof
def test_it_names_missing_migrations_and_unusable_indexes(in_order):
    call_command("migrate", "hooks", "0013", verbosity=0)
    try:
        [missing] = wrong()["postgres"]
        assert missing.endswith(" migrations of this version are missing.")
    finally:
        call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        broken = "UPDATE pg_index SET indisvalid = %s WHERE indexrelid = 'call_by_time'::regclass"
        cursor.execute(broken, [False])
        try:
            assert [finding.sentence for finding in check_statistics()] == [
                "Indexes that are not used: call_by_time."
            ]
        finally:
            cursor.execute(broken, [True])


def test_it_judges_clocks_room_and_standbys():
    assert clock._judge(1.5).is_well
    assert "differ by 40 s" in clock._judge(-40.0).sentence
    assert not disk._judge_room(DATA_DIR, 10**18).is_well
    rows = [("b", "streaming", 0.1), ("c", "catchup", 0.0), ("d", "streaming", 60.0)]
    assert [one.is_well for one in replication._judge_standbys(rows)] == [True, False, False]


def test_administrators_see_the_same_and_nobody_else_does(in_order):
    Switch.objects.create(key="everything", name="everything", because="x", by="y")
    page, administrator = reverse("doctor"), signed_in()
    text = administrator.get(page).content.decode()
    assert "Not in order (1)" in text
    for finding in check_everything():
        assert finding.sentence.partition(".")[0].replace("'", "&#x27;") in text
    assert not any(secret in text for secret in casting.SECRETS)
    assert page in administrator.get(reverse("admin:index")).content.decode()

    for role in ("auditor", "manager"):
        other = signed_in(role, *([in_order.acme] if role == "manager" else []))
        assert other.get(page).status_code == 403
        assert page not in other.get(reverse("admin:index")).content.decode()
