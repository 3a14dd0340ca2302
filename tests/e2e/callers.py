"""A caller as seen from outside: a client of the Web SDK's protocol, or a visitor's browser."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from tests.demo.stand_in import StandIn
from tests.e2e.stage import eventually
from tests.e2e.visitor import Visitor


class Caller(Protocol):
    everything: str  # all that came to the visitor, as text

    def dial(self, meanwhile: Callable[[], object] | None = None) -> None:
        """Presses the button. `meanwhile` happens between the connection and the call."""

    def wait(self, state: str) -> None:
        """Until the call is connecting, ringing, talking, busy, refused, failed or ended."""

    def hang_up(self) -> None: ...

    def press(self, keys: str) -> None:
        """On the keypad, one key after the other."""

    def leave(self) -> None:
        """Closes the tab; again does no harm."""


TONE_EVERY_SECONDS = 0.25  # the gateway lets 5 in a second pass
_FRAMES: dict[str, tuple[str, dict[str, Any]]] = {
    "ringing": ("ring", {"status": "RING"}),
    "talking": ("talk", {"status": "ESTABLISHED"}),
    "busy": ("finish", {"status": "BUSY"}),
    "ended": ("finish", {"status": "FINISH"}),
    "failed": ("finish", {"status": "FAILED"}),
    "refused": ("fail", {}),
}


class Client:
    """Signalling alone: what it dials is not heard."""

    def __init__(self, wcs: StandIn, origin: str, callee: str | None = None) -> None:
        self._wcs, self._origin, self._callee = wcs, origin, callee
        self._all: list[Visitor] = []
        self.take_ticket: Callable[[], str] | None = None  # for each connection, as the button does
        self.ticket = ""  # the last one
        self.visitor: Visitor | None = None
        self.call_id = ""

    @property
    def everything(self) -> str:
        return "".join(visitor.raw for visitor in self._all)

    def connect(self, **fields: Any) -> Visitor:
        self.visitor = Visitor(self._wcs.url, self._origin)
        self._all.append(self.visitor)
        return self.visitor.connect(**fields)

    def dial(self, meanwhile: Callable[[], object] | None = None, **fields: Any) -> None:
        """Every call over a connection of its own, as the button does it."""
        self.leave()
        self.ticket = self.take_ticket() if self.take_ticket else ""
        visitor = self.connect(custom={"ticket": self.ticket} if self.ticket else None)
        if self._is_let_in(visitor):
            if meanwhile:
                meanwhile()
            self.call_id = visitor.call(self._callee, **fields)

    def wait(self, state: str) -> None:
        assert self.visitor
        name, fields = _FRAMES[state]
        self.visitor.expect(name, **fields)

    def hang_up(self) -> None:
        assert self.visitor
        self.visitor.hangup(self.call_id)

    def dial_again(self) -> None:
        """Over the connection that is there."""
        assert self.visitor
        self.call_id = self.visitor.call(self._callee)

    def press(self, keys: str) -> None:
        for key in keys:
            self.send_tones(key)
            time.sleep(TONE_EVERY_SECONDS)

    def send_tones(self, digits: str) -> None:
        assert self.visitor
        tones = {"callId": self.call_id, "type": "RFC2833", "dtmf": digits}
        self.visitor.send("sendDtmf", tones)

    def leave(self) -> None:
        if self.visitor is not None:
            self.visitor.close()
            self.visitor = None

    @staticmethod
    def _is_let_in(visitor: Visitor) -> bool:
        names = eventually(
            lambda: {"getUserData", "fail"} & {frame["message"] for frame in visitor.frames},
            "an answer",
        )
        return "getUserData" in names
