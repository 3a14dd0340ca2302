"""The first part of a rehearsal: a visitor connects, calls, talks and hangs up."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from hooks.wcs.model.rest_client_config import Fields
from hooks.wcs.model.statuses import call_status, connection_status
from hooks.wcs.rehearsal import verdict
from hooks.wcs.rehearsal.play import Play, list_not_ok
from hooks.wcs.rehearsal.stand_in import Reply
from hooks.wcs.rehearsal.steps import mask_number
from hooks.wcs.rehearsal.visitor import Visitor


def play_visit(play: Play) -> bool:
    """False if the gateway does not work at all, so that it is no use to go on."""
    visitor = Visitor(play.scene.app_key, play.scene.origin)
    connection = play.connect(visitor)
    if connection is None:
        return play.steps[-1].status in (HTTPStatus.OK, HTTPStatus.FORBIDDEN)

    try:
        _report_connection(play, visitor, connection, "ConnectionStatusEvent", "ESTABLISHED")
        if connection.get("sipRegisterRequired"):
            _report_connection(play, visitor, connection, "RegistrationStatusEvent", "REGISTERED")
        _call(play, visitor)
    finally:  # however it went, the session is not left open
        _report_connection(play, visitor, connection, "ConnectionStatusEvent", "DISCONNECTED")
    return True


def _report_connection(
    play: Play, visitor: Visitor, connection: Fields, method: str, status: str
) -> None:
    fields = connection_status(connection, status)
    _report(play, visitor, method, fields, own=visitor.connection)


def _call(play: Play, visitor: Visitor) -> None:
    asked = visitor.call(play.scene.callee)
    reply, call = play.invoke("call", visitor, asked)
    _note_call(play, visitor, asked, reply, call)
    if call is None:
        return

    for status, sip_status in (("TRYING", 100), ("RING", 180), ("ESTABLISHED", 200)):
        fields = call_status(call, status, sip_status)
        _report(play, visitor, "CallStatusEvent", fields, own=asked)
    _hang_up(play, visitor)
    _report(play, visitor, "CallStatusEvent", call_status(call, "FINISH", 200), own=asked)


def _note_call(
    play: Play, visitor: Visitor, asked: Fields, reply: Reply | None, call: Fields | None
) -> None:
    dials = f"WCS dials {mask_number(call['callee'])}" if call else "WCS dials nobody"
    if reply is None:
        play.note("call", None, f"WCS does not ask; {dials}", [])
    elif reply.answer is None:
        why = play.tell_why_refused("call", visitor, reply)
        play.note("call", reply, f"refused; {dials}", [why])
    else:
        page = asked["callee"] or "nobody in particular"
        findings = verdict.judge_call(asked, reply.answer, visitor.entry("call"))
        play.note("call", reply, f"the page asks for {page}; {dials}", findings)


def _hang_up(play: Play, visitor: Visitor) -> None:
    reply, done = play.invoke("hangup", visitor, visitor.fields_of_call())
    outcome = "WCS goes on with the call" if done is None else "WCS hangs up"
    play.note("hangup", reply, outcome, list_not_ok("hangup", reply))


def _report(play: Play, visitor: Visitor, method: str, fields: dict[str, Any], own: Fields) -> None:
    reply, shown = play.invoke(method, visitor, fields)
    learned = verdict.judge_disclosure(own, shown or fields, visitor.entry(method))
    outcome = (
        "the browser learns more than it may"
        if learned
        else "the browser learns nothing of the answers"
    )
    findings = [*list_not_ok(method, reply), *learned]
    play.note(f"{method} {fields['status']}", reply, outcome, findings)
