"""The worker: a table of duties, each in turns of its own, and the heartbeat over them."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial

from hooks.duties import (
    adding_up,
    alarming,
    callback_mail,
    counting_streams,
    delivering,
    ending,
    ending_streams,
    hearing,
    heartbeat,
    proving,
    pruning,
    raising,
    reconciling,
    refusing,
    reserving,
    rotating,
    sending_messages,
    watching_limits,
    weeks,
)
from hooks.duties.alarm_mail import mail_alarms
from hooks.duties.callback_mail import mail_callback_requests
from hooks.duties.clock_steps import ClockSteps
from hooks.duties.delivering import Deliveries
from hooks.duties.limit_mail import mail_notices
from hooks.duties.listening import listen
from hooks.duties.reaping import Reaping
from hooks.duties.reconciling import Reconciling
from hooks.duties.repeating import ANSWER_WITHIN, Connection, Duty, Turns
from hooks.duties.sending_messages import Messages
from hooks.duties.watching_limits import LimitWatch
from hooks.duties.webhook_mail import mail_failing_endpoints
from hooks.limits.rules.worker import STALE_AFTER

log = logging.getLogger("hooks")
REAP_EVERY = 5.0  # seconds
ADD_UP_EVERY = 60.0  # seconds
MAIL_WEBHOOKS_EVERY = 600.0  # seconds
# A duty that did nothing right for so long: the worker must not look alive.
STUCK_AFTER = ANSWER_WITHIN + STALE_AFTER  # seconds, beside the duty's own pause


def make_duties(deliveries: Deliveries, messages: Messages) -> list[Duty]:
    steps = ClockSteps()
    lost = Reaping(steps)
    return [
        Duty("ending", ending.EVERY, ending.end_due_calls, is_woken=True),
        Duty("ending streams", ending_streams.EVERY, ending_streams.end_due_streams, is_woken=True),
        Duty("reserving", reserving.EVERY, reserving.reserve_slices, is_woken=True),
        Duty("alarming", alarming.EVERY, alarming.raise_alarms, is_woken=True),
        Duty("mailing", alarming.EVERY, mail_alarms().send),
        Duty("watching limits", watching_limits.EVERY, LimitWatch().look),
        Duty("mailing notices", watching_limits.EVERY, mail_notices().send),
        Duty("mailing call-backs", callback_mail.EVERY, mail_callback_requests().send),
        Duty("mailing about webhooks", MAIL_WEBHOOKS_EVERY, mail_failing_endpoints().send),
        Duty("refusing", refusing.EVERY, refusing.end_refused),
        Duty("reconciling", reconciling.EVERY, Reconciling().compare),
        Duty("reaping sessions", REAP_EVERY, lost.end_lost_sessions),
        Duty("reaping calls", REAP_EVERY, lost.end_lost_calls),
        Duty("reaping streams", REAP_EVERY, lost.end_lost_streams),
        Duty("counting streams", counting_streams.EVERY, counting_streams.count_no_more),
        Duty("hearing", hearing.EVERY, hearing.note_last_hooks),
        Duty("adding up", ADD_UP_EVERY, _add_up),
        Duty("rotating", rotating.EVERY, rotating.rotate, is_woken=True),
        Duty("proving", proving.EVERY, proving.prove),
        Duty("raising", raising.EVERY, partial(raising.raise_limits, steps=steps)),
        Duty("keeping weeks", weeks.EVERY, partial(weeks.keep_weeks, steps=steps)),
        Duty("pruning", pruning.EVERY, partial(pruning.prune, steps=steps)),
        Duty("sending messages", sending_messages.EVERY, messages.take_turn, news=messages.news),
        # The last one: a single turn then delivers what the others have written.
        Duty(
            "delivering",
            delivering.EVERY,
            deliveries.take_turn,
            is_woken=True,
            news=deliveries.news,
        ),
    ]


class Worker:
    def __init__(self) -> None:
        self.name = heartbeat.new_worker_name()
        self._deliveries, self._messages = Deliveries(), Messages()
        self.turns = [Turns(duty) for duty in make_duties(self._deliveries, self._messages)]

    async def run(self) -> None:
        """Works until it is cancelled."""
        log.info("worker %s begins", self.name)
        beating = Turns(Duty("heartbeat", heartbeat.EVERY, self._beat))
        async with asyncio.TaskGroup() as group:
            for turns in [*self.turns, beating]:
                group.create_task(turns.run())
            group.create_task(listen(self._wake))

    async def run_once(self) -> bool:
        """Each duty once; whether none failed."""
        did_well = [await turns.take_turn() for turns in self.turns]
        *_, messages, deliveries = self.turns
        did_well.append(await _finish(self._messages, messages))
        did_well.append(await _finish(self._deliveries, deliveries))
        return all(did_well)

    @property
    def results(self) -> dict[str, str]:
        return {turns.duty.name: turns.result for turns in self.turns}

    @property
    def fell_short(self) -> dict[str, str]:
        """What those did that a WCS kept from doing all, by the name of the duty."""
        return {turns.duty.name: turns.result for turns in self.turns if turns.fell_short}

    def _wake(self) -> None:
        for turns in self.turns:
            if turns.duty.is_woken:
                turns.duty.news.set()

    async def _beat(self, connection: Connection) -> str:
        """Not while a duty is stuck: whoever counts on it must see that."""
        now = time.monotonic()
        stuck = [
            turns.duty.name
            for turns in self.turns
            if now - turns.done_at > turns.duty.every + STUCK_AFTER
        ]
        if stuck:
            log.error("no heartbeat: stuck in %s", ", ".join(stuck))
            return "withheld"
        await heartbeat.beat(connection, self.name, self.results)
        return "given"


async def _finish(work: Deliveries | Messages, turns: Turns) -> bool:
    """Of one turn of all duties: what is under way ends with it."""
    did_well = True
    while did_well and work.is_busy:
        await work.news.wait()
        work.news.clear()
        did_well = await turns.take_turn()
    return did_well


async def _add_up(connection: Connection) -> str:
    """Some hours a turn; after an upgrade it catches up turn by turn."""
    cursor = await connection.execute("SELECT now()")
    [(now,)] = await cursor.fetchall()
    has_caught_up = await adding_up.add_up(connection, now)
    return "" if has_caught_up else "catching up"
