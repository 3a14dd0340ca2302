"""A whole click-to-call played against a gateway, and then what it must refuse."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from hooks.methods import METHODS, Kind
from hooks.wcs.configuration import REST_REQUEST_TIMEOUT
from hooks.wcs.rehearsal import verdict
from hooks.wcs.rehearsal.stand_in import Reply, StandIn, Unreachable
from hooks.wcs.rehearsal.verdict import Fields, masked
from hooks.wcs.rehearsal.visitor import PREMIUM_NUMBER, Visitor, call_status, connection_status
from tenants.secrets.encryption import DOTS

CALLS, REFUSED = "a visitor calls", "what must be refused"
# Why, in the gateway's own words, this hook of this session was refused; empty where that is not known here.
Explain = Callable[[str, str], str]

_SEE = "The admin's event list has the precise reason."
_GUESSES: dict[tuple[str, int], str] = {
    (
        "connect",
        403,
    ): "The origin is no domain of a tenant, the tenant is suspended or not one of this instance's or has "
    f"no SIP account, the appKey is another, or the signing secret differs. {_SEE}",
    (
        "call",
        403,
    ): "The callee is no alias of the tenant, or none was named and there is no default one, or the tenant was "
    f"suspended just now. {_SEE}",
}
_MEANINGS = {
    404: "No gateway there knows the key of this instance: is --url right, and is it the same database?",
    503: f"Its database did not answer, or a stored secret does not open with its keys. {_SEE}",
    **dict.fromkeys(
        (301, 302, 303, 307, 308),
        "It redirects, and WCS is not known to follow: use the address it leads to.",
    ),
}


@dataclass(frozen=True, slots=True)
class Scene:
    app_key: str
    origin: str
    callee: str | None
    secret: str | None = field(repr=False)  # None: the instance does not sign


@dataclass(frozen=True, slots=True)
class Step:
    part: str
    hook: str
    outcome: str
    milliseconds: float | None = None  # None: nothing was posted
    status: int | None = None
    findings: list[str] = field(default_factory=list)


class Play:
    def __init__(self, wcs: StandIn, scene: Scene, explain: Explain) -> None:
        self._wcs, self._scene, self._explain = wcs, scene, explain
        self._part = CALLS
        self.steps: list[Step] = []

    @property
    def findings(self) -> list[str]:
        """Each once, in the order they were met."""
        return list(dict.fromkeys(finding for step in self.steps for finding in step.findings))

    def run(self) -> None:
        try:
            if self._visit():
                self._part = REFUSED
                self._strangers()
                self._fraudster()
        except Unreachable as error:
            self._note("connection", None, "no hook can be posted", [str(error)])

    # --- a visitor calls

    def _visit(self) -> bool:
        """False if the gateway does not work at all, so that there is no sense in going on."""
        visitor = Visitor(self._scene.app_key, self._scene.origin)
        connection = self._connect(visitor)
        if connection is None:
            return self.steps[-1].status in (HTTPStatus.OK, HTTPStatus.FORBIDDEN)
        try:
            self._connection_event("ConnectionStatusEvent", visitor, connection, "ESTABLISHED")
            if connection.get("sipRegisterRequired"):
                self._connection_event("RegistrationStatusEvent", visitor, connection, "REGISTERED")
            self._call(visitor)
        finally:  # however it went, the session is not left open
            self._connection_event("ConnectionStatusEvent", visitor, connection, "DISCONNECTED")
        return True

    def _connect(self, visitor: Visitor, hook: str = "connect") -> dict[str, Any] | None:
        reply = self._wcs.post("connect", visitor.connection, self._scene.secret)
        if reply.answer is None:
            self._note(
                hook,
                reply,
                "WCS refuses the visitor",
                [self._why_refused("connect", visitor, reply)],
            )
            return None
        visitor.answer = reply.answer
        connection = verdict.connected(visitor.connection, visitor.answer)
        account = f"{connection['sipLogin']}@{connection['sipDomain']}:{connection['sipPort']}"
        password = DOTS if connection["sipPassword"] else "none"
        findings = [
            *verdict.of_connect(visitor.connection, visitor.answer),
            *verdict.of_config(visitor.answer),
        ]
        self._note(hook, reply, f"SIP account {account}, password {password}", findings)
        return connection

    def _connection_event(
        self, method: str, visitor: Visitor, connection: Fields, status: str
    ) -> None:
        self._event(method, visitor, connection_status(connection, status), own=visitor.connection)

    def _call(self, visitor: Visitor) -> None:
        asked = visitor.call(self._scene.callee)
        reply, call = self._invoke("call", visitor, asked)
        self._note_call(visitor, asked, reply, call)
        if call is None:
            return
        for status, sip_status in (("TRYING", 100), ("RING", 180), ("ESTABLISHED", 200)):
            self._event(
                "CallStatusEvent", visitor, call_status(call, status, sip_status), own=asked
            )
        self._hang_up(visitor)
        self._event("CallStatusEvent", visitor, call_status(call, "FINISH", 200), own=asked)

    def _note_call(
        self, visitor: Visitor, asked: Fields, reply: Reply | None, call: Fields | None
    ) -> None:
        entry = visitor.entry("call")
        dials = f"WCS dials {masked(call['callee'])}" if call else "WCS dials nobody"
        if reply is None:
            self._note("call", None, f"WCS does not ask; {dials}", [])
        elif reply.answer is None:
            self._note(
                "call", reply, f"refused; {dials}", [self._why_refused("call", visitor, reply)]
            )
        else:
            page = asked["callee"] or "nobody in particular"
            findings = verdict.of_call(asked, reply.answer, entry)
            self._note("call", reply, f"the page asks for {page}; {dials}", findings)

    def _hang_up(self, visitor: Visitor) -> None:
        reply, done = self._invoke("hangup", visitor, visitor.of_call())
        outcome = "WCS goes on with the call" if done is None else "WCS hangs up"
        self._note("hangup", reply, outcome, _not_ok("hangup", reply))

    def _event(self, method: str, visitor: Visitor, fields: dict[str, Any], own: Fields) -> None:
        reply, shown = self._invoke(method, visitor, fields)
        learned = verdict.of_learning(own, shown or fields, visitor.entry(method))
        outcome = (
            "the browser learns more than it may"
            if learned
            else "the browser learns nothing of the answers"
        )
        self._note(
            f"{method} {fields['status']}", reply, outcome, [*_not_ok(method, reply), *learned]
        )

    # --- what must be refused

    def _strangers(self) -> None:
        scene = self._scene
        like = f"{scene.origin}.evil.example"
        self._stranger(
            f"connect from {like}",
            like,
            scene.secret,
            "so that page gets the tenant's SIP account.",
        )
        anybody = "so whoever reaches the hook URL gets the SIP password."
        self._stranger("connect with no signature", scene.origin, None, anybody)
        if scene.secret is not None:
            self._stranger(
                "connect with a wrong signature", scene.origin, secrets.token_urlsafe(16), anybody
            )

    def _stranger(self, hook: str, origin: str, secret: str | None, consequence: str) -> None:
        visitor = Visitor(self._scene.app_key, origin)
        reply = self._wcs.post("connect", visitor.connection, secret)
        consequence = (
            consequence
            if reply.status == HTTPStatus.OK
            else "so it is not clear that it was refused."
        )
        self._note(hook, reply, _refusal(reply, stops=True), _not_refused(hook, reply, consequence))
        if reply.status == HTTPStatus.OK:
            self._leave(visitor)

    def _fraudster(self) -> None:
        """In a session of his own: from the right page, as every visitor can open it."""
        visitor = Visitor(self._scene.app_key, self._scene.origin)
        if self._connect(visitor, "connect of a fraudster") is None:
            return
        try:
            self._fraud(f"call to {PREMIUM_NUMBER}", "call", visitor, visitor.call(PREMIUM_NUMBER))
            self._fraud(
                f"transfer to {PREMIUM_NUMBER}",
                "transfer",
                visitor,
                visitor.of_call(target=PREMIUM_NUMBER),
            )
            stream = {
                "mediaSessionId": visitor.call_id,
                "name": "rehearsal",
                "published": True,
                "hasAudio": True,
            }
            self._fraud("publishStream", "publishStream", visitor, {**visitor.context, **stream})
            incoming = visitor.of_call(
                incoming=True, caller=PREMIUM_NUMBER, callee="rehearsal", status="RING"
            )
            self._fraud("OnCallEvent", "OnCallEvent", visitor, incoming)
        finally:
            self._leave(visitor)

    def _fraud(self, hook: str, method: str, visitor: Visitor, fields: dict[str, Any]) -> None:
        reply, done = self._invoke(method, visitor, fields)
        # That WCS does not ask, or goes on when it is refused, is a finding of the restClientConfig already.
        consequence = "though WCS would stop." if done is None else "so WCS would do it."
        findings = _not_refused(hook, reply, consequence) if reply else []
        if method == "call" and done is not None and done["callee"] == PREMIUM_NUMBER:
            findings.append(f"WCS would dial {PREMIUM_NUMBER}, the number the browser sent.")
        outcome = _refusal(reply, stops=done is None) if reply else "WCS does not ask, and does it"
        self._note(hook, reply, outcome, findings)

    def _leave(self, visitor: Visitor) -> None:
        fields = connection_status(visitor.connection, "DISCONNECTED")
        self._wcs.post("ConnectionStatusEvent", fields, self._scene.secret)

    # --- of both

    def _invoke(
        self, method: str, visitor: Visitor, fields: dict[str, Any]
    ) -> tuple[Reply | None, dict[str, Any] | None]:
        """Posts what WCS would post, if it would; and what WCS goes on with, if it does."""
        entry = visitor.entry(method)
        reply = (
            self._wcs.post(method, verdict.posted(fields, entry), self._scene.secret)
            if entry.is_asked
            else None
        )
        done = verdict.invoked(fields, reply.answer if reply else None, entry)
        # An event has happened: nothing stops it.
        return reply, fields if done is None and METHODS[method].kind is Kind.EVENT else done

    def _why_refused(self, method: str, visitor: Visitor, reply: Reply) -> str:
        if reply.fault:
            return reply.fault
        what = (
            f"from {self._scene.origin}"
            if method == "connect"
            else f"for {self._scene.callee or 'the default callee'}"
        )
        known = self._explain(method, visitor.context["sessionId"])
        why = f"{known} {_SEE}" if known else _guess(method, reply.status or 0)
        return f"The {method} {what} was refused with {reply.status}. {why}"

    def _note(self, hook: str, reply: Reply | None, outcome: str, findings: list[str]) -> None:
        faults = [reply.fault] if reply and reply.fault else []
        if reply and reply.milliseconds > REST_REQUEST_TIMEOUT * 1000 and reply.status is not None:
            seconds = f"{reply.milliseconds / 1000:.1f} s"
            faults.append(
                f"The answer to {hook} took {seconds}: with rest_request_timeout={REST_REQUEST_TIMEOUT} WCS gives up."
            )
        milliseconds, status = (
            (round(reply.milliseconds, 1), reply.status) if reply else (None, None)
        )
        self.steps.append(
            Step(
                self._part,
                hook,
                outcome,
                milliseconds,
                status,
                list(dict.fromkeys(faults + findings)),
            )
        )


def _guess(method: str, status: int) -> str:
    return (
        _GUESSES.get((method, status)) or _MEANINGS.get(status) or "The gateway's log may say why."
    )


def _not_ok(method: str, reply: Reply | None) -> list[str]:
    if reply is None or reply.status in (HTTPStatus.OK, None):
        return []
    return [f"{method} was answered with {reply.status}; WCS takes anything but 200 for an error."]


def _not_refused(hook: str, reply: Reply, consequence: str) -> list[str]:
    if reply.status in (HTTPStatus.FORBIDDEN, None):
        return []
    return [f"The {hook} was answered with {reply.status} instead of 403, {consequence}"]


def _refusal(reply: Reply, stops: bool) -> str:
    if reply.status == HTTPStatus.OK:
        return "allowed"
    return "refused, WCS stops" if stops else "refused, but WCS goes on"
