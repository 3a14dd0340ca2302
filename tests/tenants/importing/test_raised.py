"""A file raises limits by command at once; on a page it is refused, because nobody confirms it."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from hooks.models import Meter
from tenants.models import Callee, ImportRun, LimitRaise, Rate, SipAccount, Tenant
from tests.manager import change, signed_in, submit, upload
from tests.tenants.importing.content import tenant

LIMITS = {"calls_per_hour": 10, "money_per_day": "5.00"}
RAISED = "change it on the tenant's pages, or by the API at the row's own address"


@pytest.fixture
def acme(cast):
    Tenant.objects.filter(pk=cast.acme.pk).update(limits=LIMITS)
    return Tenant.objects.get(pk=cast.acme.pk)


def told_by(browser, **content):
    answer = upload(browser, json.dumps(tenant(**content)), table="", name="file.json")
    return answer.content.decode().replace("&#x27;", "'")


@pytest.fixture(params=["manager", "administrator"])
def browser(request, acme):
    return signed_in(request.param, *([acme] if request.param == "manager" else []))


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ({"limits": {"calls_per_hour": 11}}, "calls per hour"),
        ({"limits": {"money_per_day": None}}, "money per day"),
        ({"destinations": {"countries": ["FR"], "types": ["mobile"]}}, "destinations"),
        ({"country": "FR"}, "country"),
        ({"callees": [{"alias": "sales", "target": "+43 1 5880"}]}, "target"),
        ({"callees": [{"alias": "new", "target": "+43 1 5880"}]}, "target"),
        (
            {
                "callees": [
                    {
                        "alias": "sales",
                        "destinations": {"countries": [], "types": ["premium_rate"]},
                    }
                ]
            },
            "destinations",
        ),
    ],
)
def test_on_a_page_it_is_refused(browser, acme, content, title):
    told = told_by(browser, **content)
    assert f"This raises {title}: {RAISED}" in told


@pytest.mark.proof
def test_a_closed_callee_gets_no_other_number_while_its_opening_waits(browser, cast, acme):
    Callee.objects.filter(pk=cast.sales.pk).update(limits={"concurrent_calls": 0})
    submit(browser, change(cast.sales), limits_concurrent_calls="")
    assert LimitRaise.objects.waiting().count() == 1
    told = told_by(browser, callees=[{"alias": "sales", "target": "+43 1 5880"}])
    assert f"This raises target: {RAISED}" in told
    closed = {"alias": "new", "target": "+43 1 5880", "limits": {"concurrent_calls": 0}}
    assert "1 added" in told_by(browser, callees=[closed])


def test_the_currency_is_refused_once_there_are_prices_in_it(browser, acme):
    Rate.objects.create(tenant=acme, prefix="49", per_minute=60_000, currency="EUR")
    assert f"This raises currency: {RAISED}" in told_by(browser, currency="KWD")
    Rate.objects.all().delete()
    assert "1 changed" in told_by(browser, currency="KWD")


@pytest.mark.parametrize("rate", ["0.49", "0.00", None])
def test_a_lower_internal_rate_is_refused_on_a_page(browser, cast, rate):
    account = cast.acme_account
    SipAccount.objects.filter(pk=account.pk).update(internal_rate="0.50")
    account = {"login": account.login, "domain": account.domain, "internal_rate": rate}
    told = told_by(browser, sip_accounts=[account])
    assert f"by a lower internal rate: {RAISED}" in told


@pytest.mark.parametrize(
    "content",
    [
        {"limits": {"calls_per_hour": 9, "concurrent_calls": 1}},
        {"destinations": {"countries": [], "types": ["mobile"]}},
        {"callees": [{"alias": "sales", "target": "+49 30 999999"}]},
        {"callees": [{"alias": "sales", "limits": {"calls_per_day": 1}}]},
    ],
)
def test_what_is_lowered_or_the_same_is_taken(browser, acme, content):
    assert "1 changed" in told_by(browser, **content)


def test_the_first_country_is_taken_as_on_a_page(browser, acme):
    Tenant.objects.filter(pk=acme.pk).update(country="")
    assert "1 changed" in told_by(browser, country="FR")
    chosen = {"countries": ["DE"], "types": ["mobile"]}
    assert f"This raises destinations: {RAISED}" in told_by(
        browser, country="FR", destinations=chosen
    )


def test_an_undo_that_raises_is_refused_on_the_page(run, acme):
    browser = signed_in("administrator")
    run(tenant(limits={"calls_per_hour": 1}))
    done = ImportRun.objects.get()
    page = change(done).replace("/change/", "/undo/")
    assert RAISED in browser.post(page).content.decode().replace("&#x27;", "'")
    assert Tenant.objects.get(pk=acme.pk).limits["calls_per_hour"] == 1


def test_a_command_raises_at_once_and_calls_being_decided_see_it(run, acme):
    Meter.objects.create(tenant=acme, scope="tenant", state={}, touched_at=timezone.now())
    assert run(tenant(limits={"calls_per_hour": 99})).code == 0
    assert Tenant.objects.get(pk=acme.pk).limits["calls_per_hour"] == 99
    assert Meter.objects.get(tenant=acme, scope="tenant").version == 1


def test_a_command_warns_of_what_has_no_bound(run, acme):
    lifted = {"calls_per_hour": 10, "money_per_day": None}
    told = "tenant acme: what it can lose has no bound."
    assert told in run(tenant(limits=lifted), "--dry-run").out
    assert told in run(tenant(limits=lifted)).out
    assert told not in run(tenant(limits={"money_per_day": "1.00"})).out


@pytest.mark.proof
def test_a_page_does_not_activate_what_has_no_bound(acme, browser):
    submit(browser, change(acme), status="suspended")
    Tenant.objects.filter(pk=acme.pk).update(limits={})
    told = told_by(browser, status="active")
    assert "It cannot be activated, because what it can lose has no bound." in told
    assert "1 changed" in told_by(browser, status="active", limits={"money_per_day": "1.00"})
    assert Callee.objects.filter(tenant=acme).exists()
