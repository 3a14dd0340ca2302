"""The SIP leg: registers, invites, hangs up. A real SIP stack, one for the process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from baresip import Account, Call, Config, Runtime, UserAgent
from baresip.errors import BaresipError, RegistrationError, StaleHandleError, split_status
from baresip.events import Event, StackEvent

from clickhook.demo.wcs.recorder import Recorder
from hooks.wcs.model.rest_client_config import Fields

_REGISTER_TIMEOUT_SECONDS = 8.0
_REGISTER_INTERVAL_SECONDS = 60
_MAX_CALLS = 64
# Of an account, and of what is dialled: a request too long for UDP breaks the stack's memory.
_MAX_CHARACTERS = 4000
_CALL_EVENTS = {
    Event.CALL_RINGING: "ringing",
    Event.CALL_PROGRESS: "progress",
    Event.CALL_ESTABLISHED: "established",
    Event.CALL_CLOSED: "closed",
}


class SipFault(Exception):
    """It cannot be done; `status` is that of the SIP server's answer, if there was one."""

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.status = reason, status


@dataclass(frozen=True, slots=True)
class LegState:
    """`kind` is ringing, progress, established or closed; closed has a status and a reason."""

    kind: str
    status: int | None = None
    reason: str = ""


class SipStack:
    """A user agent cannot be given back to the stack, so its account uses it again."""

    def __init__(self, record: Recorder) -> None:
        self._record = record
        self._runtime = Runtime()
        self._idle: dict[str, list[SipUser]] = defaultdict(list)

    async def start(self) -> None:
        await self._runtime.start(
            Config(net_interface="127.0.0.1", max_concurrent_calls=_MAX_CALLS)
        )

    async def close(self) -> None:
        await self._runtime.close()

    async def user(self, connection: Fields) -> SipUser:
        """Raises SipFault."""
        try:
            account = _read_account(connection)
            line = _write_line(account, connection.get("sipVisibleName"))
            idle = self._idle[line]
            if idle:
                return idle.pop()
            agent = await UserAgent.create(self._runtime, line)
        except (ValueError, BaresipError) as error:
            raise SipFault(f"no such SIP account: {type(error).__name__}") from error
        return SipUser(agent, account, line, self._record)

    async def release(self, user: SipUser) -> None:
        await user.leave()
        self._idle[user.line].append(user)


class SipUser:
    """One account at its SIP server."""

    def __init__(self, agent: UserAgent, account: Account, line: str, record: Recorder) -> None:
        self.line, self.domain = line, account.domain
        self.address = f"sip:{account.user}@{account.domain}"
        self.on_incoming: Callable[[Call], None] | None = None
        self.registers = account.reg_interval > 0
        self._agent, self._record = agent, record
        self._events: dict[int, asyncio.Queue[StackEvent]] = defaultdict(asyncio.Queue)
        agent.on(self._received)
        agent.on_incoming(self._incoming)

    async def register(self) -> None:
        """Raises SipFault."""
        try:
            await self._agent.register(timeout=_REGISTER_TIMEOUT_SECONDS)
        except RegistrationError as error:
            self._record("register", account=self.address, status=error.status)
            raise SipFault(error.reason or str(error), error.status) from error
        except BaresipError as error:
            raise SipFault(str(error)) from error
        self._record("register", account=self.address, status=200)

    async def dial(self, uri: str, headers: dict[str, str]) -> SipLeg:
        """Raises SipFault."""
        if len(uri) + len(str(headers)) > _MAX_CHARACTERS:
            raise SipFault("more than an INVITE can hold")
        self._record("invite", account=self.address, target=uri)
        try:
            call = await self._agent.dial(uri, headers)
        except (ValueError, BaresipError) as error:
            raise SipFault(str(error)) from error
        return SipLeg(call, self._events)

    async def leave(self) -> None:
        self.on_incoming = None
        if not self.registers:
            return
        try:
            await self._agent.unregister(timeout=_REGISTER_TIMEOUT_SECONDS)
        except BaresipError as error:
            self._record("unregister", account=self.address, fault=type(error).__name__)

    def _received(self, event: StackEvent) -> None:
        """Also what comes before `dial` has returned with the call's handle."""
        if event.call and event.event in _CALL_EVENTS:
            self._events[event.call].put_nowait(event)

    def _incoming(self, call: Call) -> None:
        if self.on_incoming:
            self.on_incoming(call)


class SipLeg:
    def __init__(self, call: Call, events: dict[int, asyncio.Queue[StackEvent]]) -> None:
        self._call, self._events = call, events
        self.audio = call.audio

    async def follow(self) -> AsyncIterator[LegState]:
        """To the end of the call."""
        kind = ""
        while kind != "closed":
            event = await self._events[self._call.handle].get()
            kind = _CALL_EVENTS[event.event]
            yield LegState(kind, *split_status(event.text or ""))
        del self._events[self._call.handle]

    async def hang_up(self) -> None:
        """BYE, or CANCEL while it rings."""
        try:
            await self._call.hangup()
        except StaleHandleError:
            return  # the other side was quicker

    async def hold(self) -> None:
        """Raises SipFault, as the following do."""
        await self._attempt(self._call.hold)

    async def unhold(self) -> None:
        await self._attempt(self._call.resume)

    async def transfer(self, uri: str) -> None:
        await self._attempt(self._call.transfer, uri)

    async def send_dtmf(self, digits: str) -> None:
        await self._attempt(self._call.send_dtmf, digits)

    async def _attempt(self, action: Callable[..., Any], *arguments: str) -> None:
        try:
            await action(*arguments)
        except (ValueError, BaresipError) as error:
            raise SipFault(str(error)) from error


def _read_account(connection: Fields) -> Account:
    """Raises ValueError."""
    text = {name: "" if value is None else str(value) for name, value in connection.items()}
    domain, port = text.get("sipDomain", ""), text.get("sipPort", "")
    proxy = text.get("sipOutboundProxy") or text.get("sipProxy") or domain
    return Account(
        user=text.get("sipLogin", ""),
        domain=domain,
        password=text.get("sipPassword", ""),
        registrar=f"{proxy}:{port}" if port else proxy or None,
        reg_interval=_REGISTER_INTERVAL_SECONDS if connection.get("sipRegisterRequired") else 0,
        auth_user=text.get("sipAuthenticationName") or None,
    )


def _write_line(account: Account, name: object) -> str:
    """The account as the SIP stack reads it, with the name for From and the password.

    Raises ValueError.
    """
    shown = "" if name is None else str(name)
    if not shown.isprintable() or '"' in shown or "\\" in shown:
        raise ValueError("a name that would not stay within its quotes")
    line = f'"{shown}" {account.aor()}' if shown else account.aor()
    if len(line) > _MAX_CHARACTERS:
        raise ValueError("more than a request can hold")
    return line
