"""Decks of rates: a whole one replaces the former, can be undone, and names every problem."""

from __future__ import annotations

import json

import pytest

from tenants.models import AuditEntry, ImportRun, Rate, Tenant
from tests.tenants.importing.content import help_text

HEADER = "prefix,per_minute,connect_fee,first_increment,next_increment,currency"
DECK = ("49,0.015,0.00,60,1,EUR", "4915,0.09,0.05,60,60,EUR", "43,0.02,0,60,60,EUR")


@pytest.fixture
def deck(command, cast, tmp_path):
    """Runs `import_rates` for Acme on a file of those lines."""

    def act(*lines: str, options: tuple[str, ...] = (), header: str = HEADER, tenant="acme"):
        path = tmp_path / "deck.csv"
        path.write_text("\n".join([header, *lines]))
        return command("import_rates", tenant, str(path), *options)

    return act


def stored(slug: str = "acme") -> list[tuple]:
    rates = Rate.objects.filter(tenant__slug=slug)
    return list(
        rates.values_list(
            "prefix", "per_minute", "connect_fee", "first_increment", "next_increment", "currency"
        )
    )


def test_a_first_deck_adds_every_rate(deck):
    outcome = deck(*DECK)

    number = ImportRun.objects.get().pk
    assert outcome.lines == [
        "+ rate acme/43: per minute 0.02",
        "+ rate acme/49: per minute 0.015, next increment 1",
        "+ rate acme/4915: per minute 0.09, connect fee 0.05",
        "The file is the whole deck: rates that are not in it are removed.",
        f"This was import {number}; manage.py undo_import {number} takes it back.",
        "done: 3 added, 0 changed, 0 unchanged",
    ]
    assert stored() == [
        ("43", 20_000, 0, 60, 60, "EUR"),
        ("49", 15_000, 0, 60, 1, "EUR"),
        ("4915", 90_000, 50_000, 60, 60, "EUR"),
    ]
    assert ImportRun.objects.get().tenant == Tenant.objects.get(slug="acme")


def test_the_next_deck_replaces_it_and_leaves_other_tenants_alone(deck):
    deck("49,1.00,0.00,60,60,EUR", tenant="globex")
    deck(*DECK)

    outcome = deck("49,0.02,0.00,60,1,EUR", "43,0.02,0,60,60,EUR", "1,0.01,0.00,1,1,EUR")
    assert outcome.lines[:3] == [
        "+ rate acme/1: per minute 0.01, first increment 1, next increment 1",
        "~ rate acme/49: per minute 0.015 → 0.02",
        "- rate acme/4915: per minute 0.09",
    ]
    assert outcome.lines[-1] == "done: 1 added, 1 changed, 1 removed, 1 unchanged"
    assert [rate[0] for rate in stored()] == ["1", "43", "49"]
    assert len(stored("globex")) == 1


def test_a_command_lowers_prices_also_while_money_is_limited(deck):
    Tenant.objects.filter(slug="acme").update(limits={"money_per_day": "5.00"})
    deck(*DECK)
    assert deck("49,0.00,0,1,1,EUR").code == 0
    assert stored() == [("49", 0, 0, 1, 1, "EUR")]


def test_a_second_time_nothing_changes(deck):
    deck(*DECK)
    outcome = deck(*reversed(DECK))
    assert outcome.lines[-1] == "nothing to change: 0 added, 0 changed, 3 unchanged"
    assert ImportRun.objects.count() == 1


def test_a_dry_run_says_the_same_and_changes_nothing(deck):
    deck(*DECK)
    outcome = deck(DECK[0], options=("--dry-run", "--json"))
    report = json.loads(outcome.out)
    assert report["counts"] == {"added": 0, "changed": 0, "removed": 2, "unchanged": 1}
    assert report["note"].startswith("The file is the whole deck")
    assert len(stored()) == 3


def test_an_undo_brings_the_former_deck_back(deck, command):
    deck(*DECK)
    before = list(Rate.objects.order_by("id").values_list())
    deck("49,0.02,0.00,60,1,EUR", "1,0.01,0.00,1,1,EUR")
    number = ImportRun.objects.latest("pk").pk

    outcome = command("undo_import", str(number))
    assert outcome.lines[-1] == "done: 2 added, 1 changed, 1 removed, 0 unchanged"
    assert list(Rate.objects.order_by("id").values_list()) == before


def test_an_undo_stops_where_a_later_deck_changed_the_same_rates(deck, command):
    deck(*DECK)
    number = ImportRun.objects.get().pk
    deck("49,0.02,0.00,60,1,EUR")
    assert command("undo_import", str(number)).problems == [
        "rate acme/43: It was deleted since.",
        "rate acme/49: Changed since: per minute.",
        "rate acme/4915: It was deleted since.",
    ]


def test_the_audit_has_one_entry_that_counts(deck, command):
    deck(*DECK)
    deck("49,0.02,0.00,60,1,EUR")
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.after) == ("import:done", {"rate:changed": 1, "rate:removed": 2})

    command("undo_import", str(ImportRun.objects.latest("pk").pk))
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.after) == ("import:undone", {"rate:added": 2, "rate:changed": 1})
    assert AuditEntry.objects.filter(action__startswith="rate").count() == 0


