"""What a refusal tells the visitor's browser, to which WCS hands the sentence on."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus


class Subject(StrEnum):
    """What a hook asks for."""

    CALLS = "calls"
    STREAMS = "streams"
    MESSAGES = "messages"


_OF_ANYTHING = {
    HTTPStatus.BAD_REQUEST: "Bad request",
    HTTPStatus.NOT_FOUND: "Not found",
    HTTPStatus.METHOD_NOT_ALLOWED: "Method not allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Too large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Unsupported media type",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests",
}
NEUTRAL = {
    Subject.CALLS: {
        **_OF_ANYTHING,
        HTTPStatus.FORBIDDEN: "Calls are not available here",
        HTTPStatus.SERVICE_UNAVAILABLE: "Calls are not available now",
    },
    Subject.STREAMS: {
        **_OF_ANYTHING,
        HTTPStatus.FORBIDDEN: "Streams are not available here",
        HTTPStatus.SERVICE_UNAVAILABLE: "Streams are not available now",
    },
    Subject.MESSAGES: {
        **_OF_ANYTHING,
        HTTPStatus.FORBIDDEN: "Messages are not available here",
        HTTPStatus.SERVICE_UNAVAILABLE: "Messages are not available now",
    },
}


def refusal(status: HTTPStatus, subject: Subject = Subject.CALLS) -> dict[str, int | str]:
    """Exactly these two keys: with any other, WCS shows the visitor the HTTP reason phrase instead.

    Source: docs.flashphoner.com, "Sending custom error message to a client", since build 5.2.968.
    """
    return {"status": status.value, "reason": NEUTRAL[subject][status]}


def sentences_of(*subjects: Subject) -> set[str]:
    """Ours and HTTP's own, which an older WCS reports instead: by them a report of what was refused
    is told from that of a failure.
    """
    ours = {sentence for subject in subjects for sentence in NEUTRAL[subject].values()}
    return ours | {status.phrase for status in NEUTRAL[Subject.CALLS]}
