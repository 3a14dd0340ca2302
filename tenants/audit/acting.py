"""Who acts: a comment in front of each statement that changes something, read by the triggers."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, NamedTuple

from django.http import HttpRequest

from tenants.sign_in.client_address import client_address

_CHANGES = re.compile(r"\s*(INSERT|UPDATE|DELETE|WITH|MERGE|COPY|TRUNCATE)\b", re.IGNORECASE)
LONGEST_NAME = 150  # characters


class Actor(NamedTuple):
    via: str  # "admin", or the name of a command
    user: int | None
    name: str  # of the user, or of the operating system's user who runs the command
    address: str = ""


_actor: ContextVar[Callable[[], Actor] | None] = ContextVar("actor", default=None)
_entry: ContextVar[int | None] = ContextVar("entry", default=None)


@contextlib.contextmanager
def acting(via: str, actor: Any = None, name: str = "", address: str = "") -> Iterator[None]:
    """`actor` is a user; without one, `name` tells who acts."""
    who = Actor(via, actor and actor.pk, actor.get_username() if actor else name, address)
    with _set_variable(_actor, lambda: who):
        yield


@contextlib.contextmanager
def acting_for(request: HttpRequest) -> Iterator[None]:
    """The user is read when something is written, and not before: signing in changes it."""
    with _set_variable(_actor, lambda: _request_actor(request)):
        yield


@contextlib.contextmanager
def commanded(arguments: list[str]) -> Iterator[None]:
    """A management command, run by a user of the operating system."""
    with acting(via=arguments[0] if arguments else "manage.py", name=_system_user()):
        yield


@contextlib.contextmanager
def counted_in(entry: int) -> Iterator[None]:
    """Changes get no entry each, but are counted in this one."""
    with _set_variable(_entry, entry):
        yield


def stamped(sql: str) -> str:
    """To be called for statements that do not pass Django's cursors, such as COPY."""
    who, entry = _actor.get(), _entry.get()
    actor = who()._asdict() if who else {}
    stamp = {**actor, **({"entry": entry} if entry else {})}
    if not stamp:
        return sql
    # No star may end the comment, no percent sign may be taken for a parameter, and PostgreSQL's
    # JSON holds no NUL.
    text = json.dumps(stamp).replace("*", "\\u002a").replace("%", "\\u0025").replace("\\u0000", "")
    return f"/*clickhook {text}*/ {sql}"


def stamp_changes(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """For `connection.execute_wrappers`."""
    changes = isinstance(sql, str) and _CHANGES.match(sql)
    return execute(stamped(sql) if changes else sql, params, many, context)


def stamp_connection(connection: Any, **kwargs: Any) -> None:
    """For the signal `connection_created`, which comes again when a connection is reopened."""
    if stamp_changes not in connection.execute_wrappers:
        connection.execute_wrappers.append(stamp_changes)


def _request_actor(request: HttpRequest) -> Actor:
    user, address = getattr(request, "user", None), client_address(request) or ""
    if user is None or not user.is_authenticated:
        return Actor("admin", None, "", address)
    return Actor("admin", user.pk, user.get_username()[:LONGEST_NAME], address)


def _system_user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # as in a container
        return f"uid {os.getuid()}"


@contextlib.contextmanager
def _set_variable(variable: ContextVar[Any], value: Any) -> Iterator[None]:
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)
