"""Reads the frames of one browser, from its first to the end of its socket."""

from __future__ import annotations

import asyncio

from aiohttp import WSMsgType, web

from clickhook.demo.wcs import frames
from clickhook.demo.wcs.invocations import carry_out
from clickhook.demo.wcs.session import Session

_PING_EVERY_SECONDS = 5.0
_MAX_NAME_CHARACTERS = 40  # of a frame, in the record


async def converse(session: Session, socket: web.WebSocketResponse) -> None:
    pings = asyncio.create_task(_ping(session))
    try:
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await _receive(session, message.data)
    finally:
        pings.cancel()
        await session.end()


async def _ping(session: Session) -> None:
    while True:
        await asyncio.sleep(_PING_EVERY_SECONDS)
        await session.tell("ping")


async def _receive(session: Session, text: str) -> None:
    try:
        name, argument = frames.parse(text)
    except frames.BadFrame as error:
        session.record("frame", of="browser", fault=str(error), session=session.id)
        return

    session.record("frame", of="browser", name=name[:_MAX_NAME_CHARACTERS], session=session.id)
    if name == "connection":
        await session.connect(argument or {})
    elif name == "ping":
        await session.tell("pong")
    elif name == "DataStatusEvent" and session.connection:
        session.events.report(name, {**(argument or {}), **session.context})
    elif (hook := frames.find_hook(name)) and session.connection and argument is not None:
        session.tasks.spawn(carry_out(session, hook, {**argument, **session.context}))
