"""What a database refuses to everybody or to this user, in a sentence instead of a traceback."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from django.db import DatabaseError
from psycopg import OperationalError
from psycopg.errors import InsufficientPrivilege, InvalidAuthorizationSpecification

REFUSALS = (OperationalError, InsufficientPrivilege, InvalidAuthorizationSpecification)


@contextlib.contextmanager
def refusals_in_a_sentence() -> Iterator[None]:
    """Ends the program where the database is away or forbids something; other errors pass."""
    try:
        yield
    except DatabaseError as error:
        if (sentence := describe_refusal(error)) is None:
            raise
        sys.exit(sentence)


def describe_refusal(error: BaseException) -> str | None:
    """The first line of what PostgreSQL says; None where the error is of another kind."""
    cause = _find_cause(error)
    if cause is None:
        return None
    said = str(cause).strip().partition("\n")[0]
    if isinstance(cause, InsufficientPrivilege):
        return (
            f"The database refuses this: {said}. The user of DATABASE_URL must own the database, "
            "or have CREATE on its schema public."
        )
    return f"The database cannot be used: {said}."


def _find_cause(error: BaseException | None) -> BaseException | None:
    while error is not None:
        if isinstance(error, REFUSALS):
            return error
        error = error.__cause__ or error.__context__
    return None
