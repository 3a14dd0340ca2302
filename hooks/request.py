"""A hook's POST as DRF takes it: Django's request, with what a hook needs of one."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from django.http import HttpRequest

from hooks.facts import Instance
from hooks.hook import Proof
from hooks.methods import Method
from hooks.row_id import new_row_id


class HookRequest(HttpRequest):
    """Made without Django's handler and middleware, which cost more than the rest of a hook."""

    def __init__(
        self, key: str, wcs_method: Method, headers: dict[bytes, bytes], body: bytes
    ) -> None:
        super().__init__()
        self.key, self.wcs_method = key, wcs_method
        self.id, self.received_at = str(new_row_id()), datetime.now(UTC)
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
