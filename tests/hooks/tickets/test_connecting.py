"""Tickets of the customer's own back end, at the connect hook of a real gateway."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.core.management import call_command
from django.db.models import F
from django.utils import timezone

from hooks.duties.clock_steps import ClockSteps
from hooks.duties.pruning import prune
from hooks.models import Event, Session, SpentTicket, VisitorBlock
from tenants.models import TicketKey
from tests.duties.turns import take_turn
from tests.hooks.tickets.making import make_ticket
from tests.wcs import Answer, Wcs

OLD_ID = "/203.0.113.{}:41234/198.51.100.7:8443"


@pytest.fixture
def key(cast, capsys) -> TicketKey:
    call_command("make_ticket_key", "acme", "--json")
    made = json.loads(capsys.readouterr().out)
    key = TicketKey.objects.get(kid=made["kid"])
    assert key.secret.matches(made["secret"])
    return key


def sign(key: TicketKey, **changes) -> str:
    return make_ticket(secret=key.secret.reveal(), kid=key.kid, **changes)


def connect(wcs: Wcs, ticket: object, session: str = "one", **changes) -> Answer:
    return wcs.post("connect", sessionId=session, custom={"ticket": ticket}, **changes)


def last_reason() -> str:
    return Event.objects.latest("id").reason


def set_tenant(cast, **fields) -> None:
    for name, value in fields.items():
        setattr(cast.acme, name, value)
    cast.acme.save(update_fields=list(fields))


def test_a_ticket_names_the_visitor_of_the_session(acme, key):
    ticket = sign(key, sub="customer-7", label="Ann", context=["basket 12"], jti="j1")

    assert connect(acme, ticket).status == 200
    session = Session.objects.get()
    assert session.ticketed
    assert (session.ticket_alias, session.label) == ("sales", "Ann")
    assert session.context == ["basket 12"]
    assert session.visitor.isalnum()
    assert session.visitor_display == "customer-7"
    spent = SpentTicket.objects.get()
    assert (spent.tenant, spent.jti, spent.session_id) == (session.tenant, "j1", session.id)
    assert timezone.now() + timedelta(seconds=140) < spent.until


def test_a_ticket_opens_one_session(acme, key):
    ticket = sign(key)

    assert connect(acme, ticket).status == 200
    assert connect(acme, ticket, "another").is_neutral_refusal
    assert last_reason() == "ticket_replayed"
    assert Session.objects.count() == 1


@pytest.mark.proof
@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(days=2)])
def test_after_a_step_of_the_clock_back_a_ticket_is_spent_still(acme, key, step):
    """It had expired and rows were deleted; then the clock came to its time once more."""
    ticket = sign(key)
    assert connect(acme, ticket).status == 200
    SpentTicket.objects.update(until=F("until") - step)
    take_turn(partial(prune, steps=ClockSteps()))

    assert connect(acme, ticket, "another").is_neutral_refusal
    assert last_reason() == "ticket_replayed"


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(days=2)])
def test_after_a_step_of_the_clock_back_a_visitor_is_blocked_still(acme, cast, key, step):
    connect(acme, sign(key, sub="lena"))
    visitor = Session.objects.get().visitor
    VisitorBlock.objects.block(cast.acme.pk, visitor, "visitor_hour")
    since = timezone.now() + step
    VisitorBlock.objects.update(since=since, until=since + timedelta(hours=24))

    assert connect(acme, sign(key, sub="lena"), "two").is_neutral_refusal
    assert last_reason() == "visitor_blocked"


def test_wcs_may_repeat_its_hook(acme, key):
    ticket = sign(key)

    assert connect(acme, ticket).status == connect(acme, ticket).status == 200
    assert last_reason() == "duplicate"


def test_of_50_connects_with_one_ticket_one_gets_in(acme, gateway, cast, key):
    ticket = sign(key)
    own = [gateway.wcs(acme.key, acme.secret) for _ in range(50)]

    with ThreadPoolExecutor(50) as pool:
        answers = list(
            pool.map(lambda n: connect(own[n], ticket, f"session {n}").status, range(50))
        )
    for wcs in own:
        wcs.close()

    assert sorted(answers) == [200] + [403] * 49
    assert Session.objects.count() == SpentTicket.objects.count() == 1
    assert Event.objects.filter(reason="ticket_replayed").count() == 49


def test_tickets_of_one_batch_are_told_apart(acme, gateway, cast, key):
    tickets = [sign(key) for _ in range(20)]
    own = [gateway.wcs(acme.key, acme.secret) for _ in range(40)]

    with ThreadPoolExecutor(40) as pool:
        answers = list(
            pool.map(lambda n: connect(own[n], tickets[n // 2], f"session {n}").status, range(40))
        )
    for wcs in own:
        wcs.close()

    assert answers.count(200) == 20
    assert Session.objects.count() == 20


def test_a_key_of_another_tenant_counts_for_nothing(shared, key):
    ticket = sign(key, origin="https://globex.example:8443")

    assert connect(shared, ticket, origin="https://globex.example:8443").is_neutral_refusal
    assert last_reason() == "ticket_key_unknown"


def test_a_retired_key_counts_for_nothing(acme, key):
    call_command("retire_ticket_key", "acme", key.kid)

    assert connect(acme, sign(key)).is_neutral_refusal
    assert last_reason() == "ticket_key_unknown"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"origin": "https://shops.acme.example"}, "ticket_origin"),
        ({"origin": "https://www.acme.example.evil"}, "ticket_origin"),
        ({"origin": "nonsense"}, "ticket_origin"),
        ({"iat": 1, "exp": 100}, "ticket_expired"),
        ({"alias": 5}, "ticket_malformed"),
    ],
)
def test_a_bad_ticket_is_refused_though_none_is_required(acme, key, changes, reason):
    assert connect(acme, sign(key, **changes)).is_neutral_refusal
    assert last_reason() == reason
    assert not SpentTicket.objects.exists()


@pytest.mark.parametrize(
    "ticket", [5, True, [], {}, ["x"], "x" * 100_000, "", "💥", "a.b.c"], ids=lambda t: str(t)[:9]
)
def test_no_ticket_is_a_fault(acme, key, ticket):
    answer = connect(acme, ticket)

    assert answer.status == (200 if ticket == "" else 403)
    assert last_reason() == ("allowed" if ticket == "" else "ticket_malformed")


@pytest.mark.parametrize("custom", [None, [], "text", 5, {}, {"ticket": None}, {"other": [1]}])
def test_what_the_page_sends_beside_is_its_own(acme, custom):
    assert acme.post("connect", custom=custom).status == 200


def test_without_a_ticket_nobody_connects_where_one_is_required(acme, cast, key):
    set_tenant(cast, tickets="required")

    assert acme.post("connect").is_neutral_refusal
    assert last_reason() == "ticket_missing"
    assert connect(acme, sign(key)).status == 200


def test_tickets_are_not_looked_at_where_they_are_off(acme, cast, key):
    set_tenant(cast, tickets="off")

    assert connect(acme, "nonsense").status == 200
    session = Session.objects.get()
    assert (session.ticketed, session.visitor) == (False, "")


def test_the_address_of_an_old_session_id_names_the_visitor(acme, key):
    for number in (5, 5, 6):
        port = Session.objects.count()
        session_id = OLD_ID.format(number).replace("41234", f"4123{port}")
        assert acme.post("connect", sessionId=session_id).status == 200
    named = list(Session.objects.order_by("opened_at").values_list("visitor", flat=True))

    assert named[0] == named[1] != named[2]
    assert Session.objects.earliest("opened_at").visitor_display == "203.0.113.…"


def test_who_cannot_be_told_apart_has_no_name(acme):
    acme.post("connect")

    assert Session.objects.get().visitor == ""


def test_a_blocked_visitor_does_not_connect(acme, cast, key):
    assert connect(acme, sign(key, sub="mallory")).status == 200
    session = Session.objects.get()
    VisitorBlock.objects.block(cast.acme.pk, session.visitor, "visitor_hour")

    assert connect(acme, sign(key, sub="mallory"), "two").is_neutral_refusal
    assert last_reason() == "visitor_blocked"
    assert connect(acme, sign(key, sub="ann"), "three").status == 200
    VisitorBlock.objects.lift("lena")
    assert connect(acme, sign(key, sub="mallory"), "four").status == 200


def test_a_ticket_is_in_no_event_and_no_log(acme, key, gateway):
    ticket = sign(key)
    connect(acme, ticket)
    connect(acme, ticket, "again")

    assert ticket not in gateway.log
    assert not any(ticket in json.dumps(event.body) for event in Event.objects.all())
