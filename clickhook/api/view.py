"""What every request to the API goes through, before and after its own method."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, ClassVar

from django.db import transaction
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clickhook.api.authentication import KeyAuthentication, key_of
from clickhook.api.counting import count_request
from clickhook.api.idempotency import once
from clickhook.api.pace import KeyPace
from clickhook.api.parsing import ObjectParser
from clickhook.api.permission import ScopePermission
from clickhook.api.problems import FieldError, Kind, Problem, answer_problem
from tenants.audit.acting import LONGEST_NAME, acting
from tenants.sign_in.client_address import client_address
from tenants.transfer.reading.json_document import Object

LONGEST_PARAMETER = 500  # characters


class OneRenderer(BaseContentNegotiation):
    """Answers are JSON, whatever the Accept header says."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        media_type = request.content_type.partition(";")[0].strip().lower()
        fitting = [parser for parser in parsers if parser.media_type == media_type]
        return fitting[0] if fitting else None

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    authentication_classes = (KeyAuthentication,)
    permission_classes = (ScopePermission,)
    throttle_classes = (KeyPace,)
    parser_classes: Any = (ObjectParser,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = OneRenderer
    metadata_class = None
    resource = ""  # as scopes name it
    for_whole_installation = False
    parameters: ClassVar[dict[str, tuple[str, ...]]] = {}  # of the address, by method
    longest_body = 1024 * 1024  # bytes
    body = b""  # as it came
    asked_by = "no key"  # as far as it is known
    pace_headers: ClassVar[dict[str, str]] = {}

    def get_exception_handler(self) -> Any:
        return answer_problem

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        self.asked_by = key_of(request).shown_id

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self._check_parameters(request)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        began = time.monotonic()
        response: Any = super().dispatch(request, *args, **kwargs)
        count_request(request.method, response.status_code, time.monotonic() - began)
        for name, value in {**self.pace_headers, "Cache-Control": "no-store"}.items():
            response.headers[name] = value
        return response

    def parameter(self, name: str) -> str:
        """Empty where it is not given."""
        return str(self.request.query_params.get(name, ""))

    def _check_parameters(self, request: Request) -> None:
        method = "GET" if request.method == "HEAD" else str(request.method)
        known = self.parameters.get(method, ())
        for name, values in request.query_params.lists():
            if name not in known:
                detail = f"Known parameters: {', '.join(known) or 'none'}."
                raise Problem(Kind.MALFORMED, detail)
            if len(values) > 1 or len(values[0]) > LONGEST_PARAMETER or "\0" in values[0]:
                error = FieldError(name, "One value, of at most 500 characters.")
                raise Problem(Kind.MALFORMED, errors=[error])

    @property
    def given(self) -> Object:
        """The body."""
        data = self.request.data
        return data if isinstance(data, Object) else Object()

    def acting(self) -> AbstractContextManager[None]:
        """The audit names the key."""
        name, address = str(self.request.auth)[:LONGEST_NAME], client_address(self.request)
        return acting("api", name=name, address=address or "")

    def write(self, act: Callable[[], Response]) -> Response:
        """In one transaction. `act` may be a POST that must not be done twice."""
        _ = self.given  # an unreadable body is refused before anything is locked
        with self.acting(), transaction.atomic():
            if self.request.method == "POST":
                return once(self.request, self.body, act)
            return act()
