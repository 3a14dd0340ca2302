"""Posts the hooks of a rehearsal as a WCS would, and notes each as a step."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from hooks.wcs.configuration import REST_REQUEST_TIMEOUT_SECONDS
from hooks.wcs.model.answers import accept_connection, continue_with, select_posted
from hooks.wcs.model.methods import POSTED_METHODS, Start
from hooks.wcs.model.rest_client_config import Fields
from hooks.wcs.rehearsal import verdict
from hooks.wcs.rehearsal.explanations import SEE_EVENTS, Explain, guess_reason
from hooks.wcs.rehearsal.stand_in import Reply, StandIn
from hooks.wcs.rehearsal.steps import Part, RehearsalStep, Scene
from hooks.wcs.rehearsal.visitor import Visitor
from tenants.secrets.encryption import DOTS


class Play:
    def __init__(self, wcs: StandIn, scene: Scene, explain: Explain) -> None:
        self._wcs, self.scene, self._explain = wcs, scene, explain
        self.part = Part.VISIT
        self.steps: list[RehearsalStep] = []
        self.used_ticket = ""  # the one with which the visitor was let in

    def connect(self, visitor: Visitor, hook: str = "connect") -> dict[str, Any] | None:
        """The connection as WCS has it; None if it was refused."""
        reply = self.post("connect", visitor.connection)
        if reply.answer is None:
            why = self.tell_why_refused("connect", visitor, reply)
            self.note(hook, reply, "WCS refuses the visitor", [why])
            return None

        visitor.answer = reply.answer
        connection = accept_connection(visitor.connection, visitor.answer)
        findings = [
            *verdict.judge_connect(visitor.connection, visitor.answer),
            *verdict.judge_config(visitor.answer),
        ]
        self.note(hook, reply, _describe_account(connection), findings)
        return connection

    def invoke(
        self, method: str, visitor: Visitor, fields: dict[str, Any]
    ) -> tuple[Reply | None, dict[str, Any] | None]:
        """The reply, None if WCS does not ask; and what WCS goes on with, None if it stops."""
        entry = visitor.entry(method)
        reply = self.post(method, select_posted(fields, entry)) if entry.is_asked else None
        done = continue_with(fields, reply.answer if reply else None, entry)

        has_happened = POSTED_METHODS[method].start is Start.EVENT
        return reply, fields if done is None and has_happened else done

    def post(self, method: str, fields: Fields) -> Reply:
        return self._wcs.post(method, fields, self.scene.secret)

    def post_as_stranger(self, method: str, fields: Fields, secret: str | None) -> Reply:
        return self._wcs.post(method, fields, secret)

    def close(self) -> None:
        self._wcs.close()
        if self.scene.desk:
            self.scene.desk.close()

    def note(self, hook: str, reply: Reply | None, outcome: str, findings: list[str]) -> None:
        milliseconds = round(reply.milliseconds, 1) if reply else None
        status = reply.status if reply else None
        noted = list(dict.fromkeys([*_list_faults(hook, reply), *findings]))
        self.steps.append(RehearsalStep(self.part, hook, outcome, milliseconds, status, noted))

    def tell_why_refused(self, method: str, visitor: Visitor, reply: Reply) -> str:
        if reply.fault:
            return reply.fault
        asked = (
            f"from {self.scene.origin}"
            if method == "connect"
            else f"for {self.scene.callee or 'the default callee'}"
        )
        recorded = self._explain(method, visitor.context["sessionId"])
        why = f"{recorded} {SEE_EVENTS}" if recorded else guess_reason(method, reply.status or 0)
        return f"The {method} {asked} was refused with {reply.status}. {why}"


def list_not_ok(method: str, reply: Reply | None) -> list[str]:
    if reply is None or reply.status in (HTTPStatus.OK, None):
        return []
    return [f"{method} was answered with {reply.status}; WCS takes anything but 200 for an error."]


def _describe_account(connection: Fields) -> str:
    account = f"{connection['sipLogin']}@{connection['sipDomain']}:{connection['sipPort']}"
    password = DOTS if connection["sipPassword"] else "none"
    return f"SIP account {account}, password {password}"


def _list_faults(hook: str, reply: Reply | None) -> list[str]:
    if reply is None:
        return []
    faults = [reply.fault] if reply.fault else []
    if reply.status is not None and reply.milliseconds > REST_REQUEST_TIMEOUT_SECONDS * 1000:
        limit = f"rest_request_timeout={REST_REQUEST_TIMEOUT_SECONDS}"
        seconds = f"{reply.milliseconds / 1000:.1f} s"
        faults.append(f"The answer to {hook} took {seconds}: with {limit} WCS gives up.")
    return faults
