"""The stand-in for WCS in a process of its own, as a test starts it."""

from __future__ import annotations

from clickhook.demo.part import Part
from tests.demo.hook_backend import SECRET


class StandIn(Part):
    def __init__(self, *arguments: str, secret: str = SECRET) -> None:
        environment = {
            "WCS_SIGNING_SECRET": secret,
            "PYTHONWARNINGS": "error",
            "DJANGO_SETTINGS_MODULE": "",
        }
        super().__init__("clickhook.demo.wcs", *arguments, **environment)
        first = self.wait_for(what="listening")
        self.url, self.rest = first["websocket"], first["rest"]

    def stop(self) -> None:
        """It ends well, and has met no fault."""
        super().stop()
        assert self.process.returncode == 0, self.errors
        assert "Traceback" not in self.errors
        assert self.find_lines(what="fault") == []
