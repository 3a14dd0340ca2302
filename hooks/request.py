"""A hook's POST as DRF takes it: Django's request, with what a hook needs of one."""

from __future__ import annotations

import io
import time
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

from hooks.clock import clock
from hooks.facts import Instance
from hooks.hook import Proof
from hooks.methods import Method
from hooks.row_id import new_row_id_text


class HookRequest(HttpRequest):
    """Made without Django's handler and middleware, which cost more than the rest of a hook.

    Django's own constructor would make five dictionaries that no hook has.
    """

    GET = POST = QueryDict()
    COOKIES: dict[str, str] = {}
    FILES: MultiValueDict[str, Any] = MultiValueDict()

    def __init__(
        self, key: str, wcs_method: Method, headers: dict[bytes, bytes], body: bytes
    ) -> None:
        self.key, self.wcs_method = key, wcs_method
        self.id, self.received_at = new_row_id_text(), clock.now()
        self.began_at = time.perf_counter()
        self.proof = Proof(body, headers.get(b"authorization", b"").decode("latin-1"))
        self.instance: Instance | None = None  # whom the key names, as far as it is known

        self.method = "POST"
        # DRF takes a body of length 0 for none at all and would not parse it; a body that came in
        # chunks has no such header. The body itself is here, whole and bounded.
        self.META = {
            "CONTENT_TYPE": headers.get(b"content-type", b"").decode("latin-1"),
            "CONTENT_LENGTH": str(len(body) or 1),
        }
        self._stream, self._read_started = io.BytesIO(body), False

    def drop_body(self) -> None:
        """So that a stranger who waits for the refusal takes up no room."""
        self.proof = Proof(b"", self.proof.header)
        self._stream = io.BytesIO()
