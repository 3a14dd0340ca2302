"""A tenant's page: its SIP accounts, what was refused, what is missing, how to set its WCS up."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from html import unescape
from unittest import mock

import pytest
from django.test import Client

from hooks.calls.admin.pages import call_test
from hooks.calls.admin.pages.shared_set_up import set_up_link
from hooks.models import Call, Event
from hooks.reasons import Reason
from hooks.wcs.rehearsal.steps import Part, RehearsalStep
from tenants.models import SipAccount
from tests.manager import assert_tells_nothing, change, signed_in, submit, url
from tests.wcs import payload


def overview(tenant):
    return url(tenant, "overview", tenant.pk)


@contextmanager
def days_later(days):
    now = time.time()
    with mock.patch("time.time", return_value=now + days * 86_400):
        yield


@pytest.fixture
def page(manager, cast):
    """The text of Acme's page, which tells no secret."""

    def read(tenant=cast.acme):
        answer = manager.get(overview(tenant))
        assert answer.status_code == 200
        html = unescape(answer.content.decode())
        assert_tells_nothing(html)
        return html

    return read


def called(wcs, *events):
    """A call with its status events: a file of tests/payloads, and the fields that differ."""
    number = str(Call.objects.count())
    assert wcs.post("call", callId=number, callee="sales").status == 200
    for file, changes in events:
        wcs.post("CallStatusEvent", file, callId=number, **changes)
    return Call.objects.get(wcs_call_id=number)


def section(html, name):
    return html.partition(f'aria-labelledby="{name}"')[2].partition("</section>")[0]


def registered(wcs, status, info=None):
    body = payload("connection_established", status=status, info=info, sessionId=wcs.session)
    assert wcs.post("RegistrationStatusEvent", "connection_established", **body).status == 200


@pytest.mark.parametrize("status", [401, 403, 407])
def test_it_says_that_the_sip_server_refuses_an_account(page, acme, status):
    acme.connected()
    failed = called(acme, ("call_failed", {"sipStatus": status, "info": f"SIP {status} X"}))
    html = section(page(), "accounts")
    assert f'<strong class="alarm">SIP {status}</strong>' in html
    assert change(failed) in html
    assert "password" in html.partition("alarm")[2]


def test_it_takes_the_sip_status_from_what_wcs_said(page, acme):
    acme.connected()
    called(acme, ("call_failed", {"sipStatus": None, "info": "SIP 403 FORBIDDEN"}))
    assert '<strong class="alarm">SIP 403</strong>' in section(page(), "accounts")


def test_another_failure_is_not_the_accounts(page, acme):
    acme.connected()
    called(acme, ("call_failed", {"sipStatus": 404, "info": "SIP 404 NOT FOUND"}))
    assert "SIP 4" not in section(page(), "accounts")


def test_a_call_that_was_answered_since_takes_the_alarm_away(page, acme):
    acme.connected()
    called(acme, ("call_failed", {}))
    called(acme, ("call_established", {}))
    html = section(page(), "accounts")
    assert "alarm" not in html
    assert "SIP 403" in html
    assert "answered since" in html


def test_it_shows_the_last_registration_of_each_account(page, cast, acme):
    assert "not needed to call out" in section(page(), "accounts")
    cast.acme.sip_register_required = True
    cast.acme.save()
    assert "none reported" in section(page(), "accounts")
    acme.connected()
    registered(acme, "REGISTERED")
    registered(acme, "FAILED", "SIP 401 UNAUTHORIZED")
    other = SipAccount.objects.create(
        tenant=cast.acme, login="10000", password="x", domain="sip.acme.example"
    )
    html = section(page(), "accounts")
    assert '<strong class="alarm">FAILED SIP 401 UNAUTHORIZED</strong>' in html
    assert "REGISTERED" not in html
    assert html.index(change(cast.acme_account)) < html.index(change(other)), "trouble comes first"
    assert (
        Event.objects.filter(method="RegistrationStatusEvent")
        .latest("id")
        .received_at.strftime("%H:%M:%S")
        in html
    )


def test_it_shows_nothing_of_another_tenant(page, cast, globex):
    globex.connected(origin="https://globex.example:8443")
    globex.post("call", callId="theirs", callee="frontdesk")
    globex.post("CallStatusEvent", "call_failed", callId="theirs")
    assert "SIP 403" in section(page(cast.globex), "accounts")
    html = page()
    assert "SIP 403" not in html
    assert "theirs" not in html
    assert "20002" not in html


def test_it_shows_the_latest_refusals_with_what_to_do(page, acme):
    acme.connected()
    acme.post("call", callId="refused", callee="boss")
    html = section(page(), "refusals")
    assert Reason.CALLEE_UNKNOWN.sentence in html
    assert Reason.CALLEE_UNKNOWN.remedy in html
    assert "refused" in section(page(), "latest-calls")


