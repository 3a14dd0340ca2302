"""The pages of raises: asking, confirming by a second person, withdrawing, and setting an end."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from tenants.models import Callee, LimitRaise, Tenant
from tenants.raising.deciding import confirm
from tests import cast as casting
from tests.manager import (
    Form,
    change,
    errors_of,
    row,
    said,
    signed_in,
    submit,
    unconfirmed,
    url,
)

ABROAD = "+43 1 5880"


@pytest.fixture
def cast(db):
    return casting.assemble()


@pytest.fixture
def colleague(cast):
    return signed_in("manager", cast.acme, name="colleague")


def decide(browser, raised, **typed):
    page = reverse("admin:tenants_limitraise_decide", args=[raised.pk])
    return browser.post(page, typed, follow=True)


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


@pytest.mark.proof
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
    confirm(raised, "anna")
    later = "can only be made earlier"
    assert later in end("2099-01-03T00:00").content.decode()
    assert later in end("").content.decode()
    assert "the end is set" in said(end("2099-01-01T00:00"))
    raised.refresh_from_db()
    assert raised.ends_at.strftime("%Y-%m-%d") == "2099-01-01"


TIME = re.compile(r'<time datetime="[^"]+\+00:00">[-0-9]{10} [:0-9]{8} UTC</time>')


def test_its_times_are_shown_in_the_persons_own_zone(raised, acme_manager):
    """Each is marked up for the script that does it."""
    page = reverse("admin:tenants_limitraise_decide", args=[raised.pk])
    decide(acme_manager, raised, end="x", ends_at="2099-01-02T00:00")
    for number_of_times in (3, 3):  # asked, due or decided, ends
        html = acme_manager.get(page).content.decode()
        assert len(TIME.findall(html)) == number_of_times
        left = re.sub(r"<input[^>]*>", "", TIME.sub("", html).partition('id="content"')[2])
        assert not re.search(r"\d{4}-\d\d-\d\d", left)
        confirm(raised, "anna")


def test_nobody_confirms_another_end_than_the_page_showed(raised, acme_manager, colleague):
    decide(acme_manager, raised, end="x", ends_at="2099-01-02T00:00")
    page = reverse("admin:tenants_limitraise_decide", args=[raised.pk])
    seen = Form(colleague.get(page).content.decode()).data["seen_end"]
    decide(acme_manager, raised, end="x", ends_at="")

    answer = decide(colleague, raised, confirm="x", seen_end=seen)
    assert "its end was changed" in said(answer)
    raised.refresh_from_db()
    assert raised.decision == ""
    submit(colleague, page, confirm="x", end=None, ends_at=None)
    raised.refresh_from_db()
    assert (raised.decision, raised.ends_at) == ("confirmed", None)


@pytest.mark.proof
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
    for shown in ("WAITS FOR A SECOND PERSON", "by manager", "+4315880", "sales: target"):
        assert shown in text
    outsider = signed_in("manager", Tenant.objects.get(slug="globex"), name="outsider")
    assert "+4315880" not in outsider.get(url(LimitRaise)).content.decode()
