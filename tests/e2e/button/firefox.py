"""Debian's Firefox, driven by the WebDriver BiDi that it speaks itself; no driver is needed."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp

FIREFOX = "/usr/bin/firefox-esr"
TAB, ENTER = "\ue004", "\ue006"  # w3.org/TR/webdriver2, "Keyboard actions"
_WITHIN_SECONDS = 30
# A microphone that is not real, for which nobody is asked; calls on this machine alone.
PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "datareporting.policy.dataSubmissionEnabled": False,
}


class Firefox:
    def __init__(self, profile: Path, environment: Mapping[str, str]) -> None:
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items()]
        (profile / "user.js").write_text("\n".join(lines))
        command = [FIREFOX, "--headless", "--no-remote", "--profile", str(profile)]
        self._process = subprocess.Popen(
            [*command, "--remote-debugging-port", "0"],
            env={
                **os.environ,
                **environment,
                "HOME": str(profile),
                "MOZ_DISABLE_CONTENT_SANDBOX": "1",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.console: list[str] = []
        self._numbers, self._answers = itertools.count(1), {}  # type: ignore[var-annotated]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._await(self._connect(self._find_address()))
        self.version = self.command("session.new", capabilities={})["capabilities"][
            "browserVersion"
        ]
        self.command("session.subscribe", events=["log.entryAdded"])
        # The tab that it begins with never has the focus, so a key presses nothing there.
        self._context = self.command("browsingContext.create", type="tab")["context"]

    def opens(self, address: str) -> None:
        self.console.clear()
        self.command(
            "browsingContext.navigate", context=self._context, url=address, wait="complete"
        )

    def evaluate(self, expression: str) -> Any:
        """Of what the expression promises, by way of JSON."""
        answer = self.command(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression}) ?? null))()",
            target={"context": self._context},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return json.loads(answer["result"]["value"])

    def waits_for(self, condition: str) -> Any:
        wait = "(tell) => setTimeout(tell, 50)"
        return self.evaluate(
            f"(async () => {{ for (let turn = 0; turn < 400; turn++) {{ const is = {condition}; "
            f"if (is) return is; await new Promise({wait}); }} throw new Error('not so'); }})()"
        )

    def clicks(self, element: str) -> None:
        """As somebody with a mouse: a page may play sound after it. `element` is an expression."""
        middle = "({ x, y, width, height }) => [x + width / 2, y + height / 2].map(Math.round)"
        x, y = self.evaluate(f"({middle})({element}.getBoundingClientRect())")
        actions = [
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        source = {"type": "pointer", "id": "mouse", "actions": actions}
        self.command("input.performActions", context=self._context, actions=[source])

    def presses(self, key: str) -> None:
        """As somebody with a keyboard. `key` is WebDriver's name for it."""
        actions = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        self.command("input.performActions", context=self._context, actions=[source])

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        answer = self._await(self._send(method, parameters))
        assert answer["type"] == "success", answer
        return answer["result"]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(_WITHIN_SECONDS)
        if self._process.stderr:
            self._process.stderr.close()
        self._await(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_WITHIN_SECONDS)
        self._loop.close()

    def _await(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_WITHIN_SECONDS)

    def _find_address(self) -> str:
        assert self._process.stderr
        for line in self._process.stderr:
            if "WebDriver BiDi listening on" in line:
                return f"{line.split()[-1]}/session"
        raise AssertionError("Firefox did not start")

    async def _connect(self, address: str) -> None:
        self._client = aiohttp.ClientSession()
        self._socket = await self._client.ws_connect(address, max_msg_size=0)
        self._reading = self._loop.create_task(self._read())

    async def _close(self) -> None:
        await self._reading
        await self._socket.close()
        await self._client.close()

    async def _send(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        self._answers[number] = answer = self._loop.create_future()
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        return await answer

    async def _read(self) -> None:
        async for frame in self._socket:
            message = json.loads(frame.data)
            if answer := self._answers.pop(message.get("id"), None):
                answer.set_result(message)
            elif message.get("method") == "log.entryAdded":
                self.console.append(str(message["params"]["text"]))
