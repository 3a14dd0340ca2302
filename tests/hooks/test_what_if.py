"""What if a tenant had other limits: the command, and the page before the form is saved."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from hooks.calls.admin.pages import what_if
from hooks.calls.what_if.reporting import begin_of_replay
from hooks.calls.what_if.trying import BadChange, change_limits, read_stored_limits
from hooks.models import Call, Session
from tenants.models import Callee, Domain, Rate, SipAccount, Tenant
from tests.manager import Form, assert_tells_nothing, signed_in


@pytest.fixture
def recorded(cast):
    """Acme's calls of yesterday, each minute one, of ten minutes each; and one of Globex."""
    Rate.objects.create(tenant=cast.acme, prefix="49", per_minute=50_000, currency="EUR")
    begin = timezone.now() - timedelta(days=1)
    domain = Domain.objects.get(origin="https://www.acme.example")
    for tenant, calls in ((cast.acme, 5), (cast.globex, 1)):
        session = Session.objects.create(
            tenant=tenant, instance=cast.acme_1, wcs_session_id=tenant.slug, opened_at=begin,
            domain=domain, sip_account=cast.acme_account,
        )  # fmt: skip
        for number in range(calls):
            asked = begin + timedelta(minutes=number)
            Call.objects.create(
                tenant=tenant, session=session, wcs_call_id=f"c{number}", decision="allowed",
                reason="allowed", asked_at=asked, answered_at=asked, ended_by="finish",
                ended_at=asked + timedelta(minutes=10), alias="sales", target=cast.sales.target,
                visitor="v",
            )  # fmt: skip
    return cast


@pytest.fixture
def try_limits(recorded, manage):
    def run(*changes, days=7, slug="acme"):
        done = manage("what_if", slug, *changes, f"--days={days}", "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.mark.proof
def test_the_command_tells_what_would_have_been_refused(try_limits):
    result = try_limits("concurrent_calls=2")
    assert (result["calls"], result["refused"], result["allowed"]) == (5, 3, 0)
    assert (result["spent"], result["saved"]) == (2_500_000, 1_500_000)
    [limit] = result["limits"]
    assert (limit["limit"], limit["scope"], limit["refused"]) == ("concurrent_calls", "tenant", 3)
    assert (limit["money"], limit["minutes"]) == ("1.50 EUR", 30)
    days = result["by_day"].values()
    assert sum(day.get("refused", 0) for day in days) == 3
    assert len(result["dearest"]) == 3

    assert try_limits()["refused"] == 0
    assert Tenant.objects.get(slug="acme").limits == {}


@pytest.mark.proof
def test_the_command_tells_what_would_have_ended_earlier(try_limits):
    result = try_limits("call_seconds=120")
    assert (result["refused"], result["ended_earlier"]) == (0, 5)
    assert result["saved"] == 5 * 8 * 50_000


@pytest.mark.proof
def test_limits_of_what_the_tenant_owns(try_limits):
    domain = "domain:https://www.acme.example"
    result = try_limits(f"{domain}:concurrent_calls=1")
    assert result["limits"][0]["scope"] == "domain https://www.acme.example"
    assert result["refused"] == 4
    assert try_limits("callee:sales:calls_per_hour=1")["refused"] == 4
    assert try_limits("account:10001:calls_per_day=2")["refused"] == 3
    assert try_limits("visitor.calls_per_hour=3")["limits"][0]["scope"] == "each visitor"


@pytest.mark.proof
def test_a_change_replaces_what_is_stored(try_limits):
    Tenant.objects.update(limits={"concurrent_calls": 1})
    assert try_limits()["refused"] == 4
    assert try_limits("concurrent_calls=null")["refused"] == 0


@pytest.mark.proof
def test_a_refused_call_would_be_allowed(try_limits):
    Call.objects.filter(wcs_call_id="c4").update(
        decision="refused", reason="concurrent_calls", target="", answered_at=None
    )
    assert try_limits("concurrent_calls=9")["allowed"] == 1
    assert try_limits("concurrent_calls=4")["allowed"] == 0


@pytest.mark.proof
def test_internal_calls_cost_what_the_account_says(try_limits):
    Callee.objects.filter(alias="sales").update(target="10002", number="")
    Call.objects.update(target="10002")
    SipAccount.objects.update(internal_rate=Decimal("0.10"))
    assert try_limits("concurrent_calls=1")["spent"] == 5 * 10 * 100_000


@pytest.mark.proof
def test_the_recorded_rate_counts_and_not_todays(try_limits):
    Call.objects.update(reservation={"rate": [10_000, 0, 1, 1]})
    assert try_limits()["spent"] == 5 * 10 * 10_000


@pytest.mark.proof
def test_without_json_it_draws_a_chart(recorded, manage):
    done = manage("what_if", "acme", "--days=2", "concurrent_calls=2")
    assert "Of 5 calls, 3 would have been refused and 0 ended earlier." in done.stdout
    assert "1.50 EUR less, of 2.50 EUR" in done.stdout
    assert "concurrent_calls     tenant: 3 refused, 0 ended earlier, 1.50 EUR" in done.stdout
    assert "#" * 24 + "." * 16 + " 5" in done.stdout
    assert "+4930" not in done.stdout


@pytest.mark.proof
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nobody", "--days=1"), "There is no tenant 'nobody'"),
        (("acme", "--days=0"), "from 1 to 400"),
        (("acme", "--days=1", "nonsense"), "Expected limit=value"),
    ],
)
def test_mistakes_at_the_command_line(recorded, manage, arguments, message):
    done = manage("what_if", *arguments)
    assert done.returncode == 1
    assert message in done.stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("calls=3", "This limit is unknown"),
        ("concurrent_calls=-1", "A whole number from 0"),
        ("concurrent_calls=many", "A whole number from 0"),
        ("moneyperday=5.00", "This limit is unknown; did you mean money_per_day"),
        ("call_seconds=0", "A whole number from 1"),
        ("money_per_day=5.001", "At most 2 digits"),
        ("money_per_day=5,00", "An amount with a decimal point, like 20.00."),
        ("visitor.calls=3", "This limit is unknown"),
        ("domain:https://globex.example:8443:calls_per_day=1", "no such domain"),
        ("callee:boss:calls_per_day=1", "no such callee"),
        ("planet:mars:calls_per_day=1", "Expected domain:ORIGIN"),
    ],
)
def test_mistakes_in_a_limit(cast, change, message):
    with pytest.raises(BadChange, match=message):
        change_limits(cast.acme, read_stored_limits(cast.acme), [change])


