"""The rules about what calls cost, how many there are, and when they end."""

from __future__ import annotations

from tests.mutations.mutant import Mutant

RULES = "tests/hooks/limits/test_rules.py"
_RESERVING = "tests/duties/test_reserving.py"
LIMITS = [
    Mutant(
        "closed",
        "hooks/limits/rules/opening_hours.py",
        "return None if is_open(hours, holidays, facts.time_zone, asked.at) else Reason.CLOSED",
        "return None",
        f"{RULES}::test_the_tenant_is_open",
    ),
    *(
        Mutant(
            f"destination_{what}",
            "hooks/limits/rules/destination.py",
            f'"{what}": Reason.DESTINATION_{what.upper()},',
            f'"{what}": None,',
            f"{RULES}::test_a_number_is_in_a_country_and_of_a_type_that_are_opened",
        )
        for what in ("country", "type", "invalid")
    ),
    *(
        Mutant(reason, "hooks/limits/rules/price.py", line, instead, f"{RULES}::{test}")
        for reason, line, instead, test in (
            (
                "rate_missing",
                "else Reason.RATE_MISSING",
                "else None",
                "test_while_money_is_limited_a_call_has_a_price",
            ),
            (
                "rate_currency",
                "return Reason.RATE_CURRENCY if",
                "return None if",
                "test_while_money_is_limited_a_call_has_a_price",
            ),
            (
                "internal_rate_missing",
                "return Reason.INTERNAL_RATE_MISSING",
                "return None",
                "test_an_extension_costs_what_the_account_says",
            ),
            (
                "price_ceiling",
                "return Reason.PRICE_CEILING if",
                "return None if",
                "test_while_money_is_limited_a_call_has_a_price",
            ),
        )
    ),
    Mutant(
        "worker_away",
        "hooks/limits/rules/worker.py",
        "else Reason.WORKER_AWAY",
        "else None",
        f"{RULES}::test_what_must_be_ended_needs_a_worker",
    ),
    Mutant(
        "limit_unreadable",
        "hooks/limits/weighing.py",
        "return Verdict(Reason.LIMIT_UNREADABLE, str(error))",
        "return Verdict(Reason.ALLOWED, str(error))",
        f"{RULES}::test_what_cannot_be_evaluated_refuses",
    ),
    Mutant(
        "call_seconds",
        "hooks/limits/slices.py",
        "return NextSlice(refused=Reason.CALL_SECONDS)",
        "return NextSlice(reservation)",
        f"{_RESERVING}::test_the_longest_call_is_ended",
    ),
    Mutant(
        "concurrent_calls",
        "hooks/limits/rules/concurrent_calls.py",
        "return Reason.CONCURRENT_CALLS if",
        "return None if",
        f"{RULES}::test_so_many_calls_live_at_once",
    ),
    *(
        Mutant(
            f"calls_per_{time}",
            "hooks/limits/rules/calls_in_time.py",
            f"({time.upper()}, limits.calls_per_{time}, Reason.CALLS_PER_{time.upper()}),",
            "",
            f"{RULES}::test_so_many_calls_in_a_time",
        )
        for time in ("second", "minute", "hour", "day")
    ),
    *(
        Mutant(
            f"{what}_per_{period}",
            f"hooks/limits/rules/{file}.py",
            f"return Reason.{what.upper()}_PER_{period.upper()}",
            "pass",
            f"{RULES}::{test}",
        )
        for what, file, test in (
            ("minutes", "talk_time", "test_minutes_are_reserved"),
            ("money", "money", "test_money_is_reserved_with_connect_fee_and_increments"),
        )
        for period in ("day", "month")
    ),
    *(
        Mutant(
            reason,
            "hooks/limits/rules/visitor.py",
            line,
            "",
            f"{RULES}::test_one_visitor_calls_so_often",
        )
        for reason, line in (
            (
                "visitor_ten_minutes",
                "(TEN_MINUTES, limits.calls_per_10_minutes, Reason.VISITOR_TEN_MINUTES),",
            ),
            ("visitor_hour", "(HOUR, limits.calls_per_hour, Reason.VISITOR_HOUR),"),
            ("visitor_day", "(DAY, limits.calls_per_day, Reason.VISITOR_DAY),"),
        )
    ),
    Mutant(
        "visitor_callees",
        "hooks/limits/rules/visitor.py",
        "return Reason.VISITOR_CALLEES",
        "pass",
        f"{RULES}::test_one_visitor_calls_so_many_different_callees",
    ),
    Mutant(
        "who has no ticket gets half",
        "hooks/limits/scope.py",
        'if facts.tickets == "preferred" and not (facts.visitor or facts.ticketed):',
        "if False:",
        f"{RULES}::test_who_has_no_ticket_gets_half_of_each_limit_and_at_least_one",
    ),
    *(
        Mutant(
            f"a slice fits: {what} per {period}",
            "hooks/limits/slices.py",
            f"Reason.{what.upper()}_PER_{period.upper()}),",
            f"Reason.{what.upper()}_PER_{period.upper()}) if False else (0, None, None),",
            "tests/hooks/limits/test_slices.py::test_the_next_slice_must_fit",
        )
        for what in ("minutes", "money")
        for period in ("day", "month")
    ),
    Mutant(
        "a refused slice ends the call",
        "hooks/duties/reserving.py",
        'changes.endings.append({"id": call["id"], "because": "longest" if is_longest else',
        'list({"id": call["id"], "because": "longest" if is_longest else',
        f"{_RESERVING}::test_without_money_for_it_the_call_is_ended",
    ),
]
