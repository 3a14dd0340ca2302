"""What is no hook is answered at a steady pace by address, also on connections that are kept."""

from __future__ import annotations

import asyncio
import time

from clickhook.door.application import Scope
from clickhook.door.paces import Paces
from clickhook.health.answering import PATHS
from tenants.sign_in.client_address import network_address, pick_address

# As docker/nginx.conf has it. A turn of the event loop takes as long as all requests that are ready
# in it, and a hook needs some twenty turns: a few hundred clients that ask without a pause, or send
# thousands of requests at once, would make each hook wait for seconds.
A_SECOND = 50
AT_ONCE = 200
# What a balancer asks costs little, and it may share its address with visitors.
LONGEST_OF_HEALTH = 0.5  # seconds


class Visits:
    def __init__(self) -> None:
        self._paces = Paces(A_SECOND, AT_ONCE)
        self._paces_of_health = Paces(A_SECOND, AT_ONCE, LONGEST_OF_HEALTH)

    async def take_turn(self, scope: Scope) -> None:
        """Nothing more of its connection is answered meanwhile."""
        paces = self._paces_of_health if scope["path"] in PATHS else self._paces
        if wait := paces.take_turn(visitor_address(scope), time.monotonic()):
            await asyncio.sleep(wait)


def visitor_address(scope: Scope) -> str:
    """The address that failed sign-ins are counted by."""
    peer, *_ = scope.get("client") or ("",)
    passed_on = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return network_address(pick_address(peer, b",".join(passed_on).decode("latin-1"))) or ""
