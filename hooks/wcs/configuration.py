"""What to set on a WCS so that it asks this gateway about everything: its command line and its flashphoner.properties.

Sources: docs.flashphoner.com, "Applications management", "REST methods", "Authorization on backend", "API overview". No
WCS was at hand: what its documentation leaves open says "inferred".
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tenants.models import WcsInstance

DEFAULT_APP = "defaultApp"
REST_REQUEST_TIMEOUT = 5  # seconds; a visitor waits no longer for an answer, and WCS's own default of 15 is three times that
_PLAIN = re.compile(r"[A-Za-z0-9._-]+")


class Command(NamedTuple):
    line: str
    why: str


class Setting(NamedTuple):
    name: str
    value: str
    why: str

    @property
    def line(self) -> str:
        return f"{self.name}={escaped(self.value)}"


@dataclass(frozen=True, slots=True)
class Wiring:
    """What of an instance and of this gateway matters to a WCS."""

    instance: str
    app_key: str  # empty: the instance takes hooks of any application
    hook_url: str
    unsigned: bool
    secret: str = field(repr=False)  # empty: there is none
    has_previous_secret: bool
    tenants: tuple[str, ...]
    deadline: float  # seconds after which the gateway itself gives up

    @property
    def app(self) -> str:
        return self.app_key or DEFAULT_APP


def wiring(instance: WcsInstance, base_url: str, secret: str, deadline: float) -> Wiring:
    return Wiring(
        instance=instance.name,
        app_key=instance.app_key,
        hook_url=f"{base_url}/hooks/{instance.key}",
        unsigned=instance.unsigned,
        secret=secret,
        has_previous_secret=bool(instance.previous_signing_secret),
        tenants=tuple(instance.tenants.order_by("slug").values_list("slug", flat=True)),
        deadline=deadline,
    )


def commands(wiring: Wiring) -> list[Command]:
    app, url = _word(wiring.app), wiring.hook_url
    if app == DEFAULT_APP:
        wire = Command(
            f"update app -l {url} {DEFAULT_APP}",
            "Until this is done, WCS's built-in EchoApp is asked, and it allows everything.",
        )
    else:
        exists = f"Makes the application. If `show apps` lists it already, instead: update app -l {url} <its name>"
        wire = Command(f'add app {wiring.instance} {app} "{url}"', exists)
    return [
        Command(
            "ssh -p 2001 admin@<wcs>",
            "Opens WCS's command line; <wcs> is its address. The other lines are typed there.",
        ),
        wire,
        Command(
            f"add app-rest-method -a {app}",
            "A method that is not attached is never asked: WCS then does what the browser says. "
            "(Whether a new application has them already is not documented; that repeating it does no harm is inferred.)",
        ),
        Command(
            f"show app-rest-methods {app}",
            "Check: connect, call, transfer, hangup and every other method must be listed.",
        ),
        Command(
            "show apps",
            "Check: no application but this one, nor any whose URL is not this gateway's. See the warnings.",
        ),
    ]


def settings(wiring: Wiring) -> list[Setting]:
    """For flashphoner.properties."""
    timeout = max(REST_REQUEST_TIMEOUT, math.ceil(wiring.deadline) + 2)
    return [
        *(_signing(wiring.secret) if wiring.secret else []),
        Setting(
            "rest_request_timeout",
            str(timeout),
            f"Seconds. The gateway answers or refuses within {wiring.deadline:g}; with the default of 15 visitors wait, "
            "with 0 forever.",
        ),
        Setting(
            "disable_rest_requests",
            "false",
            "With true no hook is sent at all: WCS dials what the browser says.",
        ),
        Setting(
            "disable_rest_auth",
            "false",
            "WCS's own REST API asks for a login. Otherwise whoever reaches it reads the SIP passwords of all connections.",
        ),
        Setting(
            "rest_client_request_retry_count",
            "3",
            "The default, since build 5.2.1475: a hook that could not be sent is repeated. With 0 a visitor is refused "
            "when a kept connection breaks. The gateway gives a repeated hook the same answer again.",
        ),
        Setting(
            "rest_client_request_sent_retry_enabled",
            "true",
            "The default (inferred); false turns the repeating off.",
        ),
    ]


def _signing(secret: str) -> list[Setting]:
    return [
        Setting(
            "rest_hook_send_hash",
            "true",
            "Signs every hook. Otherwise the gateway refuses them all, with 403.",
        ),
        Setting(
            "rest_hook_secret_key",
            secret,
            "The key it signs with, the same on every node of this WCS. With another every hook is refused. Keep it secret.",
        ),
    ]


def warnings(wiring: Wiring) -> list[str]:
    return [*_of_the_instance(wiring), *_of_the_application(wiring), *_ALWAYS]


def _of_the_instance(wiring: Wiring) -> list[str]:
    known = {
        "DANGER: the instance is marked as unsigned. Whoever reaches the hook URL gets the SIP passwords. "
        "Give it a signing secret in the admin, then run this again.": wiring.unsigned,
        "The instance has no signing secret, so the gateway answers nobody. Give it one in the admin, then run this "
        "again.": not wiring.unsigned and not wiring.secret,
        "The signing secret has unusual characters. How WCS reads them from its properties is inferred; one of letters "
        "and digits is safer.": bool(wiring.secret) and not _PLAIN.fullmatch(wiring.secret),
        "The previous signing secret is still accepted. Once every node has the new one, drop it in the "
        "admin.": wiring.has_previous_secret,
        "The instance speaks for no tenant, so every connect is refused. Add its tenants in the admin.": not wiring.tenants,
        "The hook URL is http://: SIP passwords and numbers cross the network in the clear. Use https:// unless WCS and "
        "gateway are one machine.": wiring.hook_url.lower().startswith("http://"),
        "The certificate of the hook URL must be one that WCS's Java trusts; one of a private authority probably is not "
        "(inferred).": wiring.hook_url.lower().startswith("https://"),
    }
    return [text for text, holds in known.items() if holds]


def _of_the_application(wiring: Wiring) -> list[str]:
    others = (
        "The browser picks the application by its appKey, so every other one of that WCS is a way around this gateway"
        "{default}: remove them (show apps; remove app <name>), or point them here too."
    )
    default = ", defaultApp first" if wiring.app != DEFAULT_APP else ""
    texts = [others.format(default=default)]
    if wiring.app != DEFAULT_APP:
        texts.append(
            f"The page names the same application, or it is refused: createSession({{appKey: {json.dumps(wiring.app)}}})."
        )
    if not wiring.app_key:
        texts.append(
            "The instance names no appKey, so hooks of any application with this URL are answered."
        )
    if not _PLAIN.fullmatch(wiring.app):
        texts.append(
            "The appKey has unusual characters; whether WCS's command line takes them is not documented."
        )
    return texts


_ALWAYS = (
    "WCS reads flashphoner.properties when it starts: restart it after a change, on every node.",
    "WCS's ports 8081 and 8444 (REST API) and 2001 (command line) belong behind a firewall, open to administrators only; "
    "change the command line's password, which is admin at first.",
    "WCS logs the hooks and their answers, SIP passwords included, in logs/server_logs/flashphoner.log: keep that file, and "
    "its copies, from others.",
    "Then try it: manage.py rehearse plays a whole call, with every answer checked.",
)


def escaped(value: str) -> str:
    """As a value in a Java properties file (that WCS reads it as one is inferred)."""
    text = "".join(_ESCAPES.get(character) or _ascii(character) for character in value)
    return "\\" + text if text.startswith(" ") else text


_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _ascii(character: str) -> str:
    if " " <= character <= "~":
        return character
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))


def _word(text: str) -> str:
    """One word for the command line, whatever an account manager typed: never a line of its own."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text)
