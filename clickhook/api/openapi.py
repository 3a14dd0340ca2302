"""GET /api/v1/openapi.json: the description of the API, as it was made at the build."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse

PLACE = Path(__file__).with_name("openapi.json")


@cache
def read_document() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(PLACE.read_bytes())
    return read


def openapi(request: HttpRequest) -> HttpResponse:
    """It holds no secret, and whoever writes a program needs it before they have a key."""
    return HttpResponse(PLACE.read_bytes(), content_type="application/json")
