"""Refusals: one kind each, answered as RFC 9457 problem details, and logged."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Any, NamedTuple

from django.db import Error, InterfaceError, OperationalError
from django.http import Http404
from psycopg.errors import QueryCanceled, ReadOnlySqlTransaction
from rest_framework import exceptions
from rest_framework.response import Response

log = logging.getLogger("clickhook.api")
MEDIA_TYPE = "application/problem+json"
DOCUMENTED_AT = "/api/v1/#"  # each kind has a place on the page


class Kind(StrEnum):
    """What was refused; the page of the API explains each word."""

    status: HTTPStatus
    sentence: str

    def __new__(cls, word: str, status: HTTPStatus, sentence: str) -> Kind:
        kind = str.__new__(cls, word)
        kind._value_ = word
        kind.status, kind.sentence = status, sentence
        return kind

    MALFORMED = "malformed", HTTPStatus.BAD_REQUEST, "The request cannot be read."
    KEY_MISSING = "key-missing", HTTPStatus.UNAUTHORIZED, "There is no key."
    KEY_IN_URL = "key-in-url", HTTPStatus.UNAUTHORIZED, "The key stands in the address."
    KEY_UNKNOWN = "key-unknown", HTTPStatus.UNAUTHORIZED, "There is no such key."
    KEY_EXPIRED = "key-expired", HTTPStatus.UNAUTHORIZED, "The key has expired."
    KEY_REVOKED = "key-revoked", HTTPStatus.UNAUTHORIZED, "The key was revoked."
    SCOPE_MISSING = "scope-missing", HTTPStatus.FORBIDDEN, "The key may not do this."
    NOT_FOUND = "not-found", HTTPStatus.NOT_FOUND, "There is nothing at this address."
    METHOD = "method-not-allowed", HTTPStatus.METHOD_NOT_ALLOWED, "This method is not taken here."
    CONFLICT = "conflict", HTTPStatus.CONFLICT, "The stored rows do not allow it."
    RUNNING = "still-running", HTTPStatus.CONFLICT, "The same request is being worked on."
    VERSION_CHANGED = (
        "version-changed",
        HTTPStatus.PRECONDITION_FAILED,
        "Somebody changed it meanwhile.",
    )
    TOO_LARGE = "too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large."
    MEDIA_TYPE = (
        "media-type",
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "The body is of a type that is not taken here.",
    )
    INVALID = "invalid", HTTPStatus.UNPROCESSABLE_ENTITY, "Some values cannot be used."
    OTHER_REQUEST = (
        "idempotency-key-used",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The Idempotency-Key belongs to another request.",
    )
    VERSION_MISSING = (
        "version-missing",
        HTTPStatus.PRECONDITION_REQUIRED,
        "The request does not say which version it changes.",
    )
    TOO_OFTEN = "too-often", HTTPStatus.TOO_MANY_REQUESTS, "The key asks too often."
    FAULT = "fault", HTTPStatus.INTERNAL_SERVER_ERROR, "A fault of the gateway itself."
    BUSY = "busy", HTTPStatus.SERVICE_UNAVAILABLE, "The gateway is busy."
    TOO_SLOW = "too-slow", HTTPStatus.SERVICE_UNAVAILABLE, "It took too long."
    DATABASE_AWAY = (
        "database-away",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The database cannot be used at the moment.",
    )


class FieldError(NamedTuple):
    pointer: str  # a JSON pointer into the body, or the name of a parameter or header
    detail: str


class Problem(exceptions.APIException):
    def __init__(
        self,
        kind: Kind,
        detail: str = "",
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        more: int = 0,
    ) -> None:
        """`more`: how many errors there are beside those."""
        super().__init__(detail or kind.sentence)
        self.kind, self.errors, self.more = kind, list(errors), more
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": f"{DOCUMENTED_AT}{self.kind}",
            "title": self.kind.sentence,
            "status": self.kind.status.value,
            "detail": str(self.detail),
        }
        if self.errors:
            body["errors"] = [error._asdict() for error in self.errors]
        return body | ({"more_errors": self.more} if self.more else {})


def is_api(path: str) -> bool:
    return path.startswith("/api/")


def problem_bytes(problem: Problem) -> bytes:
    """For whoever refuses before DRF does."""
    return json.dumps(problem.body).encode()


def answer_problem(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler."""
    problem = problem_of(error)
    _log(problem, error, context)
    headers = problem.headers
    if problem.kind.status is HTTPStatus.UNAUTHORIZED:
        headers |= {"WWW-Authenticate": "Bearer"}
    if problem.kind.status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers.setdefault("Retry-After", "5")
    return Response(problem.body, problem.kind.status, headers=headers, content_type=MEDIA_TYPE)


def problem_of(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, Error) and (kind := _database_kind(error)):
        return Problem(kind)
    if isinstance(error, Http404 | exceptions.NotFound):
        return Problem(Kind.NOT_FOUND)
    if isinstance(error, exceptions.MethodNotAllowed):
        return Problem(Kind.METHOD)
    if isinstance(error, exceptions.UnsupportedMediaType):
        return Problem(Kind.MEDIA_TYPE)
    return Problem(Kind.FAULT)


def _database_kind(error: Error) -> Kind | None:
    if isinstance(error.__cause__, QueryCanceled):
        return Kind.TOO_SLOW
    is_away = isinstance(error, OperationalError | InterfaceError)
    is_away = is_away or isinstance(error.__cause__, ReadOnlySqlTransaction)
    return Kind.DATABASE_AWAY if is_away else None


def _log(problem: Problem, error: Exception, context: Mapping[str, Any]) -> None:
    """Never the query string, the body or a whole key."""
    view = context["view"]
    told = (context["request"].method, view.resource, view.asked_by, problem.kind.value)
    if problem.kind is Kind.FAULT:
        log.error("%s %s, %s: %s", *told, exc_info=error)
    else:
        log.info("%s %s, %s: refused, %s", *told)
