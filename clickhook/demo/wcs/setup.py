"""How one node of the stand-in is set up, and what all of its sessions share."""

from __future__ import annotations

from dataclasses import dataclass, field

from clickhook.demo.wcs.recorder import Recorder
from clickhook.demo.wcs.rest_hooks import TIMEOUT_SECONDS, RestHooks
from clickhook.demo.wcs.sip import SipStack
from clickhook.demo.wcs.streams import Streams

DEFAULT_APP = "defaultApp"


@dataclass(frozen=True, slots=True)
class Setup:
    applications: dict[str, str]  # appKey: the address to which its hooks are posted
    secret: str | None = field(repr=False)  # None: hooks are not signed
    host: str = "127.0.0.1"
    port: int = 0  # 0: a free one
    timeout: float = TIMEOUT_SECONDS  # 0: none
    out_of_order: bool = False
    media: bool = True
    rest_user: str | None = None  # None: the REST API is open to everybody, as WCS's is by default
    rest_password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Equipment:
    node_id: str
    setup: Setup
    record: Recorder
    hooks: RestHooks
    sip: SipStack
    streams: Streams

    def find_hook_url(self, app_key: object) -> str | None:
        return self.setup.applications.get(app_key) if isinstance(app_key, str) else None
