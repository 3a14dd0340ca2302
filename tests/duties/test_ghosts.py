"""What was refused without knowing whether its commit happened is ended when it turns up."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from django.utils import timezone

from hooks.database import DatabaseAway
from hooks.duties.refusing import end_refused
from hooks.duties.replaying import replay
from hooks.hook import Hook
from hooks.lanes import Lanes
from hooks.methods import CONNECTS, find
from hooks.models import Call, RefusedId, Session
from hooks.payloads import parse
from hooks.reasons import Reason
from hooks.row_id import new_row_id_text
from tests.duties.conftest import make_call
from tests.duties.turns import take_turn
from tests.wcs import payload


@pytest.fixture
def lanes(settings, tmp_path):
    settings.CLICKHOOK_DATA_DIR = tmp_path
    return Lanes


def make_hook(cast, method: str) -> Hook:
    import orjson

    from hooks.hook import parse_origin

    parsed = parse(orjson.dumps(payload(method)))
    found = find(method)
    return Hook(
        new_row_id_text(),
        cast.acme_1.key,
        found,
        parsed,
        timezone.now(),
        origin=parse_origin(parsed, found),
    )


def lose_answers(lane) -> None:
    """Each write is committed, and its answer never arrives."""
    write = lane._write

    async def lose(*arguments):
        await write(*arguments)
        raise DatabaseAway("the connection broke")

    lane._write = lose


async def refuse_connect(lanes, cast) -> Reason:
    running = lanes()
    running.start()
    try:
        await running.answer(make_hook(cast, "connect"))  # so that the connection is open
        lose_answers(running._lanes[CONNECTS])
        running._lanes[CONNECTS]._settle_or_retry = running._lanes[CONNECTS]._settle
        other = make_hook(cast, "connect")
        changed = dict(payload("connect"), sessionId="b0f0ee9a-5f8b-4fb1-a4cf-0e2b7b1b3f11")
        import orjson

        other = Hook(
            new_row_id_text(),
            other.key,
            other.method,
            parse(orjson.dumps(changed)),
            timezone.now(),
            origin=other.origin,
        )
        reason = (await running.answer(other)).reason
        await replay(running)
        return reason
    finally:
        await running.stop()


def test_a_session_whose_commit_was_lost_from_sight_is_ended(cast, lanes):
    assert asyncio.run(refuse_connect(lanes, cast)) is Reason.DATABASE_AWAY
    assert Session.objects.filter(ended_at=None).count() == 2
    assert RefusedId.objects.count() == 1
    assert "1 sessions" in take_turn(end_refused)
    [ended] = Session.objects.exclude(ended_at=None)
    assert (ended.wcs_session_id[:8], ended.ended_by) == ("b0f0ee9a", "failed")


def test_a_commit_that_turns_up_late_is_ended_too(cast):
    ghost = new_row_id_text()
    RefusedId.objects.create(id=ghost, noted_at=timezone.now())
    assert take_turn(end_refused) == ""
    make_call(cast, cast.acme_1, id=ghost)
    assert "1 calls" in take_turn(end_refused)
    assert Call.objects.get().ended_by == "refused"


def test_ids_are_forgotten_after_ten_minutes(cast):
    long_ago = timezone.now() - timedelta(minutes=11)
    RefusedId.objects.create(id=new_row_id_text(), noted_at=long_ago)
    take_turn(end_refused)
    assert not RefusedId.objects.exists()


def test_the_spool_keeps_events_and_refused_ids_apart(cast, lanes):
    spool = lanes().spool
    ids = [new_row_id_text() for _ in range(3)]
    spool.keep([make_hook(cast, "connect")])
    spool.keep_refused(ids)
    with spool.take() as batches:
        [batch] = list(batches)
    assert (len(batch.hooks), batch.refused) == (1, ids)
