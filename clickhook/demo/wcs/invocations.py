"""What a browser asks for once it is connected: each is posted as its hook, and done if allowed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from clickhook.demo.wcs import payloads
from clickhook.demo.wcs.call import Call
from clickhook.demo.wcs.frames import find_failure_event
from clickhook.demo.wcs.session import Session
from clickhook.demo.wcs.sip import SipFault
from clickhook.demo.wcs.streams import BY_USER, Stream

Fields = dict[str, Any]


async def carry_out(session: Session, hook: str, sent: Fields) -> None:
    fields = payloads.call_fields(session.context, sent) if hook == "call" else sent
    done = await session.invoke(hook, fields)
    if done is None or session.ended:
        return
    session.record("goes on", method=hook, session=session.id, call=done.get("callId"))
    try:
        await _ACTIONS.get(hook, _do_nothing)(session, done)
    except SipFault as fault:
        await session.tell("fail", payloads.failure(fault.reason, find_failure_event(hook)))


async def _call(session: Session, fields: Fields) -> None:
    call = Call(session.call_needs, fields)
    session.calls.append(call)
    try:
        await call.run()
    finally:
        session.calls.remove(call)


async def _hangup(session: Session, fields: Fields) -> None:
    """A call whose own hook has not been answered yet is not found, and is placed all the same."""
    for call in session.find_calls(fields.get("callId")):
        await call.hang_up()


async def _hold(session: Session, fields: Fields) -> None:
    for call in session.find_calls(fields.get("callId")):
        await call.hold()


async def _unhold(session: Session, fields: Fields) -> None:
    for call in session.find_calls(fields.get("callId")):
        await call.unhold()


async def _send_dtmf(session: Session, fields: Fields) -> None:
    for call in session.find_calls(fields.get("callId")):
        await call.send_dtmf(fields.get("dtmf"))


async def _transfer(session: Session, fields: Fields) -> None:
    for call in session.find_calls(fields.get("callId")):
        await call.transfer(fields.get("target"))
        told = {"callId": call.id, "target": fields.get("target"), "status": "COMPLETED"}
        session.events.report(
            "TransferStatusEvent", {**told, **session.context}, "notifyTransferEvent"
        )


async def _accept_data(session: Session, fields: Fields) -> None:
    told = {"operationId": fields.get("operationId"), "status": "ACCEPTED"}
    session.events.report("DataStatusEvent", {**told, **session.context}, "DataStatusEvent")


async def _publish_stream(session: Session, fields: Fields) -> None:
    await session.equipment.streams.publish(_make_stream(session, fields, published=True))


async def _play_stream(session: Session, fields: Fields) -> None:
    await session.equipment.streams.play(_make_stream(session, fields, published=False))


async def _end_stream(session: Session, fields: Fields) -> None:
    """By the id alone, whatever name the page gives. Another session's too: nobody says that WCS
    looks (GUESS).
    """
    streams = session.equipment.streams
    await streams.end(streams.find({"mediaSessionId": fields.get("mediaSessionId")}), BY_USER)


def _make_stream(session: Session, fields: Fields, published: bool) -> Stream:
    fields = {**fields, "published": published}
    return Stream(fields, session, session.tell, session.events.report)


async def _do_nothing(session: Session, fields: Fields) -> None:
    return


_ACTIONS: dict[str, Callable[[Session, Fields], Awaitable[None]]] = {
    "call": _call,
    "hangup": _hangup,
    "hold": _hold,
    "unhold": _unhold,
    "sendDtmf": _send_dtmf,
    "transfer": _transfer,
    "OnDataEvent": _accept_data,
    "publishStream": _publish_stream,
    "playStream": _play_stream,
    "unPublishStream": _end_stream,
    "stopStream": _end_stream,
}
