"""The rules about visitors: tickets, tokens, logins and the block list."""

from __future__ import annotations

from tests.mutations.mutant import BY_TABLE, Mutant

TICKETS = "tests/hooks/tickets"
_READ = f"{TICKETS}/test_ticket.py"
_CONNECT = f"{TICKETS}/test_connecting.py"
_MEMBERS = f"{TICKETS}/test_members.py"
_READING, _ADMISSION = "hooks/tickets/ticket.py", "hooks/tickets/admission.py"
TICKET_RULES = [
    Mutant(
        "ticket_missing",
        _ADMISSION,
        "return Reason.TICKET_MISSING",
        "pass",
        f"{_CONNECT}::test_without_a_ticket_nobody_connects_where_one_is_required",
    ),
    Mutant(
        "ticket_malformed",
        _ADMISSION,
        "if connecting.credentials.is_malformed and (looks_at_tickets or is_closed):",
        "if False:",
        f"{_CONNECT}::test_no_ticket_is_a_fault",
    ),
    Mutant(
        "ticket_signature",
        _READING,
        "return Reason.TICKET_SIGNATURE",
        "pass",
        f"{_READ}::test_a_signature_by_another_key_is_refused",
    ),
    Mutant(
        "ticket_key_unknown",
        _READING,
        "return Reason.TICKET_KEY_UNKNOWN",
        "return Ticket(claims)",
        f"{_READ}::test_only_a_key_of_the_tenant_counts",
    ),
    *(
        Mutant(reason, _READING, line, instead, f"{_READ}::test_times_are_held_to")
        for reason, line, instead in (
            ("ticket_expired", "return Reason.TICKET_EXPIRED", "pass"),
            ("ticket_future", "return Reason.TICKET_FUTURE if", "return None if"),
            ("ticket_too_long_lived", "return Reason.TICKET_TOO_LONG_LIVED", "pass"),
        )
    ),
    Mutant(
        "ticket_origin",
        _ADMISSION,
        "return Reason.TICKET_ORIGIN",
        "pass",
        f"{_CONNECT}::test_a_bad_ticket_is_refused_though_none_is_required",
    ),
    Mutant(
        "ticket_replayed",
        _ADMISSION,
        "return Reason.TICKET_REPLAYED if facts.ticket_spent else ticket",
        "return ticket",
        f"{_CONNECT}::test_a_ticket_opens_one_session",
    ),
    Mutant(
        "ticket_replayed: at the same moment",
        "hooks/statements/session_writing.py",
        "WHERE jti IS NULL OR id IN (SELECT session_id FROM spent)",
        "WHERE true",
        f"{_CONNECT}::test_of_50_connects_with_one_ticket_one_gets_in",
    ),
    Mutant("ticket_alias", "hooks/policy.py", "return Reason.TICKET_ALIAS", "pass", BY_TABLE),
    *(
        Mutant(f"a ticket of the gateway: {what}", file, line, instead, f"{TICKETS}/{test}")
        for what, file, line, instead, test in (
            (
                "work",
                "hooks/tickets/office.py",
                "if not await loop.run_in_executor(self._threads, is_solved, solved):",
                "if False:",
                "test_office.py::test_without_work_there_is_no_ticket",
            ),
            (
                "one for each challenge",
                "hooks/tickets/office.py",
                "if not facts.has_spent:",
                "if False:",
                "test_office.py::test_a_solution_is_good_for_one_ticket",
            ),
            (
                "so many for an address",
                "hooks/tickets/office.py",
                'if wait := pace.wait_seconds(network_address(address) or ""):',
                "if wait := 0:",
                "test_office.py::test_an_address_that_asks_too_often_waits",
            ),
        )
    ),
]
MEMBER_RULES = [
    *(
        Mutant(
            reason,
            "hooks/tickets/token.py",
            line,
            instead,
            f"{_MEMBERS}::test_a_bad_token_is_refused",
        )
        for reason, line, instead in (
            (
                "token_invalid",
                "algorithms=[key.algorithm], options=UNCHECKED_CLAIMS",
                'algorithms=[key.algorithm], options={"verify_signature": False}',
            ),
            ("token_expired", "return Reason.TOKEN_EXPIRED", "pass"),
            ("token_origin", "return Reason.TOKEN_ORIGIN", "pass"),
            (
                "token_key_unknown",
                "if key.algorithm == algorithm and (kid is None or key.kid == kid):",
                "if key.algorithm == algorithm:",
            ),
        )
    ),
    Mutant(
        "member_missing",
        _ADMISSION,
        "return Reason.MEMBER_MISSING",
        "pass",
        f"{_MEMBERS}::test_nobody_else_does",
    ),
    Mutant(
        "login_wrong",
        "hooks/tickets/logins.py",
        "if not is_right:",
        "if False:",
        f"{_MEMBERS}::test_nobody_else_does",
    ),
    Mutant(
        "login_throttled",
        "hooks/tickets/logins.py",
        "return Reason.LOGIN_THROTTLED",
        "pass",
        f"{_MEMBERS}::test_five_wrong_passwords_block_a_login_for_a_while",
    ),
    Mutant(
        "visitor_blocked",
        _ADMISSION,
        "return Reason.VISITOR_BLOCKED",
        "pass",
        f"{_CONNECT}::test_a_blocked_visitor_does_not_connect",
    ),
    Mutant(
        "visitor_blocked: while connected",
        "hooks/policy.py",
        "return Reason.VISITOR_BLOCKED if facts.visitor_blocked else Reason.ALLOWED",
        "return Reason.ALLOWED",
        BY_TABLE,
    ),
    Mutant(
        "visitor_blocked: after three breaches",
        "hooks/statements/blocking.py",
        "WHERE counted.times >= {BREACHES_TO_BLOCK} AND NOT earlier.lives",
        "WHERE false",
        f"{TICKETS}/test_calling.py::test_the_third_breach_blocks_for_a_day",
    ),
]
