"""Is a gateway ready, as a load balancer asks?"""

from __future__ import annotations

import http.client
import time


def ask_ready(port: int) -> tuple[int, float]:
    """Status (0: no answer) and seconds."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        status = 0
    finally:
        connection.close()
    return status, time.monotonic() - began
