"""What a ticket and a block mean for the calls of a session, and what makes a block."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from hooks.models import Event, VisitorBlock, VisitorBreach
from hooks.policy import decide
from hooks.reasons import Reason
from hooks.recording import Record
from hooks.statements.parts import Parts
from hooks.statements.writing import write
from tenants.models import TicketKey
from tests.clickhook.running_up import eventually
from tests.environment import SERVER
from tests.hooks.pure.pieces import NOW, call_facts, make_hook
from tests.hooks.tickets.making import KID, SECRET, make_ticket

VISITOR = "0123456789abcdef"
WAITING = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"session_ticket_alias": "", "callee_alias": "sales"}, Reason.ALLOWED),
        ({"session_ticket_alias": "sales", "callee_alias": "sales"}, Reason.ALLOWED),
        ({"session_ticket_alias": "sales", "callee_alias": "support"}, Reason.TICKET_ALIAS),
        ({"session_ticket_alias": "sale", "callee_alias": "sales"}, Reason.TICKET_ALIAS),
        ({"visitor_blocked": True}, Reason.VISITOR_BLOCKED),
        ({"visitor_blocked": False}, Reason.ALLOWED),
    ],
)
def test_the_session_decides(facts, reason):
    hook = make_hook("call")

    assert decide(hook.method, hook.payload, False, call_facts(**facts), NOW) is reason


def connect(acme, cast, **claims) -> None:
    TicketKey.objects.get_or_create(tenant=cast.acme, kid=KID, defaults={"secret": SECRET})
    custom = {"ticket": make_ticket(**claims)}
    assert acme.post("connect", custom=custom).status == 200


def test_a_call_to_another_callee_than_the_tickets_is_refused(acme, cast):
    connect(acme, cast, alias="support")

    assert acme.post("call", callee="sales").is_neutral_refusal
    assert Event.objects.latest("id").reason == "ticket_alias"
    assert acme.post("call", callId="2", callee=None).is_neutral_refusal  # the default is sales
    assert Event.objects.latest("id").reason == "ticket_alias"
    acme.post("call", callId="3", callee="support")
    assert Event.objects.latest("id").reason != "ticket_alias"


def test_a_visitor_who_is_blocked_while_connected_does_not_call(acme, cast):
    connect(acme, cast, sub="mallory")
    visitor = cast.acme.sessions.get().visitor
    VisitorBlock.objects.block(cast.acme.pk, visitor, "by hand")

    assert acme.post("call").is_neutral_refusal
    assert Event.objects.latest("id").reason == "visitor_blocked"


def connected() -> psycopg.Connection:
    where = {"host": str(SERVER.socket), "user": "clickhook", "dbname": "clickhook"}
    return psycopg.connect(**where, autocommit=True)


def breach(cast, times: int = 1, visitor: str = VISITOR, over: Any = None) -> None:
    one = {
        "tenant_id": cast.acme.pk,
        "visitor": visitor,
        "display": "d",
        "because": "visitor_hour",
        "times": 1,
    }
    made = Parts.of([Record(breach=one)] * times)
    statement = write(*(part is not None for part in made))
    with contextlib.nullcontext(over) if over else connected() as connection:
        connection.execute(statement, [part for part in made if part])


def test_the_third_breach_blocks_for_a_day(cast):
    breach(cast)
    breach(cast)
    assert not VisitorBlock.objects.exists()
    breach(cast)

    block = VisitorBlock.objects.get()
    assert (block.visitor, block.display, block.because) == (VISITOR, "d", "visitor_hour")
    left = block.until - timezone.now()
    assert timedelta(hours=23, minutes=59) < left <= timedelta(hours=24)
    breach(cast, times=5)
    assert VisitorBlock.objects.count() == 1


def test_three_breaches_in_one_batch_are_three(cast):
    breach(cast, times=3)

    assert VisitorBlock.objects.count() == 1


def test_breaches_of_others_do_not_count(cast):
    for number in range(5):
        breach(cast, visitor=f"visitor{number}")

    assert not VisitorBlock.objects.exists()


def test_old_breaches_are_forgotten(cast):
    breach(cast, times=2)
    VisitorBreach.objects.update(since=timezone.now() - timedelta(hours=25))
    breach(cast)

    assert not VisitorBlock.objects.exists()


@pytest.mark.proof
@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(days=2)])
def test_breaches_before_a_step_of_the_clock_back_count(cast, step):
    breach(cast, times=2)
    VisitorBreach.objects.update(since=timezone.now() + step)
    breach(cast)

    assert VisitorBlock.objects.get().until - timezone.now() <= timedelta(hours=24)


def test_the_second_time_lasts_until_somebody_lifts_it(cast):
    breach(cast, times=3)
    VisitorBlock.objects.update(until=timezone.now() - timedelta(seconds=1))
    breach(cast, times=3)

    assert VisitorBlock.objects.living().get().until is None
    VisitorBlock.objects.lift("lena")
    assert not VisitorBlock.objects.living().exists()


def test_who_was_blocked_by_mistake_begins_anew(cast):
    breach(cast, times=3)
    VisitorBlock.objects.lift("lena")
    breach(cast, times=3)

    assert VisitorBlock.objects.living().get().until


def test_parallel_breaches_make_one_block(cast):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: breach(cast), range(8)))

    assert VisitorBlock.objects.count() == 1


def test_who_waited_for_the_count_sees_the_block_that_was_made_meanwhile(cast):
    with connected() as first, ThreadPoolExecutor(1) as pool:
        with first.transaction():
            breach(cast, times=3, over=first)
            second = pool.submit(breach, cast, times=3)
            eventually(lambda: first.execute(WAITING).fetchone()[0])
        second.result()

    assert VisitorBlock.objects.count() == 1
