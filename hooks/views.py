"""The hook view: DRF's authentication, parser, renderer and exception handler around the lanes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hooks.authentication import Refused, WcsAuthentication
from hooks.facts import Instance
from hooks.hook import Hook, parse_origin
from hooks.lanes import Lanes
from hooks.methods import METHODS, REST_CLIENT_CONFIG
from hooks.metrics import count_hook
from hooks.outcome import Answer, Outcome
from hooks.payloads import Malformed, Payload, check_shape, parse
from hooks.reasons import Decision, Reason
from hooks.reasons.neutral import refusal
from hooks.recording import LoggedEvent, Record
from hooks.request import HookRequest
from hooks.steady_pace import SteadyPace
from hooks.tickets.credentials import read_credentials
from tenants.secrets.encryption import SecretUnreadable

log = logging.getLogger("hooks")
# Strangers could fill the disk: one event of each instance and reason is kept in so many seconds.
STRANGERS_EVERY = 10.0
# An unreadable secret may be the signing secret itself, so whoever posted is a stranger yet.
_STRANGERS = {
    Reason.SIGNATURE_MISSING,
    Reason.SIGNATURE_WRONG,
    Reason.SECRET_MISSING,
    Reason.SECRET_UNREADABLE,
}
_ALARMS = {
    Reason.CALL_NEVER_ASKED,
    Reason.REFUSED_CALL_WENT_ON,
    Reason.SECRET_UNREADABLE,
    Reason.CONNECT_REPLAYED,
    Reason.STREAM_NEVER_ASKED,
    Reason.REFUSED_STREAM_WENT_ON,
    Reason.STREAM_WENT_ELSEWHERE,
}
_REST_CLIENT_CONFIG = orjson.Fragment(orjson.dumps(REST_CLIENT_CONFIG))
# What ends a hook before there is anything to decide. Any other error is a fault of ours.
REFUSALS = (Refused, Malformed, UnsupportedMediaType, SecretUnreadable)
_strangers_seen: dict[tuple[str, Reason], float] = {}
# Each waits on its own connection, where nothing more is read meanwhile: so the time of the process
# that strangers have together does not grow with what they send.
_strangers_pace = SteadyPace(a_second=50, at_once=100)


class WcsParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Raises Malformed."""
        return parse(stream.read())


class WcsRenderer(BaseRenderer):
    """Every connect answer holds the same restClientConfig, so it is rendered once."""

    media_type, format, charset = "application/json", "json", None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        if "restClientConfig" in data:
            data = {**data, "restClientConfig": _REST_CLIENT_CONFIG}
        return orjson.dumps(data)


class WcsNegotiation(BaseContentNegotiation):
    def select_parser(self, request: Request, parsers: Any) -> Any:
        media_type = request.content_type.partition(";")[0].strip().lower()
        return parsers[0] if media_type == WcsParser.media_type else None


# None of them keeps anything of a hook.
_PARSERS: list[BaseParser] = [WcsParser()]
_AUTHENTICATORS: list[BaseAuthentication] = [WcsAuthentication()]
_RENDERER, _NEGOTIATOR = WcsRenderer(), WcsNegotiation()


class WcsResponse(Response):
    """What leads in a circle has to be collected: every thousand hooks, one waited for that."""

    charset = "utf-8"  # Django parses the content type for it, in every response
    renderer_context: dict[str, Any]  # DRF sets it

    @property
    def rendered_content(self) -> Any:
        try:
            return super().rendered_content
        finally:
            self.renderer_context.clear()  # it leads back to this response


