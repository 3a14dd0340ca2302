"""Two managers save the same row: the second is told the stored values before they replace them."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tenants.models import Callee, Domain, SipAccount, Tenant, WcsInstance, WcsNode
from tests import cast as casting
from tests.cast import ACME_PASSWORD
from tests.manager import TYPED, Form, assert_tells_nothing, change, errors_of, signed_in

TOLD = "somebody changed this since you opened the page"


def opened(browser, page):
    return Form(browser.get(page).content.decode()).data


def save(browser, page, data, **typed):
    return browser.post(
        page, {name: value for name, value in (data | typed).items() if value is not None}
    )


@pytest.fixture
def cast(db):
    cast = casting.assemble()
    # Bounded, so that they can be activated.
    Tenant.objects.update(limits={"money_per_day": "1.00"})
    return cast


@pytest.fixture
def colleague(cast):
    return signed_in("manager", cast.acme, cast.globex, name="colleague")


@pytest.mark.proof
@pytest.mark.parametrize(
    ("row", "first", "second", "by_now"),
    [
        (lambda cast: cast.sales, {"target": "1"}, {"target": "2"}, "“Target” is “1”"),
        (lambda cast: cast.sales, {"default": None}, {"target": "2"}, "“Default” is no"),
        (lambda cast: cast.acme_account, {"port": "1"}, {"password": TYPED}, "“Port” is “1”"),
        (
            lambda cast: cast.acme_account,
            {"password": TYPED},
            {"password": TYPED + "2"},
            AGAIN := "If you save again",
        ),
        (
            lambda cast: cast.acme,
            {"name": "Acme Group"},
            {"honey_alias": "trap"},
            "“Name” is “Acme Group”",
        ),
        (lambda cast: cast.acme_1, {"app_key": "x"}, {"name": "acme-9"}, "“AppKey” is “x”"),
        (lambda cast: cast.acme_1, {"signing_secret": TYPED}, {"app_key": "x"}, AGAIN),
        (
            lambda cast: Domain.objects.get(origin="https://shops.acme.example"),
            {"default_callee": ""},
            {"include_subdomains": None},
            "“Default callee” is none",
        ),
    ],
)
def test_the_second_is_told(manager, colleague, cast, row, first, second, by_now):
    page = change(row(cast))
    stale = opened(colleague, page)
    assert save(manager, page, opened(manager, page), **first).status_code == 302
    before = str(type(row(cast)).objects.filter(pk=row(cast).pk).values_list()[0])

    answer = save(colleague, page, stale, **second)
    assert answer.status_code == 200
    assert TOLD in errors_of(answer)
    assert by_now in errors_of(answer)
    assert_tells_nothing(answer.content.decode().replace(cast.acme_1.key, ""))
    assert str(type(row(cast)).objects.filter(pk=row(cast).pk).values_list()[0]) == before

    told = Form(answer.content.decode()).data
    assert save(colleague, page, told, **second).status_code == 302  # having read it
    assert str(type(row(cast)).objects.filter(pk=row(cast).pk).values_list()[0]) != before


@pytest.mark.proof
@pytest.mark.parametrize(
    ("row", "field", "prefix"),
    [
        (lambda cast: cast.sales, "target", "callees-0-"),
        (lambda cast: cast.acme_account, "login", "sip_accounts-0-"),
        (
            lambda cast: cast.acme.domains.get(origin="https://www.acme.example"),
            "origin",
            "domains-1-",
        ),
    ],
)
def test_a_row_of_a_tenants_page_is_one_too(manager, colleague, cast, row, field, prefix):
    """Even where the second touched another row: the page posts all of them."""
    stale, row = opened(colleague, change(cast.acme)), row(cast)
    new = "https://x.acme.example" if field == "origin" else "99"
    assert (
        save(manager, change(row), opened(manager, change(row)), **{field: new}).status_code == 302
    )

    answer = save(colleague, change(cast.acme), stale, name="Acme plc")
    assert TOLD in errors_of(answer)
    assert f"is “{new}”" in errors_of(answer)
    assert Tenant.objects.get(pk=cast.acme.pk).name == "Acme Ltd"
    assert getattr(type(row).objects.get(pk=row.pk), field) == new
    assert prefix + "version" in stale


@pytest.mark.proof
def test_one_page_after_the_other_is_no_conflict(manager, colleague, cast):
    for browser, name in ((manager, "A"), (colleague, "B"), (manager, "C")):
        page = change(cast.acme)
        assert (
            save(
                browser, page, opened(browser, page), name=name, **{"callees-0-target": name}
            ).status_code
            == 302
        )


def test_what_hooks_write_is_no_conflict(manager, cast):
    data = opened(manager, change(cast.acme_1))
    WcsNode.objects.create(instance=cast.acme_1, node_id="n", first_seen_at=timezone.now())

    assert save(manager, change(cast.acme_1), data, app_key="x").status_code == 302


def test_a_page_without_its_version_is_refused(manager, cast):
    data = opened(manager, change(cast.sales)) | {"version": ""}

    assert TOLD in errors_of(save(manager, change(cast.sales), data, target="1"))


def test_tenants_of_an_instance_are_part_of_it(manager, colleague, cast):
    stale = opened(manager, change(cast.acme_1))
    cast.acme_1.tenants.add(cast.globex)

    assert TOLD in errors_of(save(manager, change(cast.acme_1), stale, app_key="x"))
    assert WcsInstance.objects.get(pk=cast.acme_1.pk).app_key == ""


def test_who_may_only_look_sees_the_page_as_before(cast):
    looker = signed_in("manager", cast.acme, name="looker", may_change=False)
    for row in (cast.acme, cast.sales, cast.acme_account):
        assert looker.get(change(row)).status_code == 200


@pytest.mark.proof
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "page", [lambda cast: cast.sales, lambda cast: cast.acme], ids=["row", "tenant"]
)
def test_of_two_at_the_same_moment_one_is_told(manager, colleague, cast, page):
    """The second waits for the first, whose transaction is still open."""
    browsers, address = (manager, colleague), change(page(cast))
    data = opened(colleague, address)
    field = "callees-0-target" if page(cast) == cast.acme else "target"
    answers = []

    def second():
        answers.append(save(browsers[1], address, data, **{field: "2"}))
        connection.close()

    with transaction.atomic():
        Callee.objects.filter(pk=cast.sales.pk).update(target="1")
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(1)
        assert thread.is_alive()
    thread.join(20)
    assert TOLD in errors_of(answers[0])
    assert Callee.objects.get(pk=cast.sales.pk).target == "1"


def test_the_password_of_the_first_stays(manager, colleague, cast):
    stale = opened(colleague, change(cast.acme_account))
    save(manager, change(cast.acme_account), opened(manager, change(cast.acme_account)), port="1")
    save(colleague, change(cast.acme_account), stale, password=TYPED)

    assert SipAccount.objects.get(pk=cast.acme_account.pk).password.matches(ACME_PASSWORD)
    assert casting.ACME_PASSWORD == ACME_PASSWORD
