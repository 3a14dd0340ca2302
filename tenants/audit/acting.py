"""Who acts: written as a comment in front of each statement that changes something, where the triggers read it."""

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
LONGEST_NAME = 150


class Acting(NamedTuple):
    via: str  # "admin", or the name of a command
    user: int | None
    name: str  # of the user, or of the operating system's user who runs the command
    address: str = ""


_acting: ContextVar[Callable[[], Acting] | None] = ContextVar("acting", default=None)
_entry: ContextVar[int | None] = ContextVar("entry", default=None)


@contextlib.contextmanager
def acting(via: str, actor: Any = None, name: str = "", address: str = "") -> Iterator[None]:
    """`actor` is a user; without one, `name` says who it is."""
    who = Acting(via, actor and actor.pk, actor.get_username() if actor else name, address)
    with _set(_acting, lambda: who):
        yield


@contextlib.contextmanager
def acting_for(request: HttpRequest) -> Iterator[None]:
    """The user is looked at when something is written, and not before: signing in changes who it is."""
    with _set(_acting, lambda: _of_request(request)):
        yield


@contextlib.contextmanager
def commanded(arguments: list[str]) -> Iterator[None]:
    """A management command, run by a user of the operating system."""
    with acting(via=arguments[0] if arguments else "manage.py", name=_system_user()):
        yield


@contextlib.contextmanager
def counted_in(entry: int) -> Iterator[None]:
    """Changes get no entry each, but are counted in this one."""
    with _set(_entry, entry):
        yield


def stamped(sql: str) -> str:
    """For statements that do not pass Django's cursors, such as COPY, this has to be called by hand."""
    who, entry = _acting.get(), _entry.get()
    stamp = {**(who()._asdict() if who else {}), **({"entry": entry} if entry else {})}
    if not stamp:
        return sql
    # No star can end the comment, no percent sign is taken for a parameter, and PostgreSQL's JSON holds no NUL.
    text = json.dumps(stamp).replace("*", "\\u002a").replace("%", "\\u0025").replace("\\u0000", "")
    return f"/*clickhook {text}*/ {sql}"


def stamp_changes(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """For `connection.execute_wrappers`."""
    return execute(
        stamped(sql) if isinstance(sql, str) and _CHANGES.match(sql) else sql, params, many, context
    )


def stamp_connection(connection: Any, **kwargs: Any) -> None:
    """For the signal `connection_created`: the wrapper stays when the connection is made anew."""
    if stamp_changes not in connection.execute_wrappers:
        connection.execute_wrappers.append(stamp_changes)


def _of_request(request: HttpRequest) -> Acting:
    user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    name = user.get_username()[:LONGEST_NAME] if user is not None and known else ""
    return Acting(
        "admin",
        user.pk if user is not None and known else None,
        name,
        client_address(request) or "",
    )


def _system_user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # as in a container
        return f"uid {os.getuid()}"


@contextlib.contextmanager
def _set(variable: ContextVar[Any], value: Any) -> Iterator[None]:
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)
