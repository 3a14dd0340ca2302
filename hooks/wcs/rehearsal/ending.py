"""The third part of a rehearsal: would the real WCS take the gateway's order to end a call?

It is asked for the calls that it has, and to end one that does not exist: no call ends by that.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from hooks.wcs.rehearsal.play import Play
from hooks.wcs.rehearsal.stand_in import Reply
from hooks.wcs.rest_api.failures import Failure


def play_ending(play: Play) -> None:
    api = play.scene.rest_api
    if api is None:
        play.note("call/terminate", None, Failure.NOT_SET.sentence, [])
        return

    nobodys_call = f"rehearsal-{uuid.uuid4()}"
    _ask(play, "call/find_all", api.list_calls, "WCS lists its calls")
    _ask(play, "call/terminate", lambda: api.terminate_call(nobodys_call), "WCS looks for the call")


def _ask(play: Play, path: str, ask: Callable[[], Any], outcome: str) -> None:
    started = time.perf_counter()
    failure = ask()
    milliseconds = (time.perf_counter() - started) * 1000
    # That there is no call, or not this one, is what a WCS says which understands the question.
    if not isinstance(failure, Failure) or failure is Failure.NOT_FOUND:
        status = HTTPStatus.NOT_FOUND if failure is Failure.NOT_FOUND else HTTPStatus.OK
        return play.note(path, Reply(milliseconds, status), outcome, [])
    ended = "so the gateway could end no call there."
    finding = f"The REST API of this WCS does not do {path}, {ended} {failure.advice}"
    return play.note(path, Reply(milliseconds), "WCS would go on with the call", [finding])