def post(client, tenant, **changes):
    """As the button under the form does."""
    page = client.get(reverse("admin:tenants_tenant_change", args=[tenant.pk]))
    address = reverse("admin:hooks_what_if", args=[tenant.pk])
    assert address in page.content.decode()
    data = {**Form(page.content.decode()).data, "what_if_days": "7", **changes}
    return client.post(address, data)


def test_the_page_tries_the_form_and_saves_nothing(recorded, manager):
    answer = post(manager, recorded.acme, limits_concurrent_calls="2")
    html = answer.content.decode()
    assert_tells_nothing(html)
    assert "Of 5 calls, 3 would have been refused" in html
    assert "As many calls live as are allowed at once." in html
    assert html.count(reverse("admin:hooks_call_change", args=[Call.objects.first().pk])[:20]) > 2
    assert recorded.sales.target not in html
    assert Tenant.objects.get(slug="acme").limits == {}


def test_the_page_tells_what_is_wrong_with_the_form(recorded, manager):
    answer = post(manager, recorded.acme, limits_money_per_day="5.001")
    assert "Per day: At most 2 digits after the point." in answer.content.decode()


@pytest.mark.proof
def test_the_page_leaves_very_many_calls_to_the_command(recorded, manager, monkeypatch):
    monkeypatch.setattr(what_if, "MOST_CALLS", 4)
    assert "manage.py what_if" in post(manager, recorded.acme).content.decode()


def test_only_who_may_change_the_tenant(recorded):
    address = reverse("admin:hooks_what_if", args=[recorded.acme.pk])
    assert signed_in("auditor").post(address).status_code == 403
    assert signed_in("manager", recorded.globex).post(address).status_code == 404
    assert signed_in("manager", recorded.acme, name="m").get(address).status_code == 302


def test_months_begin_before_the_report(cast):
    """So that the money of the month is counted from its first day."""
    now = datetime(2026, 3, 20, 12, tzinfo=UTC)
    limits = {"callee 1": {"minutes_per_month": 3}}
    assert begin_of_replay(cast.acme, limits, now, 7) == datetime(2026, 3, 1, tzinfo=UTC)
    assert begin_of_replay(cast.acme, {}, now, 7) == now - timedelta(days=8)
