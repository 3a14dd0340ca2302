"""The session of one browser: it connects, asks the backend, tells the browser, and ends."""

from __future__ import annotations

import asyncio
import logging
import uuid
from typing import TYPE_CHECKING, Any

from aiohttp import web

from clickhook.demo.wcs import frames, payloads
from clickhook.demo.wcs.call import Call, CallNeeds
from clickhook.demo.wcs.events import Events, SessionEvent
from clickhook.demo.wcs.rest_hooks import Answer
from clickhook.demo.wcs.setup import DEFAULT_APP, Equipment
from clickhook.demo.wcs.sip import SipFault, SipUser
from clickhook.demo.wcs.streams import BY_DISCONNECT
from clickhook.demo.wcs.tasks import Tasks
from hooks.wcs.model.answers import (
    accept_connection,
    continue_with,
    select_posted,
    select_shown_to_browser,
)
from hooks.wcs.model.rest_client_config import Entry, Fields, read_entry
from hooks.wcs.model.statuses import connection_status

if TYPE_CHECKING:
    from baresip import Call as IncomingCall

log = logging.getLogger(__name__)


class Session:
    def __init__(
        self, equipment: Equipment, socket: web.WebSocketResponse, origin: str | None
    ) -> None:
        self.id = str(uuid.uuid4())
        self.equipment, self.record = equipment, equipment.record
        self.connection: dict[str, Any] = {}  # as it was accepted; empty until then
        self.calls: list[Call] = []
        self.ended = False
        self._sip_user: SipUser | None = None  # that is registered; a call has one of its own
        self._registering: asyncio.Task[None] | None = None
        self._answer: Fields = {}  # to connect: the restClientConfig of all that follows
        self._socket, self._origin = socket, origin
        self._url = ""
        self.tasks = Tasks(self._fault)
        self.events = Events(
            self._post_event, self._tell_event, self.tasks, equipment.setup.out_of_order
        )

    @property
    def context(self) -> dict[str, Any]:
        return {
            "nodeId": self.equipment.node_id,
            "appKey": self.connection.get("appKey"),
            "sessionId": self.id,
        }

    @property
    def call_needs(self) -> CallNeeds:
        return CallNeeds(
            self.connection,
            self.equipment.sip,
            self.equipment.setup.media,
            self.tell,
            self.events.report,
        )

    async def close(self) -> None:
        await self._socket.close()

    def find_calls(self, call_id: object) -> list[Call]:
        return [call for call in self.calls if call.id == call_id]

    async def tell(self, name: str, *arguments: object) -> None:
        if self._socket.closed:
            return
        self.record("frame", to="browser", name=name, session=self.id)
        try:
            await self._socket.send_str(frames.compose(name, *arguments))
        except ConnectionError:
            return  # the tab was closed; the end of the socket ends the session

    async def invoke(self, hook: str, fields: Fields) -> dict[str, Any] | None:
        """The fields WCS goes on with; None if it stops, which the browser has been told."""
        entry = read_entry(self._answer, hook)
        answer = await self._ask(hook, fields, entry)
        done = continue_with(fields, answer.fields, entry)
        if done is None:
            await self._refuse(hook, fields, answer.info)
        return done

    # --- connecting

    async def connect(self, sent: dict[str, Any]) -> None:
        context = {**self.context, "appKey": sent.get("appKey", DEFAULT_APP)}
        fields = payloads.connection_fields(context, sent, self._origin)
        url = self.equipment.find_hook_url(context["appKey"])
        if url is None:
            await self._decline("Application not found")
            return
        self._url = url
        answer = await self.equipment.hooks.post(url, "connect", fields)
        if answer.fields is None:
            self.events.report(
                "ConnectionStatusEvent", payloads.failed_connection(context, answer.info)
            )
            await self._decline(answer.info)
            return
        self._answer, self.connection = answer.fields, accept_connection(fields, answer.fields)
        self.events.report(
            "ConnectionStatusEvent",
            connection_status(self.connection, "ESTABLISHED"),
            "getUserData",
        )
        await self._release_sip_user()
        if self.connection.get("sipRegisterRequired"):
            self._registering = self.tasks.spawn(self._register())

    async def _decline(self, info: str) -> None:
        await self.tell("fail", payloads.failure(info, "ConnectionStatusEvent"))
        await self.close()

    async def _register(self) -> None:
        try:
            user = self._sip_user = await self.equipment.sip.user(self.connection)
            user.on_incoming = self._incoming
            await user.register()
        except SipFault as fault:
            self._registered("FAILED", fault.status, fault.reason)
            return
        self._registered("REGISTERED", 200, "OK")

    async def _release_sip_user(self) -> None:
        if self._registering:
            await asyncio.wait([self._registering])
        user, self._sip_user = self._sip_user, None
        if user:
            await self.equipment.sip.release(user)

    def _registered(self, status: str, sip_status: int | None, reason: str) -> None:
        account = "sip:{sipLogin}@{sipDomain}".format_map(
            {"sipLogin": None, "sipDomain": None, **self.connection}
        )
        fields = connection_status(self.connection, status)
        fields["sipMessageRaw"] = (
            payloads.sip_message(sip_status, account, reason) if sip_status else None
        )
        if status == "FAILED":
            fields["info"] = f"SIP {sip_status} {reason.upper()}" if sip_status else reason
        self.events.report(
            "RegistrationStatusEvent", fields, "registered" if status == "REGISTERED" else "fail"
        )

    # --- events

    async def _post_event(self, event: SessionEvent) -> dict[str, Any]:
        entry = read_entry(self._answer, event.method)
        answer = await self._ask(event.method, event.fields, entry)
        shown = continue_with(event.fields, answer.fields, entry)
        if shown is None:  # nothing undoes an event
            await self.tell("fail", payloads.failure(answer.info, "ErrorEvent"))
            return event.fields
        return shown

    async def _tell_event(self, event: SessionEvent, fields: dict[str, Any]) -> None:
        if event.frame is None:
            return
        seen = select_shown_to_browser(fields, read_entry(self._answer, event.method))
        await self.tell(
            event.frame, {**seen, "apiMethod": event.method} if event.frame == "fail" else seen
        )

    async def _ask(self, method: str, fields: Fields, entry: Entry) -> Answer:
        if not entry.is_asked:
            return Answer()
        return await self.equipment.hooks.post(self._url, method, select_posted(fields, entry))

    async def _refuse(self, hook: str, fields: Fields, info: str) -> None:
        event = frames.find_failure_event(hook)
        self.record("refused", method=hook, session=self.id, call=fields.get("callId"))
        if hook == "OnDataEvent":
            told = {"operationId": fields.get("operationId"), "status": "FAILED", "info": info}
            self.events.report(event, {**told, **self.context}, event)
            return
        same = {"id": fields.get("mediaSessionId")} if event == "StreamStatusEvent" else {}
        await self.tell("fail", {**payloads.failure(info, event), **same})
        if hook == "call":
            failed = payloads.call_event(fields, "FAILED", None, info, "")
            self.events.report(event, failed, "finish")

    def _incoming(self, call: IncomingCall) -> None:
        self.tasks.spawn(self._offer(call))

    async def _offer(self, call: IncomingCall) -> None:
        sent = {
            "callId": str(uuid.uuid4()),
            "incoming": True,
            "status": "RING",
            "caller": call.peer,
        }
        fields = payloads.call_fields(
            self.context, {**sent, "callee": self.connection.get("sipLogin")}
        )
        offered = await self.invoke("OnCallEvent", fields)
        if offered is not None:
            seen = select_shown_to_browser(offered, read_entry(self._answer, "OnCallEvent"))
            await self.tell("notifyIncomingCall", seen)
        await call.reject()

    # --- the end

    async def end(self) -> None:
        """A call whose hook has not been answered yet is not placed any more."""
        self.ended = True
        for call in self.calls:
            await call.hang_up()
        await asyncio.gather(*(call.finished.wait() for call in self.calls))
        await self.equipment.streams.end(self.equipment.streams.of(self), BY_DISCONNECT)
        if self.connection:
            self.events.report(
                "ConnectionStatusEvent", connection_status(self.connection, "DISCONNECTED")
            )
        self.events.end()
        await self._release_sip_user()
        await self.tasks.finish()

    def _fault(self, error: BaseException) -> None:
        self.record("fault", session=self.id, error=type(error).__name__)
        log.error("a session of the stand-in failed", exc_info=error)
        if not self._socket.closed:
            self.tasks.spawn(self.close())
