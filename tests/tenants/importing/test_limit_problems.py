"""What is wrong with limits and prices in a file, each at its own place."""

from __future__ import annotations

import pytest

from tests.tenants.importing.content import account, tenant

QUOTED = 'An amount in quotation marks, with a decimal point, like "20.00".'
MONEY = "An amount with a decimal point, like 20.00."
WHOLE = "A whole number from 0 to 1,000,000,000, or null for no limit."
PROBLEMS = [
    ({"country": "UK"}, "tenants[0].country: Expected a country as two capital letters, like DE."),
    (
        {"currency": "XXX"},
        "tenants[0].currency: Expected a currency as three capital letters, like EUR.",
    ),
    (
        {"time_zone": "Berlin"},
        "tenants[0].time_zone: Expected a time zone, like Europe/Berlin.",
    ),
    ({"limits": None}, "tenants[0].limits: Expected an object of limits."),
    ({"limits": []}, "tenants[0].limits: Expected an object of limits."),
    ({"limits": {"calls": 1}}, "tenants[0].limits.calls: This limit is unknown."),
    ({"limits": {"calls_per_hour": -1}}, f"tenants[0].limits.calls_per_hour: {WHOLE}"),
    ({"limits": {"calls_per_hour": 10**9 + 1}}, f"tenants[0].limits.calls_per_hour: {WHOLE}"),
    ({"limits": {"calls_per_hour": 1.5}}, f"tenants[0].limits.calls_per_hour: {WHOLE}"),
    ({"limits": {"calls_per_hour": True}}, f"tenants[0].limits.calls_per_hour: {WHOLE}"),
    ({"limits": {"calls_per_hour": "7"}}, f"tenants[0].limits.calls_per_hour: {WHOLE}"),
    (
        {"limits": {"call_seconds": 0}},
        "tenants[0].limits.call_seconds: A whole number from 1 to 1,000,000,000, or null for no "
        "limit.",
    ),
    (
        {"limits": {"visitor": {"calls_per_hour": -7}}},
        f"tenants[0].limits.visitor.calls_per_hour: {WHOLE}",
    ),
    ({"limits": {"visitor": 3}}, "tenants[0].limits.visitor: Expected an object of limits."),
    ({"limits": {"money_per_day": 20}}, f"tenants[0].limits.money_per_day: {QUOTED}"),
    ({"limits": {"money_per_day": "-1.00"}}, f"tenants[0].limits.money_per_day: {MONEY}"),
    ({"limits": {"money_per_day": "1,00"}}, f"tenants[0].limits.money_per_day: {MONEY}"),
    ({"limits": {"money_per_day": "NaN"}}, f"tenants[0].limits.money_per_day: {MONEY}"),
    ({"limits": {"money_per_day": "1e3"}}, f"tenants[0].limits.money_per_day: {MONEY}"),
    ({"limits": {"money_per_day": "9999999999.00"}}, f"tenants[0].limits.money_per_day: {MONEY}"),
    (
        {"limits": {"money_per_day": "0.005"}},
        "tenants[0].limits.money_per_day: At most 2 digits after the point.",
    ),
    (
        {"currency": "JPY", "limits": {"money_per_day": "0.5"}},
        "tenants[0].limits.money_per_day: At most 0 digits after the point.",
    ),
    (
        {"currency": "JPY", "callees": [{"alias": "sales", "limits": {"money_per_day": "0.5"}}]},
        "tenants[0].callees[0].limits.money_per_day: At most 0 digits after the point.",
    ),
    (
        {"destinations": {"countries": ["DE", "XX"]}},
        "tenants[0].destinations.countries[1]: Expected a country as two capital letters, like DE.",
    ),
    (
        {"destinations": {"types": ["premium_rate"]}},
        "tenants[0].destinations.types[0]: premium_rate can be opened for a callee only.",
    ),
    (
        {"hours": {"mon": ["09:00-12:00", "11:00-13:00"]}},
        "tenants[0].hours.mon: These times overlap.",
    ),
    (
        {"hours": {"mon": ["9-17"]}},
        'tenants[0].hours.mon[0]: Expected a time from 00:00 to 24:00, like "09:00-17:00".',
    ),
    ({"holidays": ["25.12.2026"]}, "tenants[0].holidays[0]: Expected a date, like 2026-12-25."),
    ({"holidays": ["2026-02-30"]}, "tenants[0].holidays[0]: Expected a date, like 2026-12-25."),
    (
        {"holidays": ["2026-12-25", "2026-12-25"]},
        "tenants[0].holidays[1]: This is given twice.",
    ),
    (
        {"holidays": ["x\0"]},
        "tenants[0].holidays[0]: It holds a control character, such as NUL, a tab or the end of "
        "a line.",
    ),
    (
        {"message_operations": ["chat", "Order status"]},
        "tenants[0].message_operations[1]: Expected a name of lower-case letters, digits, - and _, "
        "like chat.",
    ),
    (
        {"message_operations": {"chat": True}},
        'tenants[0].message_operations: Expected a list of names, like ["chat"].',
    ),
    (
        {"message_operations": [f"n{number}" for number in range(51)]},
        "tenants[0].message_operations: At most 50 names.",
    ),
    ({"message_operations": "chat chat"}, "tenants[0].message_operations[1]: This is given twice."),
    (
        {"callees": [{"alias": "sales", "fallback": ["nobody"]}]},
        "tenants[0].callees[0].fallback[0]: This tenant has no callee of that alias, here or in "
        "the database.",
    ),
    (
        {"callees": [{"alias": "sales", "fallback": ["frontdesk"]}]},  # another tenant's
        "tenants[0].callees[0].fallback[0]: This tenant has no callee of that alias, here or in "
        "the database.",
    ),
    (
        {"callees": [{"alias": "sales", "fallback": ["sales"]}]},
        "tenants[0].callees[0].fallback: sales cannot stand in for itself.",
    ),
    (
        {"callees": [{"alias": "sales", "fallback": "help"}]},
        'tenants[0].callees[0].fallback: Expected a list of aliases, like ["help"].',
    ),
    (
        {"callees": [{"alias": "sales", "fallback": [{"alias": "frontdesk", "weight": 2}]}]},
        "tenants[0].callees[0].fallback[0]: This tenant has no callee of that alias, here or in "
        "the database.",
    ),
    (
        {"callees": [{"alias": "sales", "fallback": [{"alias": "sales", "weight": 1}]}]},
        "tenants[0].callees[0].fallback: sales cannot stand in for itself.",
    ),
    *(
        (
            {"callees": [{"alias": "sales", "fallback": [{"alias": "support", "weight": weight}]}]},
            "tenants[0].callees[0].fallback[0]: Expected a weight from 1 to 100.",
        )
        for weight in (0, -1, 101, 1.5, "3", True, None)
    ),
    (
        {"callees": [{"alias": "sales", "fallback": [{"alias": "support"}]}]},
        "tenants[0].callees[0].fallback[0]: Expected an alias and a weight, like "
        '{"alias": "help", "weight": 3}.',
    ),
    (
        {
            "callees": [
                {"alias": "sales", "fallback": ["support", {"alias": "support", "weight": 1}]}
            ]
        },
        "tenants[0].callees[0].fallback[1]: This is given twice.",
    ),
    (
        {"callees": [{"alias": "sales", "keypad": "yes"}]},
        "tenants[0].callees[0].keypad: Expected true or false, not text.",
    ),
    (
        {"callees": [{"alias": "sales", "number": "4930"}]},
        "tenants[0].callees[0].number: This key is unknown; possible are alias, target, default, "
        "limits, destinations, keypad, fallback, ringing_capacity, cool_down.",
    ),
    (
        account(internal_rate=0.1)["tenants"][0],
        f"tenants[0].sip_accounts[0].internal_rate: {QUOTED}",
    ),
    (
        account(internal_rate="0.0000001")["tenants"][0],
        f"tenants[0].sip_accounts[0].internal_rate: {MONEY}",
    ),
    (
        account(internal_rate="-0.10")["tenants"][0],
        f"tenants[0].sip_accounts[0].internal_rate: {MONEY}",
    ),
]


@pytest.mark.parametrize(("values", "problem"), PROBLEMS)
def test_it_names_the_place_of_a_problem(run, cast, values, problem):
    assert run({"tenants": [{"slug": "acme", **values}]}).problems == [problem]


def test_a_key_given_twice_is_named_at_every_level(run, cast):
    limits = '{"visitor": {"calls_per_day": 1, "calls_per_day": 2}}'
    text = '{"tenants": [{"slug": "acme", "limits": ' + limits + "}]}"
    assert run(text).problems == ["tenants[0].limits.visitor.calls_per_day: A key is given twice."]


def test_a_key_that_is_no_name_is_not_shown(run, cast):
    assert run(tenant(limits={"half of a secret": 1})).problems == [
        "tenants[0].limits: Its key number 1 is unknown."
    ]