def test_every_refusal_says_what_to_do():
    assert [
        reason
        for reason in Reason
        if reason.decision == "refused" and not reason.remedy.endswith(".")
    ] == []


def test_the_set_up_hides_the_secret_and_names_the_command(page, cast):
    html = section(page(), "set-up")
    assert f"/hooks/{cast.acme_1.key}" in html
    assert "rest_hook_secret_key=••••••" in html
    assert "manage.py wcs_config acme-1" in html
    assert "manage.py wcs_config shared-1" in html
    assert "globex" not in html, "whom else a shared instance serves"


@pytest.mark.proof
def test_the_checklist_follows_the_first_call(page, cast, acme):
    assert "A visitor connected" not in section(page(), "standing")
    acme.connected()
    html = section(page(), "standing")
    assert "A visitor connected" in html
    assert "Make a call" in html
    called(acme, ("call_established", {}))
    assert "calls are answered" in section(page(), "standing")
    cast.acme.status = "suspended"
    cast.acme.save()
    assert "The tenant is suspended" in section(page(), "standing")


def test_the_page_of_a_new_tenant_has_none_of_it(manager):
    html = manager.get("/admin/tenants/tenant/add/").content.decode()
    assert 'id="standing"' not in html
    assert 'id="set-up"' not in html


def test_looking_and_changing_are_two_pages(page, manager, cast):
    looking, changing = page(), manager.get(change(cast.acme)).content.decode()
    assert 'name="_save"' not in looking
    assert 'name="_save"' in changing
    assert 'id="latest-calls"' not in changing
    for html in (looking, changing):
        assert f'href="{overview(cast.acme)}"' in html
        assert f'href="{change(cast.acme)}"' in html
    assert f'<a href="{overview(cast.acme)}" aria-current="page">' in looking


def test_what_is_missing_leads_to_the_page_that_changes_it(page, cast):
    cast.acme.domains.all().delete()
    html = section(page(), "standing")
    assert f'href="{change(cast.acme)}#domains-group"' in html
    assert 'href="#refusals"' in html


def test_a_tenant_of_another_manager_has_no_overview(cast):
    manager = signed_in("manager", cast.globex)
    assert manager.get(overview(cast.acme)).status_code == 404
    assert manager.get(overview(cast.globex)).status_code == 200


def test_the_link_to_the_set_up_opens_without_signing_in(page, cast):
    link = re.search(r'href="([^"]*set-up-text[^"]*)"', section(page(), "set-up"))[1]
    answer = Client().get(link)
    assert answer.headers["Content-Type"].startswith("text/plain")
    text = answer.content.decode()
    assert f"/hooks/{cast.acme_1.key}" in text
    assert "rest_hook_secret_key=••••••" in text
    assert_tells_nothing(text)


def test_a_changed_or_old_link_opens_nothing(cast):
    link = set_up_link(cast.acme_1)
    assert Client().get(link).status_code == 200
    assert Client().get(f"{link}x").status_code == 404
    assert Client().get(link.partition("?")[0]).status_code == 404
    with days_later(8):
        assert Client().get(link).status_code == 404


def test_a_test_call_is_made_from_the_page(manager, cast, monkeypatch):
    step = RehearsalStep(Part.VISIT, "connect", "connected as 10001", 3.0, 200)
    made = []
    monkeypatch.setattr(
        call_test, "rehearse", lambda *args: (made.append(args), ([step], ["A finding."]))[1]
    )
    typed = {
        "origin": "https://www.acme.example",
        "callee": "sales",
        "instance": str(cast.acme_1.pk),
    }
    html = manager.post(overview(cast.acme), typed).content.decode()
    ((instance, _, origin, callee),) = made
    assert (instance, origin, callee) == (cast.acme_1, "https://www.acme.example", "sales")
    assert "The test call found 1 problem." in html
    assert "<li>A finding.</li>" in html
    assert "connected as 10001" in html

    manager.post(overview(cast.acme), typed | {"origin": "https://globex.example:8443"})
    manager.post(overview(cast.acme), typed | {"instance": str(cast.globex_1.pk)})
    assert signed_in("auditor").post(overview(cast.acme), typed).status_code == 403
    assert len(made) == 1


def test_the_page_that_changes_a_tenant_leads_to_each_of_its_parts(cast):
    page = signed_in().get(url(cast.acme, "change", cast.acme.pk)).content.decode()
    named = page.partition('class="parts"')[2].partition("</nav>")[0]
    parts = re.findall(r'href="#([^"]+)"', named)
    assert len(parts) > 10
    assert [part for part in parts if f'id="{part}"' not in page] == []


def test_the_list_and_a_change_lead_to_the_overview(cast):
    browser, overview = signed_in(), url(cast.acme, "overview", cast.acme.pk)
    assert f'href="{overview}' in browser.get(url(cast.acme)).content.decode()
    answer = submit(browser, change(cast.acme), follow=False, name="Acme plc")
    assert (answer.status_code, answer.url) == (302, overview)
