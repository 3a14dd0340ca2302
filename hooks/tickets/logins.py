"""Compares a member's password before the hook goes to its lane: hashing takes half a second.

It happens in a thread, a few at a time, and never on the event loop.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from django.contrib.auth.hashers import check_password, make_password

from hooks.database import DatabaseAway
from hooks.hook import list_covering
from hooks.reasons import Reason
from hooks.statements.logins import NOTE_FAILURE, NOTE_SUCCESS, READ_LOGIN
from hooks.tickets.admission import LoginCheck
from hooks.tickets.credentials import Credentials
from hooks.tickets.pace import Pace
from hooks.tickets.queries import Busy, Queries
from tenants.models.visitor_login import LOCKED_FOR, MOST_WRONG
from tenants.origins import Origin

HASHED_AT_ONCE = 1  # each keeps one processor busy
MOST_WAITING = 8
HASHED_WITHIN = 8.0  # seconds, the wait included; WCS waits for 15


class StoredLogin(NamedTuple):
    tenant_id: int
    id: int | None  # None: there is no such login, or it is disabled
    password: str | None  # its hash
    is_locked: bool | None
    failed_at: datetime | None


class Logins:
    def __init__(self, deadline: float) -> None:
        """`deadline` is in seconds, for one look at the database."""
        self._queries = Queries(deadline)
        self._threads = ThreadPoolExecutor(HASHED_AT_ONCE, "visitor-passwords")
        self._waiting = 0
        # Who guesses a login that does not exist learns no more than with one that does.
        self._unknown = Pace(MOST_WRONG, LOCKED_FOR.total_seconds(), names=10_000)

    async def check(
        self, key: str, credentials: Credentials, origin: Origin | None
    ) -> LoginCheck | None:
        """None where no login was brought, or the tenant is open to anyone.

        `key`: of the WCS instance, which knows whose app it is.
        """
        if not (credentials.login and origin):
            return None
        try:
            return await self._check(key, credentials, origin)
        except (DatabaseAway, Busy):
            return None  # and a login that was not checked is refused

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        await self._queries.close()

    async def _check(self, key: str, credentials: Credentials, origin: Origin) -> LoginCheck | None:
        """Raises DatabaseAway."""
        asked = [key, list_covering(origin), credentials.login]
        rows = await self._queries.ask(READ_LOGIN, asked)
        if not rows:
            return None
        stored = StoredLogin._make(rows[0])
        return LoginCheck(stored.tenant_id, await self._compare(stored, credentials))

    async def _compare(self, stored: StoredLogin, credentials: Credentials) -> Reason | None:
        name = f"{stored.tenant_id} {credentials.login}"
        if stored.is_locked or (stored.id is None and self._unknown.is_over(name)):
            return Reason.LOGIN_THROTTLED
        if self._waiting >= MOST_WAITING:
            return Reason.OVERLOADED

        try:
            async with asyncio.timeout(HASHED_WITHIN):
                is_right = await self._hash(credentials.password, stored.password)
        except TimeoutError:
            return Reason.OVERLOADED
        if stored.id is None:
            self._unknown.wait_seconds(name)
            return Reason.LOGIN_WRONG
        if not is_right:
            await self._queries.ask(NOTE_FAILURE, [LOCKED_FOR, stored.id])
            return Reason.LOGIN_WRONG
        if stored.failed_at:
            await self._queries.ask(NOTE_SUCCESS, [stored.id])
        return None

    async def _hash(self, password: str, stored: str | None) -> bool:
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, _is_right, password, stored)
        finally:
            self._waiting -= 1


def _is_right(password: str, stored: str | None) -> bool:
    return check_password(password, stored or _nobodys_password())


@lru_cache
def _nobodys_password() -> str:
    """Compared where there is no such login, so that the answer takes as long."""
    return make_password("nobody's")
