"""The second part of a rehearsal: strangers and a fraudster try what must be refused."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Any

from hooks.wcs.model.statuses import connection_status
from hooks.wcs.rehearsal.play import Play
from hooks.wcs.rehearsal.stand_in import Reply
from hooks.wcs.rehearsal.ticket_desk import NoTicket
from hooks.wcs.rehearsal.visitor import PREMIUM_NUMBER, Visitor


def play_attacks(play: Play) -> None:
    _play_strangers(play)
    _play_copied_page(play)
    _play_fraudster(play)


def _play_strangers(play: Play) -> None:
    """Each has what lets a visitor in, so that nothing but the attack itself is refused."""
    origin, secret = play.scene.origin, play.scene.secret
    like = Visitor(play.scene.app_key, f"{origin}.evil.example", _take_needed_ticket(play))
    account = "so that page gets the tenant's SIP account."
    _connect_as_stranger(play, f"connect from {origin}.evil.example", like, secret, account)

    anybody = "so whoever reaches the hook URL gets the SIP password."
    _connect_as_stranger(play, "connect with no signature", _arrive(play), None, anybody)
    if secret is not None:
        wrong = secrets.token_urlsafe(16)
        _connect_as_stranger(play, "connect with a wrong signature", _arrive(play), wrong, anybody)


def _play_copied_page(play: Play) -> None:
    """Somebody has copied the page, and what it sent."""
    app_key, origin, secret = play.scene.app_key, play.scene.origin, play.scene.secret
    if play.used_ticket:
        again = Visitor(app_key, origin, play.used_ticket)
        often = "so one ticket opens many sessions."
        _connect_as_stranger(play, "connect with a used ticket", again, secret, often)
    if play.scene.requires_tickets:
        without = "so tickets are not required."
        _connect_as_stranger(
            play, "connect without a ticket", Visitor(app_key, origin), secret, without
        )


def _arrive(play: Play) -> Visitor:
    return Visitor(play.scene.app_key, play.scene.origin, _take_needed_ticket(play))


def _take_needed_ticket(play: Play) -> str:
    """Empty where none is needed, or the page gets none, which was noted in the visit."""
    if not play.scene.desk or not play.scene.requires_tickets:
        return ""
    try:
        return play.scene.desk.take().text
    except NoTicket:
        return ""


def _connect_as_stranger(
    play: Play, hook: str, visitor: Visitor, secret: str | None, consequence: str
) -> None:
    reply = play.post_as_stranger("connect", visitor.connection, secret)
    was_let_in = reply.status == HTTPStatus.OK
    if not was_let_in:
        consequence = "so it is not clear that it was refused."

    findings = _list_not_refused(hook, reply, consequence)
    play.note(hook, reply, _describe_refusal(reply, stops=True), findings)
    if was_let_in:
        _leave(play, visitor)


def _play_fraudster(play: Play) -> None:
    """In a session of their own, from the right page, as every visitor can open it."""
    visitor = _arrive(play)
    if play.connect(visitor, "connect for what follows") is None:
        return
    try:
        for hook, method, fields in _list_frauds(visitor):
            _try_fraud(play, visitor, hook, method, fields)
    finally:
        _leave(play, visitor)


def _list_frauds(visitor: Visitor) -> list[tuple[str, str, dict[str, Any]]]:
    stream = {
        "mediaSessionId": visitor.call_id,
        "name": "rehearsal",
        "published": True,
        "hasAudio": True,
    }
    arriving = {"incoming": True, "caller": PREMIUM_NUMBER, "callee": "rehearsal", "status": "RING"}
    transfer = visitor.fields_of_call(target=PREMIUM_NUMBER)
    return [
        (f"call to {PREMIUM_NUMBER}", "call", visitor.call(PREMIUM_NUMBER)),
        (f"transfer to {PREMIUM_NUMBER}", "transfer", transfer),
        ("sendDtmf without a call", "sendDtmf", visitor.fields_of_call(type="RFC2833", dtmf="1")),
        ("publishStream", "publishStream", {**visitor.context, **stream}),
        ("OnCallEvent", "OnCallEvent", visitor.fields_of_call(**arriving)),
    ]


def _try_fraud(
    play: Play, visitor: Visitor, hook: str, method: str, fields: dict[str, Any]
) -> None:
    reply, done = play.invoke(method, visitor, fields)
    # If WCS does not ask, or goes on when it is refused, the verdict on restClientConfig says so.
    consequence = "though WCS would stop." if done is None else "so WCS would do it."
    findings = _list_not_refused(hook, reply, consequence) if reply else []
    if method == "call" and done is not None and done["callee"] == PREMIUM_NUMBER:
        findings.append(f"WCS would dial {PREMIUM_NUMBER}, the number the browser sent.")

    outcome = "WCS does not ask, and does it"
    if reply:
        outcome = _describe_refusal(reply, stops=done is None)
    play.note(hook, reply, outcome, findings)


def _leave(play: Play, visitor: Visitor) -> None:
    fields = connection_status(visitor.connection, "DISCONNECTED")
    play.post("ConnectionStatusEvent", fields)


def _list_not_refused(hook: str, reply: Reply, consequence: str) -> list[str]:
    if reply.status in (HTTPStatus.FORBIDDEN, None):
        return []
    return [f"The {hook} was answered with {reply.status} instead of 403, {consequence}"]


def _describe_refusal(reply: Reply, stops: bool) -> str:
    if reply.status == HTTPStatus.OK:
        return "allowed"
    return "refused, WCS stops" if stops else "refused, but WCS goes on"
