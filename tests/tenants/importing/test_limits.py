"""Limits, destinations, hours and prices in files: what is taken, kept, lifted and refused."""

from __future__ import annotations

import json
from decimal import Decimal

from tenants.limits import SAFE
from tenants.models import Callee, Domain, ImportRun, SipAccount, Tenant
from tests.tenants.importing.content import account, tenant

MONEY = "An amount with a decimal point, like 20.00."
EVERYTHING = {
    "country": "DE",
    "currency": "CHF",
    "time_zone": "Europe/Zurich",
    "limits": {"calls_per_hour": 10, "money_per_day": "5.5", "visitor": {"calls_per_day": 4}},
    "destinations": {"countries": ["CH", "AT"], "types": ["mobile", "fixed_line"]},
    "hours": {"mon-fri": ["09:00-17:00"], "sat": ["22:00-02:00"]},
    "holidays": ["2026-12-25", "2026-01-01"],
    "message_operations": ["order-status", "chat"],
    "domains": [{"origin": "https://www.acme.example", "limits": {"concurrent_calls": 1}}],
    "sip_accounts": [
        {
            "login": "10001",
            "domain": "sip.acme.example",
            "internal_rate": "0.015",
            "limits": {"minutes_per_day": 60},
        }
    ],
    "callees": [
        {
            "alias": "sales",
            "target": "030 123456",
            "keypad": True,
            "fallback": [{"alias": "help", "weight": 3}, "support"],
            "limits": {"concurrent_calls": 3, "visitor": {"callees_per_hour": 1}},
            "destinations": {"countries": ["001"], "types": ["satellite"]},
        },
        {"alias": "help", "target": "10002"},
    ],
}


def test_every_key_is_stored(run, cast):
    assert run(tenant(**EVERYTHING)).code == 0

    acme = Tenant.objects.get(slug="acme")
    assert (acme.country, acme.currency, acme.time_zone) == ("DE", "CHF", "Europe/Zurich")
    assert acme.limits == {
        "calls_per_hour": 10,
        "money_per_day": "5.50",
        "visitor": {"calls_per_day": 4},
    }
    assert acme.destinations == {"countries": ["AT", "CH"], "types": ["fixed_line", "mobile"]}
    assert acme.hours == EVERYTHING["hours"]
    assert acme.holidays == ["2026-01-01", "2026-12-25"]
    assert acme.message_operations == ["chat", "order-status"]
    assert Domain.objects.get(origin="https://www.acme.example").limits == {"concurrent_calls": 1}
    assert SipAccount.objects.get(tenant=acme).internal_rate == Decimal("0.015")
    assert SipAccount.objects.get(tenant=acme).limits == {"minutes_per_day": 60}
    sales = Callee.objects.get(tenant=acme, alias="sales")
    assert (sales.number, sales.keypad) == ("4930123456", True)
    assert sales.fallback == [{"alias": "help", "weight": 3}, "support"]
    assert sales.limits == {"concurrent_calls": 3, "visitor": {"callees_per_hour": 1}}
    assert sales.destinations == {"countries": ["001"], "types": ["satellite"]}


def test_a_second_time_nothing_changes_and_an_undo_takes_everything_back(run, command, cast):
    before = [list(model.objects.order_by("pk").values()) for model in (Tenant, SipAccount, Callee)]
    run(tenant(**EVERYTHING))
    again = run(tenant(**EVERYTHING))
    assert again.lines[-1] == "nothing to change: 0 added, 0 changed, 5 unchanged"

    number = last_run()
    assert command("undo_import", str(number)).code == 0
    now = [list(model.objects.order_by("pk").values()) for model in (Tenant, SipAccount, Callee)]
    assert [strip_secrets(rows) for rows in now] == [strip_secrets(rows) for rows in before]


def last_run() -> int:
    return ImportRun.objects.get().pk


def strip_secrets(rows: list[dict]) -> list[dict]:
    return [{name: row[name] for name in row if name != "password"} for row in rows]


