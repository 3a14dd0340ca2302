"""A further SIP account of a tenant makes internal calls no cheaper before a raise is confirmed."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from tenants.models import LimitRaise, SipAccount
from tenants.raising import internal_rates
from tenants.raising.deciding import confirm
from tests import cast as casting
from tests.manager import TYPED, change, row, said, signed_in, submit, upload, url
from tests.tenants.importing.content import tenant

HIGHEST = Decimal("0.20")
FURTHER = {"login": "7", "domain": "sip.acme.example", "port": 5060, "password": TYPED}


@pytest.fixture
def acme(db):
    acme = casting.assemble().acme
    acme.sip_accounts.update(internal_rate=HIGHEST, enabled=False)
    acme.sip_accounts.create(login="1", domain="sip.example", password="x", internal_rate="0.10")
    return acme


@pytest.fixture
def browser(acme):
    return signed_in("manager", acme)


def add(browser, acme, rate, **more):
    typed = FURTHER | {"tenant": acme.pk, "enabled": "on", "internal_rate": rate} | more
    return submit(browser, url(SipAccount, "add"), **typed)


def rate_of(login):
    return SipAccount.objects.get(login=login).internal_rate


def test_it_has_the_highest_rate_until_a_lower_one_is_confirmed(acme, browser):
    told = said(add(browser, acme, "0.19"))
    assert "internal rate stays 0.200000 until a second person confirms 0.19" in told
    assert rate_of("7") == HIGHEST
    assert confirm(LimitRaise.objects.get(), "second")
    assert rate_of("7") == Decimal("0.19")


@pytest.mark.parametrize("rate", ["0.20", "0.30", ""])
def test_an_equal_or_higher_rate_holds_and_so_does_none(acme, browser, rate):
    add(browser, acme, rate)
    assert rate_of("7") == (Decimal(rate) if rate else None)
    assert not LimitRaise.objects.exists()


def test_the_first_rate_of_an_account_waits_where_others_cost_more(acme, browser):
    add(browser, acme, "")
    account = SipAccount.objects.get(login="7")
    assert "stays no rate" in said(submit(browser, change(account), internal_rate="0.00"))
    assert rate_of("7") is None
    assert confirm(LimitRaise.objects.get(), "second")
    assert rate_of("7") == 0


@pytest.mark.proof
def test_on_the_tenants_page_an_account_is_not_replaced_by_a_cheaper_one(acme, browser):
    acme.sip_accounts.filter(login="1").delete()
    new = row("sip_accounts", 1, **FURTHER, enabled="on", internal_rate="0.00")
    submit(browser, change(acme), **{"sip_accounts-0-DELETE": "on"}, **new)
    assert [account.login for account in acme.sip_accounts.all()] == ["7"]
    assert rate_of("7") == HIGHEST


def test_a_removed_account_counts_for_as_long_as_a_raise_waits(acme, browser, monkeypatch):
    acme.sip_accounts.all().delete()
    add(browser, acme, "0.00")
    assert rate_of("7") == HIGHEST
    acme.sip_accounts.all().delete()
    monkeypatch.setattr(internal_rates, "WAITS", timedelta(0))
    add(browser, acme, "0.00")
    assert rate_of("7") == 0


@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_a_file_brings_no_cheaper_account(acme, role):
    browser = signed_in(role, *([acme] if role == "manager" else []), name="who")
    for rate, told in (("0.19", "by a lower internal rate: change it on"), ("0.20", "1 added")):
        account = {**FURTHER, "internal_rate": rate}
        content = json.dumps(tenant(sip_accounts=[account]))
        answer = upload(browser, content, table="", name="file.json").content.decode()
        assert told in answer
    assert not SipAccount.objects.filter(login="7").exists()
