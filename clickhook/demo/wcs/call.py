"""One call of a browser, from the allowed `call` to its end at the SIP server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from clickhook.demo.wcs import payloads
from clickhook.demo.wcs.frames import CARRIERS
from clickhook.demo.wcs.invite import account_of, headers_of, uri_of
from clickhook.demo.wcs.sip import SipFault, SipLeg, SipUser, Turn

if TYPE_CHECKING:
    from clickhook.demo.wcs.media import Bridge
    from clickhook.demo.wcs.session import Session

_BUSY = (486, 600)


class Call:
    def __init__(self, session: Session, fields: dict[str, Any]) -> None:
        self.fields = fields  # as WCS has it at this moment
        self._session = session
        self._target = ""
        self._user: SipUser | None = None
        self._leg: SipLeg | None = None
        self._bridge: Bridge | None = None
        self.finished = asyncio.Event()
        self._answered = self._hung_up = False
        self._fault = ""  # why we ended it ourselves

    @property
    def id(self) -> Any:
        return self.fields.get("callId")

    async def run(self) -> None:
        """To its end. However that comes, it is reported."""
        try:
            leg = self._leg = await self._dial()
            self._report("TRYING", 100)
            if self._hung_up:  # meanwhile
                await leg.hang_up()
            async for turn in leg.turns():
                await self._follow(turn)
        except SipFault as fault:
            self._report("FAILED", fault.status, fault.reason)
        finally:
            if self._user:
                await self._session.node.sip.release(self._user)
            self.finished.set()

    async def hang_up(self) -> None:
        self._hung_up = True
        if self._leg:
            await self._leg.hang_up()

    async def hold(self) -> None:
        if self._leg:
            await self._leg.hold()
            self._report("HOLD", 200)

    async def unhold(self) -> None:
        if self._leg:
            await self._leg.unhold()
            self._report("ESTABLISHED", 200)

    async def transfer(self, target: object) -> None:
        if self._leg and self._user:
            await self._leg.transfer(uri_of(target, self._user.domain))

    async def send_dtmf(self, digits: object) -> None:
        if self._leg:
            await self._leg.send_dtmf(str(digits))

    async def _dial(self) -> SipLeg:
        account = account_of(self._session.connection, self.fields)
        user = self._user = await self._session.node.sip.user(account)
        self._target = uri_of(self.fields.get("callee"), user.domain)
        return await user.dial(self._target, headers_of(self.fields))

    async def _follow(self, turn: Turn) -> None:
        if turn.kind == "ringing":
            self._report("RING", 180)
        elif turn.kind == "progress":
            self._report("SESSION_PROGRESS", 183)
        elif turn.kind == "established":
            await self._talk()
        else:
            await self._end(turn)

    async def _talk(self) -> None:
        self._answered = True
        offer = self.fields.get("sdp")
        if (
            self._leg
            and self._session.node.setup.media
            and isinstance(offer, str)
            and "m=audio" in offer
        ):
            await self._bridge_to(self._leg, offer)
        if not self._fault:
            self._report("ESTABLISHED", 200)

    async def _bridge_to(self, leg: SipLeg, offer: str) -> None:
        from clickhook.demo.wcs.media import (
            BadOffer,
            Bridge,
        )  # slow to load, and not needed for signalling

        self._bridge = Bridge(leg.audio)
        try:
            answer = await self._bridge.answer(offer)
        except BadOffer:
            self._fault = "No common codecs"
            await leg.hang_up()
            return
        await self._session.tell("setRemoteSDP", self.id, answer, True)

    async def _end(self, turn: Turn) -> None:
        if self._bridge:
            await self._bridge.close()
        if self._fault:
            self._report("FAILED", 200, self._fault)
        elif self._hung_up or self._answered:
            self._report("FINISH", 200, "Normal call clearing")
        elif turn.status in _BUSY:
            self._report("BUSY", turn.status, f"SIP {turn.status} {turn.reason.upper()}")
        elif turn.status:
            self._report("FAILED", turn.status, f"SIP {turn.status} {turn.reason.upper()}")
        else:
            self._report("FAILED", None, turn.reason)

    def _report(self, status: str, sip_status: int | None, info: str | None = None) -> None:
        self.fields = payloads.call_event(self.fields, status, sip_status, info, self._target)
        self._session.events.report("CallStatusEvent", self.fields, CARRIERS[status])
