"""Holidays are proposed by a library and kept as dates that people edit."""

from __future__ import annotations

import json
import sys

import pytest
from django.core.management import CommandError, call_command

from tenants.models import Tenant
from tests import cast as casting


@pytest.fixture
def cast(db):
    return casting.assemble()


@pytest.fixture
def propose(cast, capsys):
    def act(*arguments: str) -> str:
        call_command("propose_holidays", "acme", *arguments)
        return capsys.readouterr().out

    return act


def stored() -> list[str]:
    return Tenant.objects.get(slug="acme").holidays


def test_it_proposes_and_stores_nothing(propose):
    lines = propose("--year", "2027").splitlines()
    assert any(line.startswith("+ 2027-12-25 ") for line in lines)
    assert lines[-1].endswith("to add; --add stores them, 0 stored already")
    assert stored() == []


def test_it_adds_what_is_missing_and_removes_nothing(propose):
    Tenant.objects.filter(slug="acme").update(holidays=["2027-12-25", "2027-07-07"])
    lines = propose("--year", "2027", "--add").splitlines()
    assert any(line.startswith("  2027-12-25 ") for line in lines)
    assert {"2027-01-01", "2027-07-07", "2027-12-25"} <= set(stored())
    assert stored() == sorted(stored())
    assert lines[-1].endswith(" added, 1 stored already")


def test_a_region_has_more(propose):
    whole = json.loads(propose("--year", "2027", "--json"))["holidays"]
    bavaria = json.loads(propose("--year", "2027", "--region", "BY", "--json"))["holidays"]
    assert "2027-01-06" in {day["date"] for day in bavaria}  # Epiphany
    assert "2027-01-06" not in {day["date"] for day in whole}


@pytest.mark.parametrize(
    ("arguments", "country", "problem"),
    [
        (["--year", "2027", "--region", "XX"], "DE", "no holidays of the region XX of DE."),
        (["--year", "2027"], "", "The tenant has no country"),
        (["--year", "0"], "DE", "Expected a year, like 2027."),
    ],
)
def test_it_says_what_is_wrong(propose, arguments, country, problem):
    Tenant.objects.filter(slug="acme").update(country=country)
    with pytest.raises(CommandError, match=problem):
        propose(*arguments, "--add")
    assert stored() == []


def test_without_the_library_it_says_how_to_install_it(propose, monkeypatch):
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(CommandError, match=r'pip install "clickhook\[holidays\]"'):
        propose("--year", "2027")


def test_a_tenant_that_does_not_exist(db):
    with pytest.raises(CommandError, match="There is no tenant"):
        call_command("propose_holidays", "nobody", "--year", "2027")
