"""One call of a browser, from the allowed `call` to its end at the SIP server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clickhook.demo.wcs import payloads
from clickhook.demo.wcs.frames import CARRIERS
from clickhook.demo.wcs.invite import read_headers, read_uri, select_account
from clickhook.demo.wcs.sip import LegState, SipFault, SipLeg, SipStack, SipUser
from hooks.wcs.model.rest_client_config import Fields

if TYPE_CHECKING:
    from clickhook.demo.wcs.media import Bridge

_BUSY = (486, 600)  # SIP statuses


@dataclass(frozen=True, slots=True)
class CallNeeds:
    """What a call gets from the session in which it is made."""

    connection: Fields = field(repr=False)
    sip: SipStack
    media: bool
    tell: Callable[..., Awaitable[None]]  # the browser
    report: Callable[..., None]  # an event, to the backend and the browser


class Call:
    def __init__(self, needs: CallNeeds, fields: dict[str, Any]) -> None:
        self.fields = fields  # as WCS has it at this moment
        self._needs = needs
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
        """Reports the end of the call, however it comes."""
        try:
            leg = self._leg = await self._dial()
            self._report("TRYING", 100)
            if self._hung_up:  # meanwhile
                await leg.hang_up()
            async for state in leg.follow():
                await self._report_state(state)
        except SipFault as fault:
            self._report("FAILED", fault.status, fault.reason)
        finally:
            if self._user:
                await self._needs.sip.release(self._user)
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
            await self._leg.transfer(read_uri(target, self._user.domain))

    async def send_dtmf(self, digits: object) -> None:
        if self._leg:
            await self._leg.send_dtmf(str(digits))

    async def _dial(self) -> SipLeg:
        account = select_account(self._needs.connection, self.fields)
        user = self._user = await self._needs.sip.user(account)
        self._target = read_uri(self.fields.get("callee"), user.domain)
        return await user.dial(self._target, read_headers(self.fields))

    async def _report_state(self, state: LegState) -> None:
        if state.kind == "ringing":
            self._report("RING", 180)
        elif state.kind == "progress":
            self._report("SESSION_PROGRESS", 183)
        elif state.kind == "established":
            await self._talk()
        else:
            await self._end(state)

    async def _talk(self) -> None:
        self._answered = True
        offer = self.fields.get("sdp")
        if self._leg and self._needs.media and isinstance(offer, str) and "m=audio" in offer:
            await self._bridge_to(self._leg, offer)
        if not self._fault:
            self._report("ESTABLISHED", 200)

    async def _bridge_to(self, leg: SipLeg, offer: str) -> None:
        # Slow to load, and not needed for signalling.
        from clickhook.demo.wcs.media import BadOffer, Bridge

        self._bridge = Bridge(leg.audio)
        try:
            answer = await self._bridge.answer(offer)
        except BadOffer:
            self._fault = "No common codecs"
            await leg.hang_up()
            return
        await self._needs.tell("setRemoteSDP", self.id, answer, True)

    async def _end(self, state: LegState) -> None:
        if self._bridge:
            await self._bridge.close()
        if self._fault:
            self._report("FAILED", 200, self._fault)
        elif self._hung_up or self._answered:
            self._report("FINISH", 200, "Normal call clearing")
        elif state.status in _BUSY:
            self._report("BUSY", state.status, f"SIP {state.status} {state.reason.upper()}")
        elif state.status:
            self._report("FAILED", state.status, f"SIP {state.status} {state.reason.upper()}")
        else:
            self._report("FAILED", None, state.reason)

    def _report(self, status: str, sip_status: int | None, info: str | None = None) -> None:
        self.fields = payloads.call_event(self.fields, status, sip_status, info, self._target)
        self._needs.report("CallStatusEvent", self.fields, CARRIERS[status])
