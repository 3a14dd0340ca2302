"""Raises of limits wait for a second person or a day, and fall back at their end."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from hooks.models import Meter
from tenants.models import AuditEntry, LimitRaise, Rate, SipAccount, Tenant
from tenants.raising.asking import Asker, ask, cancel
from tenants.raising.deciding import confirm, set_end
from tenants.raising.elapsing import do_due
from tenants.raising.holding_back import hold_back
from tests import cast as casting
from tests.manager import person

LIMITS = {"calls_per_hour": 10, "money_per_day": "5.00", "visitor": {"calls_per_day": 2}}


@pytest.fixture
def cast(db):
    cast = casting.assemble()
    Tenant.objects.filter(pk=cast.acme.pk).update(limits=LIMITS)
    cast.acme.refresh_from_db()
    return cast


def save_page(tenant, user, **values):
    """As the page of the tenant does when it is saved."""
    for name, value in values.items():
        setattr(tenant, name, value)
    raised, others = hold_back(tenant)
    tenant.save()
    cancel(tenant, others, user.get_username())
    return ask(tenant, raised, Asker.of_user(user))


def pass_time(**values):
    LimitRaise.objects.update(**values)


def ago(**time):
    return timezone.now() - timedelta(**time)


def limits_of(tenant):
    return Tenant.objects.get(pk=tenant.pk).limits


def test_what_is_lowered_holds_at_once_and_what_is_raised_waits(cast):
    [raised] = save_page(
        cast.acme,
        person("manager"),
        limits=LIMITS | {"calls_per_hour": 20, "money_per_day": "4.00"},
    )
    assert limits_of(cast.acme) == LIMITS | {"money_per_day": "4.00"}
    assert (raised.field, raised.before, raised.after) == ("limits.calls_per_hour", 10, 20)
    assert raised.due_at - raised.asked_at == pytest.approx(
        timedelta(hours=24), abs=timedelta(seconds=5)
    )


def test_a_lifted_limit_and_one_of_visitors_wait_too(cast):
    limits = {"calls_per_hour": 10, "visitor": {"calls_per_day": 3}}
    asked = save_page(cast.acme, person("manager"), limits=limits)
    assert {(each.field, each.before, each.after) for each in asked} == {
        ("limits.money_per_day", "5.00", None),
        ("limits.visitor.calls_per_day", 2, 3),
    }
    assert limits_of(cast.acme) == LIMITS
    for each in asked:
        assert confirm(each, "anna")
    assert limits_of(cast.acme) == limits


def test_a_lower_internal_rate_waits_and_a_higher_one_holds(cast):
    account = cast.acme_account
    SipAccount.objects.filter(pk=account.pk).update(internal_rate="0.50")
    account.refresh_from_db()
    [raised] = save_page(account, person("manager"), internal_rate=Decimal("0.1"))

    account.refresh_from_db()
    assert account.internal_rate == Decimal("0.50")
    assert raised.sentence.startswith("10001@sip.acme.example: internal rate waits to become 0.1")
    assert confirm(raised, "second")
    account.refresh_from_db()
    assert account.internal_rate == Decimal("0.1")

    assert save_page(account, person("manager", name="other"), internal_rate=Decimal("0.6")) == []
    account.refresh_from_db()
    assert account.internal_rate == Decimal("0.6")


def test_what_is_opened_waits_and_what_is_closed_holds(cast):
    opened = {"countries": ["CH"], "types": ["mobile", "voip"]}
    [raised] = save_page(cast.acme, person("manager"), destinations=opened)
    stored = Tenant.objects.get(pk=cast.acme.pk)
    assert stored.destinations == {"countries": [], "types": ["mobile"]}
    assert confirm(raised, "anna")
    assert Tenant.objects.get(pk=cast.acme.pk).destinations == opened


def test_the_country_waits_once_it_is_set(cast):
    [raised] = save_page(cast.acme, person("manager"), country="AT")
    assert Tenant.objects.get(pk=cast.acme.pk).country == "DE"
    assert confirm(raised, "anna")
    assert Tenant.objects.get(pk=cast.acme.pk).country == "AT"

    Tenant.objects.filter(pk=cast.globex.pk).update(country="")
    assert save_page(cast.globex, person("manager", name="b"), country="FR") == []


def test_the_currency_waits_once_there_are_prices_in_it(cast):
    user = person("manager")
    assert save_page(cast.acme, user, currency="CHF") == []
    Rate.objects.create(tenant=cast.acme, prefix="49", per_minute=60_000, currency="CHF")
    [raised] = save_page(cast.acme, user, currency="KWD")  # 5.00 of it are 14 of those
    assert Tenant.objects.get(pk=cast.acme.pk).currency == "CHF"
    assert confirm(raised, "anna")
    assert Tenant.objects.get(pk=cast.acme.pk).currency == "KWD"


def test_a_first_country_opens_nothing_beside_what_was_chosen(cast):
    chosen = {"countries": ["FR"], "types": ["fixed_line", "mobile", "toll_free"]}
    Tenant.objects.filter(pk=cast.globex.pk).update(country="", destinations=chosen)
    cast.globex.refresh_from_db()
    [raised] = save_page(cast.globex, person("manager"), country="US", destinations=None)
    stored = Tenant.objects.get(pk=cast.globex.pk)
    assert (raised.field, stored.country) == ("destinations", "US")
    assert stored.destinations["countries"] == []


def test_asking_again_for_the_same_goes_on_and_for_more_begins_anew(cast):
    user = person("manager")
    [first] = save_page(cast.acme, user, limits=LIMITS | {"calls_per_hour": 20})
    assert save_page(cast.acme, user, limits=LIMITS | {"calls_per_hour": 20}) == []
    [second] = save_page(cast.acme, user, limits=LIMITS | {"calls_per_hour": 30})
    first.refresh_from_db()
    assert first.decision == "withdrawn"
    assert [*LimitRaise.objects.waiting()] == [second]


def test_lowering_gives_up_what_waits(cast):
    user = person("manager")
    [raised] = save_page(cast.acme, user, limits=LIMITS | {"calls_per_hour": 20})
    assert save_page(cast.acme, user, limits=LIMITS | {"calls_per_hour": 5}) == []
    raised.refresh_from_db()
    assert raised.decision == "withdrawn"
    assert limits_of(cast.acme)["calls_per_hour"] == 5
    assert not confirm(raised, "anna")
    assert limits_of(cast.acme)["calls_per_hour"] == 5


def test_a_value_that_an_import_changed_meanwhile_is_not_overwritten(cast):
    [raised] = save_page(cast.acme, person("manager"), limits=LIMITS | {"calls_per_hour": 20})
    Tenant.objects.update(limits={"calls_per_hour": 1})
    assert not confirm(raised, "anna")
    raised.refresh_from_db()
    assert raised.decision == "overtaken"
    assert limits_of(cast.acme) == {"calls_per_hour": 1}


def test_one_field_of_a_row_waits_once(cast):
    [raised] = save_page(cast.acme, person("manager"), limits=LIMITS | {"calls_per_hour": 20})
    raised.pk = None
    with pytest.raises(IntegrityError, match="limit_raise_once_waiting"), transaction.atomic():
        raised.save(force_insert=True)


# Time.


def test_after_a_day_it_holds_by_itself_in_the_name_of_who_asked(cast):
    limits = {name: LIMITS[name] for name in ("money_per_day", "visitor")}
    [raised] = save_page(cast.acme, person("manager", name="anna"), limits=limits)
    pass_time(due_at=timezone.now() + timedelta(seconds=5))
    assert do_due(may_raise=True) == (0, 0)
    pass_time(due_at=ago(seconds=1))
    assert do_due(may_raise=True) == (1, 0)
    assert do_due(may_raise=True) == (0, 0)

    raised.refresh_from_db()
    assert (raised.decision, raised.decided_by) == ("elapsed", "anna")
    assert "calls_per_hour" not in limits_of(cast.acme)
    entry = AuditEntry.objects.filter(action="tenant:changed").order_by("pk").last()
    assert (entry.actor_name, entry.via) == ("anna", "worker")


def test_at_its_end_it_falls_back_unless_another_value_was_chosen(cast):
    asked = save_page(
        cast.acme,
        person("manager"),
        limits=LIMITS | {"calls_per_hour": 20, "money_per_day": "6.00"},
    )
    for each in asked:
        assert set_end(each, timezone.now() + timedelta(hours=1))
        assert confirm(each, "anna")
    assert do_due(may_raise=True) == (0, 0)

    Tenant.objects.update(limits=LIMITS | {"calls_per_hour": 7, "money_per_day": "6.00"})
    pass_time(asked_at=ago(hours=2), ends_at=ago(seconds=1))
    assert do_due(may_raise=True) == (0, 1)
    assert limits_of(cast.acme) == LIMITS | {"calls_per_hour": 7}
    assert do_due(may_raise=True) == (0, 0)


OPENED = {"countries": ["AT", "DE"], "types": ["fixed_line", "mobile"]}


@pytest.mark.parametrize(
    ("values", "nearly", "at_end"),
    [
        (
            {"limits": LIMITS | {"money_per_day": "50.00"}},
            {"limits": LIMITS | {"money_per_day": "49.99"}},
            {"limits": LIMITS},
        ),
        (
            {"limits": {name: LIMITS[name] for name in ("money_per_day", "visitor")}},
            {"limits": LIMITS | {"calls_per_hour": 1_000_000}},
            {"limits": LIMITS},
        ),
        (
            {"destinations": OPENED},
            {"destinations": {**OPENED, "types": ["mobile"]}},
            {"destinations": {"countries": ["DE"], "types": ["mobile"]}},
        ),
    ],
)
def test_who_takes_a_little_of_a_raise_back_does_not_keep_the_rest(cast, values, nearly, at_end):
    user = person("manager")
    [raised] = save_page(cast.acme, user, **values)
    assert set_end(raised, timezone.now() + timedelta(hours=1))
    assert confirm(raised, "anna")
    cast.acme.refresh_from_db()
    assert save_page(cast.acme, user, **nearly) == []

    pass_time(asked_at=ago(hours=2), ends_at=ago(seconds=1))
    assert do_due(may_raise=True) == (0, 1)
    assert Tenant.objects.filter(pk=cast.acme.pk, **at_end).exists()


def test_another_way_to_write_a_number_does_not_outlive_its_end(cast):
    user = person("manager")
    [raised] = save_page(cast.sales, user, target="+4315880")
    assert set_end(raised, timezone.now() + timedelta(hours=1))
    assert confirm(raised, "anna")
    cast.sales.refresh_from_db()
    assert save_page(cast.sales, user, target="004315880") == []

    pass_time(asked_at=ago(hours=2), ends_at=ago(seconds=1))
    assert do_due(may_raise=True) == (0, 1)
    cast.sales.refresh_from_db()
    assert cast.sales.target == "+4930123456"


def test_an_end_that_comes_before_anybody_confirmed_leaves_nothing_raised(cast):
    [raised] = save_page(cast.acme, person("manager"), limits=LIMITS | {"calls_per_hour": 20})
    set_end(raised, timezone.now() + timedelta(hours=1))
    pass_time(asked_at=ago(hours=30), due_at=ago(hours=6), ends_at=ago(hours=5))
    assert do_due(may_raise=True) == (1, 1)
    assert limits_of(cast.acme) == LIMITS


def test_calls_that_are_being_decided_see_the_change(cast):
    [raised] = save_page(cast.acme, person("manager"), limits=LIMITS | {"calls_per_hour": 20})
    for tenant in (cast.acme, cast.globex):
        Meter.objects.create(tenant=tenant, scope="tenant", state={}, touched_at=timezone.now())
    confirm(raised, "anna")
    assert Meter.objects.get(tenant=cast.acme, scope="tenant").version == 1
    set_end(raised, timezone.now() + timedelta(hours=1))
    pass_time(asked_at=ago(hours=2), ends_at=ago(seconds=1))
    do_due(may_raise=True)
    assert Meter.objects.get(tenant=cast.acme, scope="tenant").version == 2
    assert Meter.objects.get(tenant=cast.globex, scope="tenant").version == 0
