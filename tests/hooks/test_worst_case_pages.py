"""The most that a tenant can lose: on its page, in doctor, and before it is activated."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from clickhook.doctor.checks.tenants import check_tenants
from hooks.calls.admin.tenant import overview_address
from hooks.exposure import find_unbounded, worst_case_of
from hooks.limits.worst_case import ENDLESS, UNPRICED
from tenants.activation import NOT_YOURS
from tenants.limits import SAFE
from tenants.models import Callee, LimitRaise, Rate, Tenant
from tenants.money import MICROS
from tests import cast as casting
from tests.manager import change, errors_of, signed_in, submit, upload

ENDLESSLY = {"price_per_minute": "0.20", "calls_per_day": 10}


@pytest.fixture
def cast(db):
    cast = casting.assemble()
    limit(cast.acme, SAFE)
    limit(cast.globex, SAFE)
    return cast


@pytest.fixture
def acme_manager(cast):
    return signed_in("manager", cast.acme)


def limit(row, limits, **values):
    type(row).objects.filter(pk=row.pk).update(limits=limits, **values)
    row.refresh_from_db()


def add_rate(tenant, prefix, cents, currency="EUR", **more):
    micros = cents * MICROS // 100
    Rate.objects.create(tenant=tenant, prefix=prefix, per_minute=micros, currency=currency, **more)


def text_of(browser, tenant):
    return " ".join(browser.get(overview_address(tenant)).content.decode().split())


def test_the_page_tells_the_loss_and_the_limit_that_bounds_it(acme_manager, cast):
    add_rate(cast.acme, "4930", 10)
    text = text_of(acme_manager, cast.acme)
    assert (
        "<td>21.30 EUR</td><td>The money per day, and a slice of 5 minutes for 2 calls.</td>"
        in (text)
    )
    assert "<td>201.30 EUR</td>" in text
    assert "NO BOUND" not in text


def test_what_has_no_bound_is_told_with_what_is_missing(acme_manager, cast):
    limit(cast.acme, ENDLESSLY)
    text = text_of(acme_manager, cast.acme)
    assert text.count("NO BOUND") == 3
    assert ENDLESS in text


def test_limits_that_cannot_be_read_refuse_every_call(acme_manager, cast):
    limit(cast.acme, {"calls_per_hour": "x"})
    assert "A limit cannot be read" in text_of(acme_manager, cast.acme)
    assert [*find_unbounded(Tenant.objects.all())] == []


def day(tenant):
    return worst_case_of(Tenant.objects.get(pk=tenant.pk)).hour.micros


def test_only_prices_that_are_open_and_in_the_tenants_currency_count(cast):
    limit(cast.acme, {**ENDLESSLY, "call_seconds": 60, "price_per_minute": "9.00"})
    nothing = day(cast.acme)
    assert nothing < MICROS // 100
    add_rate(cast.acme, "43", 500)
    add_rate(cast.acme, "49", 500, currency="CHF")
    add_rate(cast.globex, "49", 500)
    assert day(cast.acme) == nothing
    add_rate(cast.acme, "4930", 1)
    at_home = day(cast.acme)
    assert at_home > nothing
    Callee.objects.filter(pk=cast.sales.pk).update(
        destinations={"countries": ["AT"], "types": ["mobile"]}
    )
    assert day(cast.acme) > 100 * at_home


@pytest.mark.parametrize("column", ["connect_fee", "first_increment", "next_increment"])
def test_each_number_of_a_rate_counts_whichever_rate_has_it(cast, column):
    limit(cast.acme, {**ENDLESSLY, "call_seconds": 60})
    add_rate(cast.acme, "4930", 10)
    one = day(cast.acme)
    add_rate(cast.acme, "4940", 1, **{column: 100_000})
    assert day(cast.acme) > one


def test_internal_calls_have_a_price_too(cast):
    limit(cast.acme, {**ENDLESSLY, "call_seconds": 60})
    nothing = day(cast.acme)
    cast.acme.sip_accounts.update(internal_rate="0.05")
    assert day(cast.acme) > nothing + MICROS // 100


def test_limits_of_every_callee_bound_a_tenant_without(cast):
    limit(cast.acme, {})
    money = {"money_per_day": "1.00", "concurrent_calls": 1}
    cast.acme.callees.update(limits=money)
    assert worst_case_of(cast.acme).day.rule == "The limits of the callees together."
    limit(cast.sales, {})
    assert worst_case_of(cast.acme).missing == UNPRICED


# Activation.


@pytest.mark.proof
def test_a_tenant_without_bound_is_not_activated(acme_manager, cast):
    submit(acme_manager, change(cast.acme), status="suspended")
    limit(cast.acme, ENDLESSLY)
    answer = submit(acme_manager, change(cast.acme), status="active")
    assert ENDLESS in errors_of(answer)
    assert Tenant.objects.get(pk=cast.acme.pk).status == "suspended"

    submit(acme_manager, change(cast.acme), status="active", limits_concurrent_calls="1")
    assert Tenant.objects.get(pk=cast.acme.pk).status == "active"


@pytest.mark.proof
@pytest.mark.parametrize("by", ["administrator", "command"])
def test_whom_no_manager_suspended_only_an_administrator_activates(acme_manager, cast, by):
    administrator = signed_in("administrator")
    submit(acme_manager, change(cast.acme), status="suspended")
    submit(acme_manager, change(cast.acme), status="active")
    if by == "administrator":
        submit(administrator, change(cast.acme), status="suspended")
    else:
        limit(cast.acme, SAFE, status="suspended")
    submit(acme_manager, change(cast.acme), name="Acme, while it is suspended")

    answer = submit(acme_manager, change(cast.acme), status="active")
    assert NOT_YOURS in errors_of(answer)
    file = json.dumps({"tenants": [{"slug": "acme", "name": "Acme", "status": "active"}]})
    told = upload(acme_manager, file, table="", name="file.json").content.decode()
    assert NOT_YOURS in told
    assert Tenant.objects.get(pk=cast.acme.pk).status == "suspended"

    submit(administrator, change(cast.acme), status="active")
    assert Tenant.objects.get(pk=cast.acme.pk).status == "active"


@pytest.mark.proof
def test_an_active_one_can_still_be_changed(acme_manager, cast):
    limit(cast.acme, ENDLESSLY)
    submit(acme_manager, change(cast.acme), name="Acme plc")
    assert Tenant.objects.get(pk=cast.acme.pk).name == "Acme plc"


# The page of the tenant raises, lowers, and has something to do.


@pytest.mark.proof
def test_the_page_lowers_at_once_and_raises_later(acme_manager, cast):
    answer = submit(
        acme_manager,
        change(cast.acme),
        limits_calls_per_hour="61",
        limits_money_per_day="19.00",
        open_everyday=None,
        open_countries=["AT", "DE"],
        open_types=["fixed_line"],
    )
    assert answer.status_code == 200
    acme = Tenant.objects.get(pk=cast.acme.pk)
    assert acme.limits == {**SAFE, "money_per_day": "19.00"}
    assert acme.destinations == {"countries": ["DE"], "types": ["fixed_line"]}
    waiting = {raised.field: raised.after for raised in LimitRaise.objects.waiting()}
    assert waiting == {
        "limits.calls_per_hour": 61,
        "destinations": {"countries": ["AT", "DE"], "types": ["fixed_line"]},
    }
    assert "2 raises of limits wait for a second person" in text_of(acme_manager, cast.acme)


@pytest.mark.proof
def test_limits_that_an_upgrade_set_are_to_be_looked_at_until_the_page_is_saved(acme_manager, cast):
    told = "The limits were set at an upgrade"
    assert told not in text_of(acme_manager, cast.acme)
    Tenant.objects.update(limits_fitted_at=timezone.now())
    assert told in text_of(acme_manager, cast.acme)
    submit(acme_manager, change(cast.acme))
    assert told not in text_of(acme_manager, cast.acme)


# Doctor.


def tenants_findings():
    return [finding for finding in check_tenants() if "cannot take a call" not in finding.sentence]


def test_doctor_names_tenants_without_a_bound(cast):
    [good] = tenants_findings()
    assert good.is_well
    limit(cast.acme, ENDLESSLY)
    limit(cast.globex, {})
    unlimited, unbounded = tenants_findings()
    assert unlimited.sentence == "Without any limit: globex."
    assert unbounded.sentence == f"What acme can lose has no bound. {ENDLESS}"
    assert not unbounded.is_well
    Tenant.objects.update(status="suspended")
    assert tenants_findings()[0].is_well
