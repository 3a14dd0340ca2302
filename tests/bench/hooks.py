"""The signed hooks that the benchmark posts, as files for wrk."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

KEY = "bench-instance-key"
SECRET = "bench-signing-secret"
NODE = "Hw47CFMBEchVOpBMDr29IxjudnJ1sjOY@192.168.1.101"
BROWSER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 "
    "Safari/537.36"
)
# Sessions that are played at once: many more than connections, so that the hooks of one session are
# answered one after the other.
WAVE = 2048
STATUSES = ("PENDING", "TRYING", "RING", "ESTABLISHED", "HOLD", "FINISH")


def write(directory: Path, hooks: Iterable[tuple[str, dict]], name: str = "") -> Path:
    """A line each: method, signature, body."""
    path = directory / (name or f"hooks-{uuid.uuid4().hex}")
    with path.open("w") as file:
        for method, payload in hooks:
            body = json.dumps(payload)
            signature = hmac.new(SECRET.encode(), body.encode(), hashlib.md5).hexdigest()
            file.write(f"{method}\t{signature}\t{body}\n")
    return path


def connect(domain: int) -> dict:
    return {
        "nodeId": NODE,
        "appKey": "defaultApp",
        "sessionId": str(uuid.uuid4()),
        "useWsTunnel": False,
        "sipRegisterRequired": True,
        "mediaProviders": ["WebRTC", "MSE", "WSPlayer"],
        "clientVersion": "2.0",
        "clientOSVersion": "5.0 (X11)",
        "clientBrowserVersion": BROWSER,
        "keepAlive": False,
        "origin": f"https://www.tenant{domain}.example",
    }


def whole_calls(tenants: list[int], at_once: int = WAVE) -> Iterator[tuple[str, dict]]:
    """One connect, one call, six events and one disconnect for each entry."""
    for start in range(0, len(tenants), at_once):
        connects = [connect(tenant) for tenant in tenants[start : start + at_once]]
        yield from (("connect", payload) for payload in connects)
        calls = [
            {
                "nodeId": NODE,
                "appKey": "defaultApp",
                "sessionId": payload["sessionId"],
                "callId": str(uuid.uuid4()),
                "callee": "sales",
                "hasAudio": True,
            }
            for payload in connects
        ]
        yield from (("call", call) for call in calls)
        for status in STATUSES:
            yield from (("CallStatusEvent", call | {"status": status}) for call in calls)
        for payload in connects:
            end = {"nodeId": NODE, "sessionId": payload["sessionId"], "status": "DISCONNECTED"}
            yield "ConnectionStatusEvent", end