AMOUNT = (
    "Expected an amount from 0, with a decimal point and at most 6 digits after it, like 0.015."
)
SECONDS = "Expected whole seconds from 1 to 3,600, like 60."
PREFIX = (
    "Expected the first digits of a number, with its country code and without + or 00, like 4930."
)
PROBLEMS = [
    (
        ("49,0.1,0,60,1,EUR", "43,0.1,0,60,1,EUR", "49,0.2,0,60,1,EUR"),
        "line 4, column 1 (prefix): The file has this prefix already, at line 2.",
    ),
    (("49,-0.1,0,60,1,EUR",), f"line 2, column 2 (per_minute): {AMOUNT}"),
    (('49,"0,1",0,60,1,EUR',), f"line 2, column 2 (per_minute): {AMOUNT}"),
    (("49,,0,60,1,EUR",), f"line 2, column 2 (per_minute): {AMOUNT}"),
    (("49,NaN,0,60,1,EUR",), f"line 2, column 2 (per_minute): {AMOUNT}"),
    (("49,0.0000001,0,60,1,EUR",), f"line 2, column 2 (per_minute): {AMOUNT}"),
    (("49,99999999999,0,60,1,EUR",), f"line 2, column 2 (per_minute): {AMOUNT}"),
    (("49,0.1,-1,60,1,EUR",), f"line 2, column 3 (connect_fee): {AMOUNT}"),
    (("49,0.1,0,0,1,EUR",), f"line 2, column 4 (first_increment): {SECONDS}"),
    (("49,0.1,0,60,-1,EUR",), f"line 2, column 5 (next_increment): {SECONDS}"),
    (("49,0.1,0,60,1.5,EUR",), f"line 2, column 5 (next_increment): {SECONDS}"),
    (("49,0.1,0,60,3601,EUR",), f"line 2, column 5 (next_increment): {SECONDS}"),
    (("49,0.1,0,60,1,USD",), "line 2, column 6 (currency): The tenant's currency is EUR."),
    (("49,0.1,0,60,1,",), "line 2, column 6 (currency): The tenant's currency is EUR."),
    (("+49,0.1,0,60,1,EUR",), f"line 2, column 1 (prefix): {PREFIX}"),
    (("0049,0.1,0,60,1,EUR",), f"line 2, column 1 (prefix): {PREFIX}"),
    (("Germany,0.1,0,60,1,EUR",), f"line 2, column 1 (prefix): {PREFIX}"),
    ((",0.1,0,60,1,EUR",), f"line 2, column 1 (prefix): {PREFIX}"),
    (("1234567890123456,0.1,0,60,1,EUR",), f"line 2, column 1 (prefix): {PREFIX}"),
    ((), "It has no rates: an empty deck would refuse every call that costs."),
]


@pytest.mark.parametrize(("lines", "problem"), PROBLEMS)
def test_it_names_the_line_and_column_of_a_problem(deck, lines, problem):
    assert deck(*lines).problems == [problem]


def test_it_names_every_problem_at_once(deck):
    outcome = deck("+49,x,0,0,1,EUR", "43,0.1,0,60,1,USD")
    assert [line.partition(":")[0] for line in outcome.problems] == [
        "line 2, column 1 (prefix)",
        "line 2, column 2 (per_minute)",
        "line 2, column 4 (first_increment)",
        "line 3, column 6 (currency)",
    ]


def test_every_column_is_needed(deck):
    columns = "prefix, per_minute, connect_fee, first_increment, next_increment, currency."
    assert deck("49,0.1", header="prefix,per_minute").problems == [
        f"line 1: The column {name} is missing. The first line names the columns: {columns}"
        for name in ("connect_fee", "first_increment", "next_increment", "currency")
    ]


def test_a_column_of_the_carrier_can_be_left_out(deck):
    header = HEADER.replace("prefix,", "Country,Prefix,")
    line = "Germany,49,0.1,0,60,1,EUR"
    assert "country is unknown" in deck(line, header=header).problems[0]
    assert deck(line, header=header, options=("--ignore-column", "country")).code == 0


def test_there_may_be_too_many_rates(deck, monkeypatch):
    monkeypatch.setattr("tenants.transfer.reading.rate_deck.MOST_ROWS", 2)
    assert deck(*DECK).problems == ["It has more than 2 rates."]


def test_a_tenant_that_does_not_exist_is_a_problem(deck):
    assert deck(*DECK, tenant="nobody").problems == ["There is no such tenant."]


def test_the_currency_is_the_tenants(deck):
    Tenant.objects.filter(slug="acme").update(currency="CHF")
    assert deck("49,0.1,0,60,1,CHF").code == 0
    Tenant.objects.filter(slug="acme").update(currency="EUR")
    assert "~ rate acme/49: currency CHF → EUR" in deck("49,0.1,0,60,1,EUR").lines


def test_an_export_comes_in_again_and_changes_nothing(deck, command, tmp_path):
    deck(*DECK)
    path = tmp_path / "out.csv"
    assert command("export", "rates", "--tenant", "acme", "-o", str(path)).code == 0
    assert path.read_text(encoding="utf-8-sig").splitlines() == [
        HEADER,
        "43,0.02,0.00,60,60,EUR",
        "49,0.015,0.00,60,1,EUR",
        "4915,0.09,0.05,60,60,EUR",
    ]
    assert "3 unchanged" in command("import_rates", "acme", str(path)).lines[-1]


@pytest.mark.parametrize("options", [(), ("--tenant", "acme", "--format", "json")])
def test_rates_are_exported_for_one_tenant_as_csv(command, cast, options):
    outcome = command("export", "rates", *options)
    assert "Rates are written for one tenant (--tenant SLUG), as CSV." in outcome.err


def test_the_help_says_that_the_rest_goes():
    assert "a rate that is not in it is REMOVED" in help_text("import_rates")