class HookView(APIView):
    permission_classes = ()
    throttle_classes = ()
    lanes: Lanes  # the gateway sets it
    args, kwargs, headers = (), {}, {}  # DRF's; a hook has none of its own

    async def dispatch(  # type: ignore[override]  # DRF's own, but it waits for a lane
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> Response:
        asked = self.request = self.initialize_request(request)
        # WCS reads JSON, whatever its Accept header says.
        asked.accepted_renderer, asked.accepted_media_type = _RENDERER, _RENDERER.media_type
        try:
            await self._authenticate(asked)
            answer = await self.post(asked)
        except REFUSALS as error:
            answer = await self._refuse(asked, error)
        response = WcsResponse(_told(answer, _posted(asked)), status=answer.reason.status)
        finalized = self.finalize_response(asked, response)
        asked.parser_context.clear()  # it leads back to the request
        count_answer(_posted(asked), answer.reason)
        if answer.reason in _STRANGERS | {Reason.INSTANCE_UNKNOWN}:
            _posted(asked).drop_body()
            await strangers_turn()
        return finalized

    def get_parsers(self) -> list[BaseParser]:
        return _PARSERS

    def get_authenticators(self) -> list[BaseAuthentication]:
        return _AUTHENTICATORS

    def get_content_negotiator(self) -> BaseContentNegotiation:
        return _NEGOTIATOR

    async def post(self, request: Request) -> Answer:
        """Raises Malformed."""
        posted = _posted(request)
        payload: Payload = request.data  # type: ignore[assignment]  # as WcsParser gives it
        check_shape(payload, posted.wcs_method)

        origin = parse_origin(payload, posted.wcs_method)
        credentials = read_credentials(payload, posted.wcs_method)
        hook = Hook(
            posted.id,
            posted.key,
            posted.wcs_method,
            payload,
            posted.received_at,
            origin,
            posted.instance,
            posted.proof,
            credentials,
            await self.lanes.logins.check(posted.key, credentials, origin),
        )
        answer = await self.lanes.answer(hook)
        log_answer(answer, posted)
        return answer

    async def _authenticate(self, request: Request) -> None:
        """By what is remembered of the instance; where that does not do, by asking the database.

        Raises Refused and SecretUnreadable.
        """
        posted, known = _posted(request), self.lanes.known
        posted.instance = known.get(posted.key)
        try:
            return self.perform_authentication(request)
        except (Refused, SecretUnreadable):
            asked = await known.ask(posted.key)
            if asked == posted.instance:
                raise  # hashing a large body once more would say the same
            posted.instance = asked
        return self.perform_authentication(request)

    async def _refuse(self, request: Request, error: Exception) -> Answer:
        posted, answer = _posted(request), explain_refusal(error)
        instance, reason = posted.instance, answer.reason
        if instance is None or not _is_kept(instance, reason):
            return answer

        log_answer(answer, posted)
        event: LoggedEvent = {
            "hook_id": posted.id,
            "received_at": posted.received_at,
            "method": posted.wcs_method.name,
            "decision": reason.decision,
            "reason": reason,
            "detail": answer.detail,
            "body": {},
            "instance_id": instance.id,
            "tenant_id": None,
            "session_id": None,
            "call_id": None,
            "only_with": None,
        }
        await self.lanes.record(Outcome(answer, Record(event)))
        return answer


def _told(answer: Answer, posted: HookRequest) -> dict[str, Any]:
    """The page shows what it is told, so a refusal names what the page asked for."""
    if answer.reason.decision is Decision.REFUSED:
        return refusal(answer.reason.status, posted.wcs_method.about)
    return answer.body


async def strangers_turn() -> None:
    if seconds := _strangers_pace.take_turn(time.monotonic()):
        await asyncio.sleep(seconds)


def explain_refusal(error: Exception) -> Answer:
    match error:
        case Refused():
            return Answer.refusal(error.reason)
        case Malformed():
            return Answer.refusal(Reason.MALFORMED, str(error))
        case UnsupportedMediaType():
            return Answer.refusal(Reason.CONTENT_TYPE)
    return Answer.refusal(Reason.SECRET_UNREADABLE, str(error))


def log_answer(answer: Answer, posted: HookRequest) -> None:
    """Nothing that a browser or a stranger chose goes into the line, so nobody forges another.

    The event's row has the same hook id.
    """
    reason, is_alarm = answer.reason, answer.reason in _ALARMS
    level = logging.INFO if reason.decision is Decision.REFUSED else logging.DEBUG
    if not is_alarm and not log.isEnabledFor(level):
        return

    known = {
        "hook_id": posted.id,
        "method": posted.wcs_method.name if posted.wcs_method.name in METHODS else "other",
        "decision": reason.decision,
        "reason": reason,
        "wcs": posted.instance and posted.instance.id,
        "wcs_name": posted.instance and posted.instance.name,
    }
    whose = f"instance {known['wcs_name']} ({known['wcs']}), hook_id {posted.id}"
    if is_alarm:
        log.error("%s of %s: %s", reason, whose, answer.detail or reason.advice, extra=known)
    else:
        log.log(level, "%s a hook of %s: %s", reason.decision, whose, reason, extra=known)


def count_answer(posted: HookRequest, reason: Reason) -> None:
    seconds = time.perf_counter() - posted.began_at
    count_hook(posted.wcs_method, posted.instance, reason, seconds)


def _posted(request: Request) -> HookRequest:
    posted = request._request
    assert isinstance(posted, HookRequest)  # noqa: S101 - the gateway makes no other
    return posted


def _is_kept(instance: Instance, reason: Reason) -> bool:
    if reason not in _STRANGERS:
        return True
    now, seen = time.monotonic(), (instance.id, reason)
    if now - _strangers_seen.get(seen, -STRANGERS_EVERY) < STRANGERS_EVERY:
        return False
    _strangers_seen[seen] = now
    return True
