"""A deck of rates is uploaded, previewed, confirmed and undone."""

from __future__ import annotations

import pytest

from tenants.models import ImportRun, Rate
from tests import cast as casting
from tests.manager import confirm_upload, signed_in, upload, url

HEADER = "prefix,per_minute,connect_fee,first_increment,next_increment,currency\n"
DECK = HEADER + "49,0.015,0.00,60,1,EUR\n43,0.02,0.00,60,60,EUR\n"


@pytest.fixture
def cast(db):
    return casting.assemble()


def test_a_manager_uploads_the_deck_of_their_tenant(acme_manager, cast):
    Rate.objects.create(tenant=cast.acme, prefix="1", per_minute=1, currency="EUR")
    page = upload(acme_manager, DECK, "rates", tenant="acme").content.decode()
    assert "The file is the whole deck: rates that are not in it are removed." in page
    assert "acme/49" in page
    assert Rate.objects.count() == 1

    confirm_upload(acme_manager)
    assert [rate.prefix for rate in Rate.objects.all()] == ["43", "49"]

    run = ImportRun.objects.get()
    undo = url(ImportRun, "undo", run.pk)
    assert "acme/49" in acme_manager.get(undo).content.decode()
    acme_manager.post(undo)
    assert [rate.prefix for rate in Rate.objects.all()] == ["1"]


@pytest.mark.parametrize("tenant", ["globex", "nobody"])
def test_another_tenant_looks_as_if_it_did_not_exist(acme_manager, cast, tenant):
    response = upload(acme_manager, DECK, "rates", tenant=tenant)
    assert response.status_code == 422
    assert "There is no such tenant." in response.content.decode()


def test_whose_rates_they_are_must_be_said(acme_manager, cast):
    page = upload(acme_manager, DECK, "rates").content.decode()
    assert "Whose rates are these?" in page


def test_problems_are_listed_by_line_and_column(acme_manager, cast):
    page = upload(acme_manager, DECK.replace("0.015", "x"), "rates", tenant="acme")
    assert "line 2, column 2 (per_minute):" in page.content.decode()


def test_an_auditor_uploads_nothing(cast):
    assert upload(signed_in("auditor"), DECK, "rates", tenant="acme").status_code == 403


def test_the_preview_warns_of_calls_without_a_price(manager, cast):
    cast.acme.limits = {"money_per_day": "20.00"}
    cast.acme.save()
    page = upload(manager, DECK.replace("\n49,", "\n33,"), "rates", tenant="acme")
    assert "no rate in EUR covers +4930123456" in page.content.decode()
