"""Bodies that no import file has: their fields by name and kind; unknown ones are refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

from django.core.exceptions import ValidationError

from clickhook.api.problems import FieldError, Kind, Problem
from tenants.transfer.problems import printable
from tenants.transfer.reading.json_document import Object
from tenants.transfer.reading.values import WrongValue, checked_text, type_name
from tenants.written_time import parse_time


class Lines:
    """The kind of a text that may have several lines; whoever takes it checks it."""


TEXT, LIST, BOOLEAN = str, list, bool
_NAMES = {TEXT: "a text", Lines: "a text", LIST: "a list of texts", BOOLEAN: "true or false"}
NO_TIME = "Write a time like 2026-11-27T18:30:00Z."


def read_fields(
    given: Object, kinds: Mapping[str, type], required: Collection[str] = ()
) -> dict[str, Any]:
    """Those that are given. Raises Problem, with each error at its place."""
    errors = [
        FieldError(f"/{_shown(name)}", f"This key is unknown. Possible are {', '.join(kinds)}.")
        for name in given
        if name not in kinds
    ]
    errors += [FieldError(f"/{name}", "This key is given twice.") for name in given.repeated]
    errors += [
        FieldError(f"/{name}", "This key is required.") for name in required if name not in given
    ]
    for name, kind in kinds.items():
        if name in given and (wrong := _wrong_kind(given[name], kind)):
            errors.append(FieldError(f"/{name}", wrong))
    if errors:
        raise Problem(Kind.INVALID, errors=errors)
    return dict(given)


def read_time(name: str, text: str) -> datetime:
    at = parse_time(text)
    if at is None:
        raise Problem(Kind.INVALID, errors=[FieldError(name, NO_TIME)])
    return at


def read_uuid(name: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Problem(Kind.INVALID, errors=[FieldError(name, "This is no id.")]) from None


def refuse_invalid(error: ValidationError) -> NoReturn:
    """With what a model says about its fields."""
    errors = [
        FieldError("" if name == "__all__" else f"/{name}", printable(message))
        for name, messages in error.update_error_dict({}).items()
        for message in ValidationError(messages).messages
    ]
    raise Problem(Kind.INVALID, errors=errors) from None


def _wrong_kind(value: Any, kind: type) -> str:
    wrong = f"Expected {_NAMES[kind]}, not {type_name(value)}."
    if type(value) is not (str if kind is Lines else kind):
        return wrong
    texts: Any = value if kind is LIST else [value] if kind is TEXT else []
    try:
        for text in texts:
            if not isinstance(text, str):
                return wrong if kind is TEXT else "Expected a list of texts."
            checked_text(text)
    except WrongValue as error:
        return str(error)
    return ""


def _shown(name: str) -> str:
    """An unknown key may be half of a secret, or long."""
    return name if name.isidentifier() and len(name) <= 40 else ""
