"""The hook view: the whole of a hook's path, on facts that were read beforehand."""

from __future__ import annotations

import io
import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import IO, Any

from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hooks.answering import logged, respond
from hooks.authentication import Refused, WcsAuthentication
from hooks.hook import Hook
from hooks.methods import REST_CLIENT_CONFIG
from hooks.payloads import Malformed, Payload, require
from hooks.policy import away, decide
from hooks.reasons import Decision, Reason, refusal
from hooks.recording import Record
from tenants.secrets.encryption import SecretUnreadable

log = logging.getLogger("hooks")
# Somebody without a valid signature could fill the disk: of each instance and reason, one event is kept in so many seconds.
STRANGERS_EVERY = 10.0
# An unreadable secret may be the signing secret itself, so whoever posted is a stranger yet.
_STRANGERS = {
    Reason.SIGNATURE_MISSING,
    Reason.SIGNATURE_WRONG,
    Reason.SECRET_MISSING,
    Reason.SECRET_UNREADABLE,
}
_ALARMS = {Reason.CALL_NEVER_ASKED, Reason.REFUSED_CALL_WENT_ON, Reason.SECRET_UNREADABLE}
_REST_CLIENT_CONFIG = json.dumps(REST_CLIENT_CONFIG).encode()
_strangers_seen: dict[tuple[str, Reason], float] = {}


class HookRequest(HttpRequest):
    """What DRF needs of a HttpRequest, without Django's handler around it, and without a query, a form or files."""

    GET = POST = QueryDict()
    COOKIES: dict[str, str] = {}
    FILES: MultiValueDict[str, Any] = MultiValueDict()

    def __init__(self, hook: Hook) -> None:
        self.hook = hook
        self.method = "POST"
        # Never 0, or DRF would take an empty body for one without content, which is not ours to judge here.
        self.META = {"CONTENT_TYPE": hook.content_type, "CONTENT_LENGTH": str(len(hook.body) or 1)}
        self._body, self._stream, self._read_started = hook.body, io.BytesIO(hook.body), True


class WcsParser(BaseParser):
    """The body was parsed when it arrived, since the facts depend on it; here it is let in."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        payload = (parser_context or {})["request"]._request.hook.payload
        if isinstance(payload, Malformed):
            raise payload
        return payload


class WcsRenderer(BaseRenderer):
    """The same restClientConfig goes into every connect answer, so it is rendered once: a third of a hook's time else."""

    media_type, format, charset = "application/json", "json", None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        if "restClientConfig" not in data:
            return json.dumps(data).encode()
        rest = json.dumps(
            {name: value for name, value in data.items() if name != "restClientConfig"}
        )
        return b'%s, "restClientConfig": %s}' % (rest[:-1].encode(), _REST_CLIENT_CONFIG)


_RENDERER = WcsRenderer()


class WcsResponse(Response):
    charset = "utf-8"  # Django parses the content type for it, in every response


class WcsNegotiation(BaseContentNegotiation):
    """WCS posts JSON and reads JSON: there is nothing to negotiate."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        media_type = request.content_type.partition(";")[0].strip().lower()
        return parsers[0] if media_type == WcsParser.media_type else None

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type


class HookView(APIView):
    authentication_classes = (WcsAuthentication,)
    permission_classes = ()
    throttle_classes = ()
    parser_classes = (WcsParser,)
    renderer_classes = (WcsRenderer,)
    content_negotiation_class = WcsNegotiation
    allowed_methods = ["POST"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """There is one renderer and one version, and what is permitted the policy decides."""
        request.accepted_renderer, request.accepted_media_type = _RENDERER, _RENDERER.media_type
        self.perform_authentication(request)

    def post(self, request: Request) -> Response:
        hook: Hook = request._request.hook  # type: ignore[attr-defined]  # ours, see HookRequest
        payload: Payload = request.data  # type: ignore[assignment]  # WcsParser's
        require(payload, *hook.method.requires)
        if hook.database_away:
            reason = away(hook.method)
        else:
            reason = decide(
                hook.method, payload, hook.origin is not None, hook.facts, hook.received_at
            )
        _log(hook, reason)
        answer, hook.record = respond(hook, payload, reason)
        return WcsResponse(answer, status=reason.status)

    def get_exception_handler(self) -> Callable[[Exception, dict[str, Any]], Response | None]:
        return refuse


def refuse(error: Exception, context: dict[str, Any]) -> Response | None:
    """What is refused before there is anything to decide. An error that is none of these is a fault, and goes on."""
    hook: Hook = context["request"]._request.hook
    detail = ""
    match error:
        case Refused():
            reason = error.reason
        case Malformed():
            reason, detail = Reason.MALFORMED, str(error)
        case UnsupportedMediaType():
            reason = Reason.CONTENT_TYPE
        case SecretUnreadable():
            reason, detail = Reason.SECRET_UNREADABLE, str(error)
        case _:
            return None
    if _is_kept(hook, reason):
        _log(hook, reason, detail)
        hook.record = Record(logged(hook, reason, detail=detail, body={}))
    return WcsResponse(refusal(reason.status), status=reason.status)


def _is_kept(hook: Hook, reason: Reason) -> bool:
    if hook.facts.instance_id is None:
        return False
    if reason not in _STRANGERS:
        return True
    now, seen = time.monotonic(), (hook.facts.instance_id, reason)
    if now - _strangers_seen.get(seen, -STRANGERS_EVERY) < STRANGERS_EVERY:
        return False
    _strangers_seen[seen] = now
    return True


def _log(hook: Hook, reason: Reason, detail: str = "") -> None:
    """Nothing that the browser or a stranger chose goes into the line, so nobody can forge another one."""
    if reason in _ALARMS:
        log.error("%s of instance %s: %s", reason, hook.facts.instance_id, detail or reason.advice)
    elif reason.decision is Decision.REFUSED:
        log.info("refused a hook of instance %s: %s", hook.facts.instance_id, reason)


_view = HookView.as_view()


def handle(hook: Hook) -> None:
    """Decides the hook: sets its answer and its record. Raises what is a fault of ours."""
    hook.record, hook.again = None, False
    response = _view(HookRequest(hook))
    response.render()
    hook.answer = response.status_code, response.content
