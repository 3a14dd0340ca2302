"""Work that blocks, in a thread that does not keep the worker from ending."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import TypeVar

log = logging.getLogger("hooks")
Result = TypeVar("Result")


def work_in_a_thread(
    work: Callable[[], Result], end: Callable[[Result | None], None], doing: str
) -> None:
    """`end` is called on the event loop; with None after a fault, which the log tells."""
    loop = asyncio.get_running_loop()

    def run() -> None:
        result = None
        try:
            result = work()
        except Exception:  # what it worked on is taken again; the log says what to mend
            log.exception("fault in %s", doing)
        if not loop.is_closed():
            loop.call_soon_threadsafe(end, result)

    threading.Thread(target=run, daemon=True).start()
