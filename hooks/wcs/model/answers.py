"""What a WCS does with the answer to a hook: overwrite fields, stop or go on, exclude fields.

D: docs.flashphoner.com, "restClientConfig object description", "Error handling", "REST methods".
"""

from __future__ import annotations

import json
from typing import Any

from hooks.wcs.model.methods import CONTEXT_FIELDS
from hooks.wcs.model.rest_client_config import Entry, Fields


def read_answer(
    method: str, status: int, content_type: str, body: bytes
) -> tuple[dict[str, Any] | None, str]:
    """The object WCS takes from it, None if it is an error to WCS; and a sentence on a fault."""
    if status != 200:
        return None, ""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        return None, f"The answer to {method} is no JSON object, so WCS would take it for an error."

    media_type = content_type.partition(";")[0].strip()
    if media_type.lower() != "application/json":
        named = media_type[:40] or "missing"
        asked = "where WCS asks for application/json"
        return answer, f"The Content-Type of the answer to {method} is {named}, {asked}."
    return answer, ""


def select_posted(fields: Fields, entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in entry.rest_exclude}


def accept_connection(sent: Fields, answer: Fields) -> dict[str, Any]:
    """Every field of the answer to connect is taken, whatever restClientConfig says."""
    own = {name: value for name, value in answer.items() if name not in CONTEXT_FIELDS}
    return {**sent, **own}


def continue_with(sent: Fields, answer: Fields | None, entry: Entry) -> dict[str, Any] | None:
    """The fields WCS goes on with; None if it stops. An answer of None is missing or an error."""
    if not entry.is_asked:
        return dict(sent)
    if answer is None:
        return None if entry.fails_closed else dict(sent)

    taken = entry.overwrite - set(CONTEXT_FIELDS) if entry.overwrites else frozenset()
    return {**sent, **{name: value for name, value in answer.items() if name in taken}}


def select_shown_to_browser(fields: Fields, entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in entry.client_exclude}
