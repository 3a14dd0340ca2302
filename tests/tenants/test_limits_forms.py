"""Limits, destinations, hours and prices on the admin's pages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from tenants.models import Callee, LimitRaise, Rate, SipAccount, Tenant
from tenants.raising.deciding import confirm
from tests import cast as casting
from tests.manager import Form, change, errors_of, reposting, signed_in, submit, url


@pytest.fixture
def cast(db):
    return casting.assemble()


STORED = {
    "limits": {"calls_per_hour": 9, "money_per_day": "20.00", "visitor": {"calls_per_day": 3}},
    "destinations": {"countries": ["AT", "DE"], "types": ["mobile"]},
    "hours": {"mon-fri": ["09:00-12:00", "13:00-17:00"], "sat": []},
    "holidays": ["2026-12-25", "2026-12-26"],
    "message_operations": ["chat", "order-status"],
}


def store(tenant: Tenant, **values) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(**(STORED | values))


def confirm_all() -> None:
    """What raises a limit holds when a second person confirms it."""
    for raised in LimitRaise.objects.waiting():
        assert confirm(raised, "colleague")


@pytest.mark.proof
def test_the_page_shows_what_is_stored_and_saves_it_again_unchanged(acme_manager, cast):
    store(cast.acme)
    data = Form(acme_manager.get(change(cast.acme)).content.decode()).data
    assert data["limits_calls_per_hour"] == "9"
    assert data["limits_money_per_day"] == "20.00"
    assert data["limits_visitor_calls_per_day"] == "3"
    assert data["limits_calls_per_day"] == ""
    assert data["open_countries"] == ["AT", "DE"]
    assert data["open_types"] == ["mobile"]
    assert data["hours"] == "mon-fri 09:00-12:00 13:00-17:00\nsat closed"
    assert data["holidays"] == "2026-12-25\n2026-12-26"
    assert data["message_operations"] == "chat\norder-status"

    before = Tenant.objects.filter(pk=cast.acme.pk).values()[0]
    assert submit(acme_manager, change(cast.acme)).status_code == 200
    assert Tenant.objects.filter(pk=cast.acme.pk).values()[0] == before


@pytest.mark.proof
def test_a_manager_changes_them(acme_manager, cast):
    submit(
        acme_manager,
        change(cast.acme),
        country="AT",
        currency="CHF",
        time_zone="Europe/Vienna",
        limits_concurrent_calls="2",
        limits_price_per_minute="0.25",
        limits_visitor_callees_per_hour="1",
        open_everyday=None,
        open_countries=["CH", "AT"],
        open_types=["mobile", "fixed_line"],
        hours="mon-fri: 09:00-17:00\n\nsat 22:00-02:00\nsun closed",
        holidays="2027-01-01, 2026-12-25",
        message_operations="order-status\n\nchat",
    )
    confirm_all()
    acme = Tenant.objects.get(pk=cast.acme.pk)
    assert (acme.country, acme.currency, acme.time_zone) == ("AT", "CHF", "Europe/Vienna")
    assert acme.limits == {
        "concurrent_calls": 2,
        "price_per_minute": "0.25",
        "visitor": {"callees_per_hour": 1},
    }
    assert acme.destinations == {"countries": ["AT", "CH"], "types": ["fixed_line", "mobile"]}
    assert acme.hours == {"mon-fri": ["09:00-17:00"], "sat": ["22:00-02:00"], "sun": []}
    assert acme.holidays == ["2026-12-25", "2027-01-01"]
    assert acme.message_operations == ["chat", "order-status"]


@pytest.mark.proof
def test_an_empty_field_lifts_a_limit_and_opens_always(acme_manager, cast):
    store(cast.acme)
    submit(
        acme_manager,
        change(cast.acme),
        limits_calls_per_hour="",
        limits_visitor_calls_per_day="",
        open_everyday="on",
        hours="",
        holidays="",
        message_operations="",
    )
    confirm_all()
    acme = Tenant.objects.get(pk=cast.acme.pk)
    assert acme.limits == {"money_per_day": "20.00"}
    everyday = {"countries": ["DE"], "types": ["fixed_line", "mobile", "toll_free"]}
    assert (acme.destinations, acme.hours, acme.holidays) == (everyday, None, [])
    assert acme.message_operations == []


MONEY = "An amount with a decimal point, like 20.00."
SPAN = 'mon 9-17: Expected a time from 00:00 to 24:00, like "09:00-17:00".'
WRONG = [
    ({"limits_calls_per_hour": "-1"}, "limits_calls_per_hour", "greater than or equal to 0"),
    ({"limits_calls_per_hour": "x"}, "limits_calls_per_hour", "Enter a whole number."),
    ({"limits_calls_per_hour": "1.5"}, "limits_calls_per_hour", "Enter a whole number."),
    ({"limits_calls_per_hour": "1000000001"}, "limits_calls_per_hour", "less than or equal"),
    ({"limits_call_seconds": "0"}, "limits_call_seconds", "A whole number from 1"),
    ({"limits_money_per_day": "20,00"}, "limits_money_per_day", "with a decimal point"),
    ({"limits_money_per_day": "0.005"}, "limits_money_per_day", "At most 2 digits"),
    (
        {"limits_money_per_day": "0.50", "currency": "JPY"},
        "limits_money_per_day",
        "At most 0 digits",
    ),
    ({"country": "XX"}, "country", "Expected a country"),
    ({"currency": "XXX"}, "currency", "Expected a currency"),
    ({"time_zone": "Mars/Olympus"}, "time_zone", "Expected a time zone"),
    ({"time_zone": "localtime"}, "time_zone", "Expected a time zone"),
    ({"open_countries": ["XX"], "open_everyday": None}, "open_countries", "Select a valid choice"),
    (
        {"open_types": ["premium_rate"], "open_everyday": None},
        "open_types",
        "Select a valid choice",
    ),
    ({"hours": "mon 9-17"}, "hours", SPAN),
    ({"hours": "monday 09:00-17:00"}, "hours", "Expected a day or days"),
    ({"hours": "mon 09:00-17:00\nmon 18:00-19:00"}, "hours", "These days are given twice"),
    ({"hours": "mon 09:00-13:00 12:00-15:00"}, "hours", "mon: These times overlap."),
    ({"holidays": "25.12.2026"}, "holidays", "25.12.2026: Expected a date, like 2026-12-25."),
    ({"message_operations": "chat\nOrder"}, "message_operations", "Order: Expected a name of"),
    ({"message_operations": "chat chat"}, "message_operations", "chat: This is given twice."),
]


@pytest.mark.proof
def test_what_is_wrong_stands_beside_its_field(acme_manager, cast):
    before = Tenant.objects.filter(pk=cast.acme.pk).values()[0]
    post = reposting(acme_manager, change(cast.acme))
    for typed, field, problem in WRONG:
        errors = post(**typed).context["adminform"].form.errors
        assert [*errors] == [field], typed
        assert problem in errors[field][0], typed
    assert Tenant.objects.filter(pk=cast.acme.pk).values()[0] == before


def test_a_new_tenant_starts_safe(manager, db):
    submit(manager, url(Tenant, "add"), slug="hooli", name="Hooli")
    assert Tenant.objects.get(slug="hooli").limits["concurrent_calls"] == 2


@pytest.mark.proof
def test_another_country_changes_the_numbers_of_callees(acme_manager, cast):
    callee = Callee.objects.create(tenant=cast.acme, alias="branch", target="030123456")
    assert callee.number == "4930123456"
    submit(acme_manager, change(cast.acme), country="AT")
    confirm_all()
    assert Callee.objects.get(pk=callee.pk).number == "4330123456"


def test_an_auditor_reads_them(cast):
    store(cast.acme)
    page = signed_in("auditor").get(change(cast.acme)).content.decode()
    assert "calls, per hour: 9; money, per day: 20.00; each visitor, calls per day: 3" in page
    assert "AT, DE: mobiles" in page
    assert "mon-fri 09:00-12:00 13:00-17:00" in page
    assert "limits_calls_per_hour" not in page


@pytest.mark.parametrize("name", ["sales", "domain", "acme_account"])
def test_a_row_has_limits_of_its_own_on_its_page(acme_manager, cast, name):
    row = cast.acme.domains.first() if name == "domain" else getattr(cast, name)
    submit(acme_manager, change(row), limits_concurrent_calls="1", limits_money_per_day="5.00")
    row.refresh_from_db()
    assert row.limits == {"concurrent_calls": 1, "money_per_day": "5.00"}

    response = submit(acme_manager, change(row), limits_money_per_day="5.005")
    assert "limits_money_per_day" in response.context["adminform"].form.errors

    page = signed_in("auditor").get(change(row)).content.decode()
    assert "calls, at once: 1; money, per day: 5.00" in page


def test_a_callee_is_opened_alone_and_has_a_keypad_and_fallbacks(acme_manager, cast):
    submit(
        acme_manager,
        change(cast.sales),
        keypad="on",
        fallback="support",
        open_countries=["001"],
        open_types=["satellite", "premium_rate"],
    )
    confirm_all()
    sales = Callee.objects.get(pk=cast.sales.pk)
    assert (sales.keypad, sales.fallback) == (True, ["support"])
    assert sales.destinations == {"countries": ["001"], "types": ["premium_rate", "satellite"]}

    submit(acme_manager, change(cast.sales), open_countries=[], open_types=[])
    assert Callee.objects.get(pk=cast.sales.pk).destinations is None


FALLBACKS = [
    ("nobody", "This tenant has no callee nobody."),
    ("frontdesk", "This tenant has no callee frontdesk."),  # another tenant's
    ("sales", "sales cannot stand in for itself."),
    ("Not-an-alias", "Not-an-alias: Expected an alias, like help."),
    ("support:0", "support:0: Expected a weight from 1 to 100."),
    ("support:", "support:: Expected a weight from 1 to 100."),
    ("nobody:2", "This tenant has no callee nobody."),
]


@pytest.mark.proof
@pytest.mark.parametrize("page", ["the callee's", "the tenant's"])
def test_a_fallback_is_another_callee_of_the_tenant(acme_manager, cast, page):
    row, name = {
        "the callee's": (cast.sales, "fallback"),
        "the tenant's": (cast.acme, "callees-0-fallback"),
    }[page]
    post = reposting(acme_manager, change(row))
    for typed, problem in FALLBACKS:
        assert errors_of(post(**{name: typed})).count(problem) == 1, typed
    assert Callee.objects.get(pk=cast.sales.pk).fallback == []


@pytest.mark.proof
def test_the_tenants_page_has_keypad_fallback_and_price(acme_manager, cast):
    submit(
        acme_manager,
        change(cast.acme),
        **{
            "callees-0-keypad": "on",
            "callees-0-fallback": "support:3",
            "sip_accounts-0-internal_rate": "0.015",
        },
    )
    sales = Callee.objects.get(pk=cast.sales.pk)
    assert (sales.keypad, sales.fallback) == (True, [{"alias": "support", "weight": 3}])
    page = acme_manager.get(change(cast.acme)).content.decode()
    assert 'value="support:3"' in page
    assert SipAccount.objects.get(pk=cast.acme_account.pk).internal_rate == Decimal("0.015")


def test_a_price_is_no_less_than_nothing(acme_manager, cast):
    response = submit(acme_manager, change(cast.acme_account), internal_rate="-0.01")
    assert "internal_rate" in response.context["adminform"].form.errors


@pytest.fixture
def rates(cast):
    for tenant, prefix in ((cast.acme, "49"), (cast.acme, "4930"), (cast.globex, "491")):
        Rate.objects.create(tenant=tenant, prefix=prefix, per_minute=15_000, currency="EUR")


def test_rates_are_listed_for_their_managers_and_looked_up_by_number(acme_manager, rates):
    page = acme_manager.get(url(Rate))
    assert [rate.prefix for rate in page.context["cl"].result_list] == ["49", "4930"]
    assert "0.015" in page.content.decode()

    page = acme_manager.get(url(Rate) + "?q=%2B49+30+123456")
    assert [rate.prefix for rate in page.context["cl"].result_list] == ["4930", "49"]
    page = acme_manager.get(url(Rate) + "?q=nothing")
    assert list(page.context["cl"].result_list) == []


def test_rates_are_changed_by_an_import_alone(manager, rates):
    rate = Rate.objects.first()
    assert manager.get(url(Rate, "add")).status_code == 403
    assert manager.post(change(rate), {}).status_code == 403
    assert manager.post(url(Rate, "delete", rate.pk), {"post": "yes"}).status_code == 403


@pytest.mark.proof
def test_the_history_of_a_tenant_is_read_in_its_columns(acme_manager, cast, actions):
    submit(acme_manager, change(cast.acme), limits_calls_per_hour="5")
    assert actions() == ["tenant:changed"]
    assert reverse("admin:tenants_auditentry_changelist")
