"""Raises of limits wait for a second person or a day, and fall back at their end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from hooks.models import Meter
from tenants import raising
from tenants.models import AuditEntry, Callee, LimitRaise, Tenant
from tests import cast as casting
from tests.manager import (
    Form,
    change,
    errors_of,
    person,
    row,
    said,
    signed_in,
    submit,
    unconfirmed,
    url,
)

ABROAD = "+43 1 5880"
LIMITS = {"calls_per_hour": 10, "money_per_day": "5.00", "visitor": {"calls_per_day": 2}}


@pytest.fixture
def cast(db):
    cast = casting.assemble()
    Tenant.objects.filter(pk=cast.acme.pk).update(limits=LIMITS)
    cast.acme.refresh_from_db()
    return cast


@pytest.fixture
def acme_manager(cast):
    return signed_in("manager", cast.acme)


@pytest.fixture
def colleague(cast):
    return signed_in("manager", cast.acme, name="colleague")


def ask(tenant, user, **values):
    """As the page of the tenant does when it is saved."""
    for name, value in values.items():
        setattr(tenant, name, value)
    raised, others = raising.hold_back(tenant)
    tenant.save()
    raising.cancel(tenant, others, user.get_username())
    return raising.ask(tenant, raised, user)


def pass_time(**values):
    LimitRaise.objects.update(**values)


def ago(**time):
    return timezone.now() - timedelta(**time)


def decide(browser, raised, **typed):
    page = reverse("admin:tenants_limitraise_decide", args=[raised.pk])
    return browser.post(page, typed, follow=True)


def limits_of(tenant):
    return Tenant.objects.get(pk=tenant.pk).limits


def test_what_is_lowered_holds_at_once_and_what_is_raised_waits(cast):
    [raised] = ask(
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
    asked = ask(cast.acme, person("manager"), limits=limits)
    assert {(each.field, each.before, each.after) for each in asked} == {
        ("limits.money_per_day", "5.00", None),
        ("limits.visitor.calls_per_day", 2, 3),
    }
    assert limits_of(cast.acme) == LIMITS
    for each in asked:
        assert raising.confirm(each, "anna")
    assert limits_of(cast.acme) == limits


def test_what_is_opened_waits_and_what_is_closed_holds(cast):
    opened = {"countries": ["CH"], "types": ["mobile", "voip"]}
    [raised] = ask(cast.acme, person("manager"), destinations=opened)
    stored = Tenant.objects.get(pk=cast.acme.pk)
    assert stored.destinations == {"countries": [], "types": ["mobile"]}
    assert raising.confirm(raised, "anna")
    assert Tenant.objects.get(pk=cast.acme.pk).destinations == opened


def test_the_country_waits_once_it_is_set(cast):
    [raised] = ask(cast.acme, person("manager"), country="AT")
    assert Tenant.objects.get(pk=cast.acme.pk).country == "DE"
    assert raising.confirm(raised, "anna")
    assert Tenant.objects.get(pk=cast.acme.pk).country == "AT"

    Tenant.objects.filter(pk=cast.globex.pk).update(country="")
    assert ask(cast.globex, person("manager", name="b"), country="FR") == []


def test_asking_again_for_the_same_goes_on_and_for_more_begins_anew(cast):
    user = person("manager")
    [first] = ask(cast.acme, user, limits=LIMITS | {"calls_per_hour": 20})
    assert ask(cast.acme, user, limits=LIMITS | {"calls_per_hour": 20}) == []
    [second] = ask(cast.acme, user, limits=LIMITS | {"calls_per_hour": 30})
    first.refresh_from_db()
    assert first.decision == "withdrawn"
    assert [*LimitRaise.objects.waiting()] == [second]


def test_lowering_gives_up_what_waits(cast):
    user = person("manager")
    [raised] = ask(cast.acme, user, limits=LIMITS | {"calls_per_hour": 20})
    assert ask(cast.acme, user, limits=LIMITS | {"calls_per_hour": 5}) == []
    raised.refresh_from_db()
    assert raised.decision == "withdrawn"
    assert limits_of(cast.acme)["calls_per_hour"] == 5
    assert not raising.confirm(raised, "anna")
    assert limits_of(cast.acme)["calls_per_hour"] == 5


def test_a_value_that_an_import_changed_meanwhile_is_not_overwritten(cast):
    [raised] = ask(cast.acme, person("manager"), limits=LIMITS | {"calls_per_hour": 20})
    Tenant.objects.update(limits={"calls_per_hour": 1})
    assert not raising.confirm(raised, "anna")
    raised.refresh_from_db()
    assert raised.decision == "overtaken"
    assert limits_of(cast.acme) == {"calls_per_hour": 1}


def test_one_field_of_a_row_waits_once(cast):
    [raised] = ask(cast.acme, person("manager"), limits=LIMITS | {"calls_per_hour": 20})
    raised.pk = None
    with pytest.raises(IntegrityError, match="limit_raise_once_waiting"), transaction.atomic():
        raised.save(force_insert=True)


# Time.


def test_after_a_day_it_holds_by_itself_in_the_name_of_who_asked(cast):
    limits = {name: LIMITS[name] for name in ("money_per_day", "visitor")}
    [raised] = ask(cast.acme, person("manager", name="anna"), limits=limits)
    pass_time(due_at=timezone.now() + timedelta(seconds=5))
    assert raising.do_due() == (0, 0)
    pass_time(due_at=ago(seconds=1))
    assert raising.do_due() == (1, 0)
    assert raising.do_due() == (0, 0)

    raised.refresh_from_db()
    assert (raised.decision, raised.decided_by) == ("elapsed", "anna")
    assert "calls_per_hour" not in limits_of(cast.acme)
    entry = AuditEntry.objects.filter(action="tenant:changed").order_by("pk").last()
    assert (entry.actor_name, entry.via) == ("anna", "worker")


def test_at_its_end_it_falls_back_unless_another_value_was_chosen(cast):
    asked = ask(
        cast.acme,
        person("manager"),
        limits=LIMITS | {"calls_per_hour": 20, "money_per_day": "6.00"},
    )
    for each in asked:
        assert raising.set_end(each, timezone.now() + timedelta(hours=1))
        assert raising.confirm(each, "anna")
    assert raising.do_due() == (0, 0)

    Tenant.objects.update(limits=LIMITS | {"calls_per_hour": 7, "money_per_day": "6.00"})
    pass_time(asked_at=ago(hours=2), ends_at=ago(seconds=1))
    assert raising.do_due() == (0, 1)
    assert limits_of(cast.acme) == LIMITS | {"calls_per_hour": 7}
    assert raising.do_due() == (0, 0)


def test_an_end_that_comes_before_anybody_confirmed_leaves_nothing_raised(cast):
    [raised] = ask(cast.acme, person("manager"), limits=LIMITS | {"calls_per_hour": 20})
    raising.set_end(raised, timezone.now() + timedelta(hours=1))
    pass_time(asked_at=ago(hours=30), due_at=ago(hours=6), ends_at=ago(hours=5))
    assert raising.do_due() == (1, 1)
    assert limits_of(cast.acme) == LIMITS


def test_calls_that_are_being_decided_see_the_change(cast):
    [raised] = ask(cast.acme, person("manager"), limits=LIMITS | {"calls_per_hour": 20})
    Meter.objects.all().delete()
    raising.confirm(raised, "anna")
    first = Meter.objects.get(tenant=cast.acme, scope="tenant").version
    raising.set_end(raised, timezone.now() + timedelta(hours=1))
    pass_time(asked_at=ago(hours=2), ends_at=ago(seconds=1))
    raising.do_due()
    assert Meter.objects.get(tenant=cast.acme, scope="tenant").version == first + 1
    assert not Meter.objects.filter(tenant=cast.globex).exists()


# Pages.


@pytest.fixture
def raised(cast, acme_manager):
    answer = submit(acme_manager, change(cast.sales), target=ABROAD)
    assert "stays" in said(answer)
    assert "until a second person confirms" in said(answer)
    return LimitRaise.objects.get()


def test_a_callee_abroad_waits_and_calls_go_on_to_the_former_number(cast, raised):
    assert Callee.objects.get(pk=cast.sales.pk).target == cast.sales.target
    assert (raised.thing, raised.field) == ("callee", "target")
    assert (raised.after, raised.asked_by_name) == ("+4315880", "manager")


def test_a_callee_abroad_on_the_tenants_page_waits_too(cast, acme_manager):
    index = [*cast.acme.callees.values_list("pk", flat=True)].index(cast.sales.pk)
    typed = {f"callees-{index}-target": ABROAD}
    assert submit(acme_manager, change(cast.acme), **typed).status_code == 200
    assert Callee.objects.get(pk=cast.sales.pk).target == cast.sales.target
    assert LimitRaise.objects.get().row_key == str(cast.sales.pk)


@pytest.mark.parametrize("on_tenants_page", [False, True])
def test_a_new_callee_abroad_is_stored_closed(cast, acme_manager, colleague, on_tenants_page):
    if on_tenants_page:
        typed = row("callees", cast.acme.callees.count(), alias="vienna", target=ABROAD)
        submit(acme_manager, change(cast.acme), **typed)
    else:
        typed = {"tenant": cast.acme.pk, "alias": "vienna", "target": ABROAD}
        acme_manager.post(url(Callee, "add"), typed)

    vienna = Callee.objects.get(alias="vienna")
    assert vienna.limits == {"concurrent_calls": 0}
    decide(colleague, LimitRaise.objects.get(), confirm="x")
    vienna.refresh_from_db()
    assert vienna.limits == {}


def test_a_second_person_confirms_it_with_a_code(cast, raised, colleague):
    answer = decide(unconfirmed(colleague), raised, confirm="x")
    assert "code" in answer.redirect_chain[0][0]
    assert Callee.objects.get(pk=cast.sales.pk).target == cast.sales.target

    session = colleague.session
    session["confirmed_at"] = timezone.now().timestamp()
    session.save()
    assert "holds now" in said(decide(colleague, raised, confirm="x"))
    assert Callee.objects.get(pk=cast.sales.pk).target == "+4315880"
    raised.refresh_from_db()
    assert (raised.decision, raised.decided_by) == ("confirmed", "colleague")
    assert "does not hold" in said(decide(colleague, raised, confirm="x"))


def test_nobody_confirms_their_own_not_even_an_administrator(cast, raised, acme_manager, manager):
    assert decide(acme_manager, raised, confirm="x").status_code == 403
    page = reverse("admin:tenants_limitraise_decide", args=[raised.pk])
    text = acme_manager.get(page).content.decode()
    assert 'name="confirm"' not in text
    assert "another person must confirm" in text

    submit(manager, change(cast.support), target=ABROAD)
    own = LimitRaise.objects.get(asked_by_name="administrator")
    assert decide(manager, own, confirm="x").status_code == 403
    assert Callee.objects.get(pk=cast.support.pk).target == cast.support.target


@pytest.mark.parametrize(("role", "status"), [("outsider", 404), ("auditor", 403), ("viewer", 403)])
def test_others_do_not_decide(cast, raised, role, status):
    browser = {
        "outsider": lambda: signed_in("manager", cast.globex, name="outsider"),
        "auditor": lambda: signed_in("auditor"),
        "viewer": lambda: signed_in("manager", cast.acme, name="viewer", may_change=False),
    }[role]()
    for button in ("confirm", "withdraw"):
        assert decide(browser, raised, **{button: "x"}).status_code == status
    raised.refresh_from_db()
    assert raised.decision == ""


def test_who_asked_may_withdraw_it(raised, acme_manager):
    assert "is withdrawn" in said(decide(acme_manager, raised, withdraw="x"))
    raised.refresh_from_db()
    assert (raised.decision, raised.decided_by) == ("withdrawn", "manager")


def test_an_end_is_in_the_future_and_only_comes_earlier_once_it_holds(raised, acme_manager):
    def end(text):
        return decide(acme_manager, raised, end="x", ends_at=text)

    assert "This time is in the past." in end("2020-01-01T00:00").content.decode()
    assert "Enter a valid date" in end("tomorrow").content.decode()
    assert "the end is set" in said(end("2099-01-02T00:00"))
    raising.confirm(raised, "anna")
    later = "can only be made earlier"
    assert later in end("2099-01-03T00:00").content.decode()
    assert later in end("").content.decode()
    assert "the end is set" in said(end("2099-01-01T00:00"))
    raised.refresh_from_db()
    assert raised.ends_at.strftime("%Y-%m-%d") == "2099-01-01"


def test_of_two_people_who_raise_the_same_the_second_is_told(cast, acme_manager, colleague):
    page = change(cast.sales)
    stale = Form(colleague.get(page).content.decode()).data
    submit(acme_manager, page, target=ABROAD)

    answer = colleague.post(page, stale | {"target": "+43158801"})
    assert answer.status_code == 200
    assert "somebody changed this since you opened the page" in errors_of(answer)
    assert "sales: target waits to become +4315880, asked by manager" in errors_of(answer)
    assert LimitRaise.objects.count() == 1


def test_the_list_shows_who_asked_for_what(raised, colleague):
    text = colleague.get(url(LimitRaise)).content.decode()
    for shown in ("WAITS FOR A SECOND PERSON", "manager", "+4315880", "decide"):
        assert shown in text
    outsider = signed_in("manager", Tenant.objects.get(slug="globex"), name="outsider")
    assert "+4315880" not in outsider.get(url(LimitRaise)).content.decode()