def test_a_new_tenant_starts_safe_and_keeps_what_the_file_leaves_out(run, db):
    run(tenant("hooli", name="Hooli"))
    assert Tenant.objects.get(slug="hooli").limits == SAFE

    run(tenant("umbrella", name="Umbrella", limits={"calls_per_hour": 5, "calls_per_day": None}))
    expected = {**SAFE, "calls_per_hour": 5}
    del expected["calls_per_day"]
    assert Tenant.objects.get(slug="umbrella").limits == expected


def test_null_lifts_a_limit_and_an_absent_key_leaves_it(run, cast):
    limits = {"calls_per_hour": 5, "visitor": {"calls_per_hour": 3, "calls_per_day": 9}}
    run(tenant(limits=limits))

    outcome = run(tenant(limits={"calls_per_hour": None, "visitor": {"calls_per_day": None}}))
    assert outcome.lines[0] == (
        "~ tenant acme: limits calls per hour 5 → none, limits visitor calls per day 9 → none"
    )
    assert Tenant.objects.get(slug="acme").limits == {"visitor": {"calls_per_hour": 3}}

    run(tenant(limits={"visitor": None}))
    assert Tenant.objects.get(slug="acme").limits == {}


def test_null_stands_for_the_default_of_destinations_and_hours_and_for_no_rate(run, cast):
    run(tenant(**EVERYTHING))
    run(tenant(destinations=None, hours=None, holidays=[]))
    run(account(internal_rate=None))

    acme = Tenant.objects.get(slug="acme")
    assert (acme.destinations, acme.hours, acme.holidays) == (None, None, [])
    assert SipAccount.objects.get(tenant=acme).internal_rate is None


def test_an_export_comes_into_an_empty_system_without_a_change(run, command, cast, tmp_path):
    run(tenant(**EVERYTHING))
    path = tmp_path / "all.json"
    command("export", "everything", "-o", str(path))
    document = json.loads(path.read_text())
    exported = next(item for item in document["tenants"] if item["slug"] == "acme")
    assert exported["sip_accounts"][0]["internal_rate"] == "0.015"
    before = [stored_limits(slug) for slug in ("acme", "globex")]

    Tenant.objects.all().delete()
    for item in document["tenants"]:
        item.pop("sip_accounts")
    assert run(document).code == 0
    assert [stored_limits(slug) for slug in ("acme", "globex")] == before


def stored_limits(slug: str) -> list:
    names = ("limits", "destinations", "hours", "holidays", "country", "currency", "time_zone")
    owner = Tenant.objects.filter(slug=slug)
    callees = Callee.objects.filter(tenant__slug=slug).order_by("alias")
    return [owner.values(*names)[0], *callees.values("alias", "limits", "fallback", "number")]


def test_a_table_holds_the_plain_ones(table, cast):
    lines = ("slug,country,currency,time_zone", "acme,AT,CHF,Europe/Vienna")
    assert table("tenants", *lines).code == 0
    lines = ("tenant,login,domain,internal_rate", "acme,10001,sip.acme.example,0.05")
    assert table("sip_accounts", *lines).code == 0
    assert table("callees", "tenant,alias,keypad", "acme,sales,yes").code == 0

    acme = Tenant.objects.get(slug="acme")
    assert (acme.country, acme.currency, acme.time_zone) == ("AT", "CHF", "Europe/Vienna")
    assert SipAccount.objects.get(tenant=acme).internal_rate == Decimal("0.05")
    assert Callee.objects.get(tenant=acme, alias="sales").keypad

    lines = ("tenant,login,domain,internal_rate", "acme,10001,sip.acme.example,")
    assert table("sip_accounts", *lines).code == 0
    assert SipAccount.objects.get(tenant=acme).internal_rate is None


def test_a_cell_holds_operations_with_spaces_between_as_files_of_before_did(
    table, run, command, cast, tmp_path
):
    def stored() -> list[str]:
        return Tenant.objects.get(slug="acme").message_operations

    assert table("tenants", "slug,message_operations", "acme,order-status chat").code == 0
    assert stored() == ["chat", "order-status"]
    path = tmp_path / "tenants.csv"
    command("export", "tenants", "-o", str(path))
    assert ",chat order-status," in path.read_text()

    assert run(tenant(message_operations="chat")).code == 0
    assert stored() == ["chat"]
    assert table("tenants", "slug,message_operations", "acme,").code == 0
    assert stored() == []


