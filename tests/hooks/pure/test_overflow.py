"""What finds no room in a lane: kept with what comes beside it, or refused."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hooks import lane as lane_module
from hooks.lane import Lane
from hooks.outcome import Answer
from hooks.overflow import Overflow
from hooks.reasons import Reason
from hooks.waiting import Surroundings
from tests.hooks.pure.pieces import make_hook

EVENT, CALL, HANGUP = (
    make_hook("CallStatusEvent", "call_ring"),
    make_hook("call"),
    make_hook("hangup"),
)


class Disk:
    def __init__(self, *, is_full: bool = False) -> None:
        self.kept, self.is_full = [], is_full

    def keep(self, events) -> bool:
        self.kept.append(events)
        return not self.is_full


def answer(disk: Disk, *hooks) -> list[Answer]:
    async def all_at_once() -> list[Answer]:
        overflow = Overflow(disk)
        return await asyncio.gather(*(overflow.answer(hook) for hook in hooks))

    return asyncio.run(all_at_once())


def test_what_happened_is_kept_with_one_sync_of_the_disk():
    disk = Disk()
    answers = answer(disk, EVENT, CALL, HANGUP, None)

    spooled, overloaded = Reason.SPOOLED, Reason.OVERLOADED
    assert [one.reason for one in answers] == [spooled, overloaded, spooled, overloaded]
    assert answers[0].body == {}
    assert disk.kept == [[EVENT, HANGUP]]


def test_what_the_disk_does_not_take_is_refused():
    assert [one.reason for one in answer(Disk(is_full=True), EVENT)] == [Reason.OVERLOADED]


def test_one_wcs_that_hangs_up_does_not_lose_the_events_of_others():
    disk = Disk()

    async def hang_up() -> Answer:
        overflow = Overflow(disk)
        leaving, staying = (asyncio.create_task(overflow.answer(one)) for one in (EVENT, HANGUP))
        await asyncio.sleep(0)
        leaving.cancel()
        return await staying

    assert asyncio.run(hang_up()).reason is Reason.SPOOLED
    assert disk.kept == [[EVENT, HANGUP]]


def test_what_comes_from_the_disk_finds_room_in_a_full_lane(monkeypatch):
    monkeypatch.setattr(lane_module, "MAX_WAITING", 0)
    disk = Disk()

    async def post_both() -> tuple[Answer, int]:
        full = Lane("events", "", Surroundings(1.0, None, None, Overflow(disk), None))
        replaying = asyncio.create_task(full.answer(replace(EVENT, proof=None)))
        answered = await full.answer(EVENT)
        replaying.cancel()
        return answered, len(full._waiting)

    answered, waiting = asyncio.run(post_both())
    assert (answered.reason, waiting) == (Reason.SPOOLED, 1)
    assert disk.kept == [[EVENT]]
