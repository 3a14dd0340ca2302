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
from hooks.wcs.rehearsal.ticket_desk import NoTicket
from hooks.wcs.rehearsal.visitor import Visitor


def play_visit(play: Play) -> bool:
    """False if the gateway does not work at all, so that it is no use to go on."""
    visitor = Visitor(play.scene.app_key, play.scene.origin, _get_ticket(play))
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


def _get_ticket(play: Play) -> str:
    """Empty where the visitor goes on without one."""
    desk, is_needed = play.scene.desk, play.scene.requires_tickets
    if desk is None:
        return ""
    try:
        given = desk.take()
    except NoTicket as error:
        play.note(
            "ticket", None, f"the page goes on without one. {error}", [str(error)] * is_needed
        )
        return ""
    play.used_ticket = given.text
    play.note("ticket", Reply(given.milliseconds, HTTPStatus.OK), "the page solves a challenge", [])
    return given.text


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
    _press_key(play, visitor)
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


def _press_key(play: Play, visitor: Visitor) -> None:
    """Only the tone that was asked for, and only where the callee wants tones."""
    wants_tones = play.scene.page is not None and play.scene.page.has_keypad
    tone = {"type": "RFC2833", "dtmf": "1"}
    reply, done = play.invoke("sendDtmf", visitor, visitor.fields_of_call(**tone))
    if reply is None:
        return play.note("sendDtmf", None, "WCS does not ask, and sends the tone", [])

    outcome = "WCS sends no tone" if done is None else f"WCS sends the tone {done.get('dtmf')}"
    findings = []
    if done is not None and not wants_tones:
        findings.append("The phone would hear tones, which its callee does not want.")
    elif done is not None and done.get("dtmf") != tone["dtmf"]:
        findings.append("The phone would hear another tone than the visitor's.")
    elif done is None and wants_tones:
        findings.append(play.tell_why_refused("sendDtmf", visitor, reply))
    return play.note("sendDtmf", reply, outcome, findings)


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