def test_a_table_cannot_hold_the_others(table, cast):
    assert table("tenants", "slug,limits", "acme,x").problems[0] == (
        "line 1, column 2: limits does not fit into a cell: import it as JSON or YAML."
    )
    lines = ("tenant,login,domain,internal_rate", 'acme,10001,sip.acme.example,"0,05"')
    assert table("sip_accounts", *lines).problems == [f"line 2, column 4 (internal_rate): {MONEY}"]


def test_another_country_of_the_tenant_changes_the_numbers_of_all_callees(run, command, cast):
    Callee.objects.create(tenant=cast.acme, alias="branch", target="030123456")
    Callee.objects.create(tenant=cast.globex, alias="branch", target="030123456")

    run(tenant(country="AT", callees=[{"alias": "new", "target": "01 71123456"}]))
    assert numbers("acme") == {
        "branch": "4330123456",
        "new": "43171123456",
        "sales": "4930123456",
        "support": "",
    }
    assert numbers("globex")["branch"] == "4930123456"

    command("undo_import", str(last_run()))
    assert numbers("acme")["branch"] == "4930123456"


def numbers(slug: str) -> dict[str, str]:
    return dict(Callee.objects.filter(tenant__slug=slug).values_list("alias", "number"))


def test_it_warns_of_calls_that_have_no_price(run, cast):
    outcome = run(tenant(limits={"money_per_day": "20.00"}), "--dry-run")
    assert [line for line in outcome.lines if line.startswith("Warning")] == [
        "Warning: callee acme/sales: money is limited and no rate in EUR covers +4930123456, so "
        "the call is refused. Import one: manage.py import_rates acme FILE.csv."
    ]

    cast.acme.rates.create(prefix="49", per_minute=10_000, currency="EUR")
    SipAccount.objects.filter(tenant=cast.acme).update(internal_rate=None)
    outcome = run(tenant(limits={"money_per_day": "20.00"}), "--json")
    assert json.loads(outcome.out)["warnings"] == [
        "callee acme/support: money is limited and the call to sip:help@pbx.acme.example has no "
        'price, so it is refused. Give the SIP account 10001@sip.acme.example an "internal_rate", '
        'such as "0.00".'
    ]

    run(account(internal_rate="0.00"))
    assert json.loads(run(tenant(), "--json").out)["warnings"] == []
    run(tenant(currency="CHF"))  # the rate is in another currency
    assert len(json.loads(run(tenant(), "--json").out)["warnings"]) == 1


def test_no_callee_lacks_a_price_where_money_is_not_limited(run, cast):
    SipAccount.objects.update(internal_rate=None)
    assert json.loads(run(tenant(name="Acme"), "--json").out)["warnings"] == []

    [warning] = json.loads(run(tenant(limits={"calls_per_day": 9}), "--json").out)["warnings"]
    assert warning.startswith("tenant acme: what it can lose has no bound.")


def test_a_limit_that_was_added_meanwhile_stops_an_undo(run, command, cast):
    run(tenant(limits={"calls_per_hour": 5}))
    number = last_run()
    Tenant.objects.filter(slug="acme").update(limits={"calls_per_hour": 5, "calls_per_day": 9})

    assert command("undo_import", str(number)).problems == ["tenant acme: Changed since: limits."]


def test_ringing_capacity_and_cool_down_stand_in_files(table, cast):
    header = "tenant,alias,ringing_capacity,cool_down"
    assert table("callees", header, "acme,sales,3,600").code == 0
    sales = cast.acme.callees.get(alias="sales")
    assert (sales.ringing_capacity, sales.cool_down) == (3, 600)

    for cells in ("0,600", "3,86401", "3,-1", "x,600"):
        assert table("callees", header, f"acme,sales,{cells}").code == 1
    assert table("callees", header, "acme,sales,,").code == 0
    sales.refresh_from_db()
    assert (sales.ringing_capacity, sales.cool_down) == (3, 600)  # an empty cell leaves them
