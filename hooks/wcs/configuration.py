"""What to set on a WCS so that it asks this gateway about everything.

That is lines for its command line, and properties for its flashphoner.properties. Sources:
docs.flashphoner.com, "Applications management", "REST methods", "Authorization on backend", "API
overview". No WCS was at hand: what its documentation leaves open says "inferred".
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
# A visitor waits no longer for an answer. WCS's own default of 15 is three times that.
REST_REQUEST_TIMEOUT_SECONDS = 5
_SPARE_SECONDS = 2  # between the gateway's own deadline and WCS's
_PLAIN = re.compile(r"[A-Za-z0-9._-]+")
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class CliCommand(NamedTuple):
    line: str
    why: str


class Property(NamedTuple):
    name: str
    value: str
    why: str

    @property
    def line(self) -> str:
        return f"{self.name}={escape_property(self.value)}"


@dataclass(frozen=True, slots=True)
class HookSetup:
    """The facts about an instance and its gateway that a WCS has to be told."""

    instance: str
    app_key: str  # empty: the instance takes hooks of any application
    hook_url: str
    unsigned: bool
    secret: str = field(repr=False)  # empty: there is none
    has_previous_secret: bool
    tenants: tuple[str, ...]
    deadline_seconds: float  # after which the gateway itself gives up

    @property
    def app(self) -> str:
        return self.app_key or DEFAULT_APP


def read_setup(
    instance: WcsInstance, base_url: str, secret: str, deadline_seconds: float
) -> HookSetup:
    return HookSetup(
        instance=instance.name,
        app_key=instance.app_key,
        hook_url=f"{base_url}/hooks/{instance.key}",
        unsigned=instance.unsigned,
        secret=secret,
        has_previous_secret=bool(instance.previous_signing_secret),
        tenants=tuple(instance.tenants.order_by("slug").values_list("slug", flat=True)),
        deadline_seconds=deadline_seconds,
    )


def list_commands(setup: HookSetup) -> list[CliCommand]:
    app = _quote(setup.app)
    return [
        CliCommand(
            "ssh -p 2001 admin@<wcs>",
            "Opens WCS's command line; <wcs> is its address. The other lines are typed there.",
        ),
        _point_to_gateway(setup),
        CliCommand(
            f"add app-rest-method -a {app}",
            "A method that is not attached is never asked: WCS then does what the browser says. "
            "(Whether a new application has them already is not documented; that repeating it does "
            "no harm is inferred.)",
        ),
        CliCommand(
            f"show app-rest-methods {app}",
            "Check: connect, call, transfer, hangup and every other method must be listed; for "
            "streams also publishStream, playStream, playHLS, unPublishStream, stopStream and "
            "StreamStatusEvent.",
        ),
        CliCommand(
            "show apps",
            "Check: no application but this one, nor any whose URL is not this gateway's. See the "
            "warnings.",
        ),
    ]


def _point_to_gateway(setup: HookSetup) -> CliCommand:
    app, url = _quote(setup.app), setup.hook_url
    if app == DEFAULT_APP:
        return CliCommand(
            f"update app -l {url} {DEFAULT_APP}",
            "Until this is done, WCS's built-in EchoApp is asked, and it allows everything.",
        )
    return CliCommand(
        f'add app {setup.instance} {app} "{url}"',
        "Makes the application. If `show apps` lists it already, instead: "
        f"update app -l {url} <its name>",
    )


def list_properties(setup: HookSetup) -> list[Property]:
    """For flashphoner.properties."""
    gateway_limit = math.ceil(setup.deadline_seconds) + _SPARE_SECONDS
    timeout = max(REST_REQUEST_TIMEOUT_SECONDS, gateway_limit)
    return [
        *(_list_signing(setup.secret) if setup.secret else []),
        Property(
            "rest_request_timeout",
            str(timeout),
            f"Seconds. The gateway answers or refuses within {setup.deadline_seconds:g}; with the "
            "default of 15 visitors wait, with 0 forever.",
        ),
        *_FIXED_PROPERTIES,
    ]


_FIXED_PROPERTIES = (
    Property(
        "disable_rest_requests",
        "false",
        "With true no hook is sent at all: WCS dials what the browser says.",
    ),
    Property(
        "disable_rest_auth",
        "false",
        "WCS's own REST API asks for a login. Otherwise whoever reaches it reads the SIP passwords "
        "of all connections.",
    ),
    Property(
        "rest_client_request_retry_count",
        "3",
        "The default, since build 5.2.1475: a hook that could not be sent is repeated. With 0 a "
        "visitor is refused when a kept connection breaks. The gateway gives a repeated hook the "
        "same answer again.",
    ),
    Property(
        "rest_client_request_sent_retry_enabled",
        "true",
        "The default (inferred); false turns the repeating off.",
    ),
)


def _list_signing(secret: str) -> list[Property]:
    return [
        Property(
            "rest_hook_send_hash",
            "true",
            "Signs every hook. Otherwise the gateway refuses them all, with 403.",
        ),
        Property(
            "rest_hook_secret_key",
            secret,
            "The key it signs with, the same on every node of this WCS. With another every hook is "
            "refused. Keep it secret.",
        ),
    ]


def list_warnings(setup: HookSetup) -> list[str]:
    return [
        *_warn_about_secret(setup),
        *_warn_about_instance(setup),
        *_warn_about_application(setup),
        *_FIXED_WARNINGS,
    ]


def _warn_about_secret(setup: HookSetup) -> list[str]:
    warnings = {
        "DANGER: the instance is marked as unsigned. Whoever reaches the hook URL gets the SIP "
        "passwords. Give it a signing secret in the admin, then run this again.": setup.unsigned,
        "The instance has no signing secret, so the gateway answers nobody. Give it one in the "
        "admin, then run this again.": not setup.unsigned and not setup.secret,
        "The signing secret has unusual characters. How WCS reads them from its properties is "
        "inferred; a secret of letters and digits is safer.": (
            bool(setup.secret) and not _PLAIN.fullmatch(setup.secret)
        ),
        "The previous signing secret is still accepted. Once every node has the new one, drop it "
        "in the admin.": setup.has_previous_secret,
    }
    return [text for text, holds in warnings.items() if holds]


def _warn_about_instance(setup: HookSetup) -> list[str]:
    url = setup.hook_url.lower()
    warnings = {
        "The instance speaks for no tenant, so every connect is refused. Add its tenants in the "
        "admin.": not setup.tenants,
        "The hook URL is http://: SIP passwords and numbers cross the network in the clear. Use "
        "https:// unless WCS and gateway are one machine.": url.startswith("http://"),
        "The certificate of the hook URL must be one that WCS's Java trusts; a certificate of a "
        "private authority probably is not (inferred).": url.startswith("https://"),
    }
    return [text for text, holds in warnings.items() if holds]


def _warn_about_application(setup: HookSetup) -> list[str]:
    is_default = setup.app == DEFAULT_APP
    first = "" if is_default else ", defaultApp first"
    page = f"createSession({{appKey: {json.dumps(setup.app)}}})"
    warnings = {
        "The browser picks the application by its appKey, so every other one of that WCS is a way "
        f"around this gateway{first}: remove them (show apps; remove app <name>), or point them "
        "here too.": True,
        f"The page names the same application, or it is refused: {page}.": not is_default,
        "The instance names no appKey, so hooks of any application with this URL are "
        "answered.": not setup.app_key,
        "The appKey has unusual characters; whether WCS's command line takes them is not "
        "documented.": not _PLAIN.fullmatch(setup.app),
    }
    return [text for text, holds in warnings.items() if holds]


_FIXED_WARNINGS = (
    "WCS reads flashphoner.properties when it starts: restart it after a change, on every node.",
    "WCS's ports 8081 and 8444 (REST API) and 2001 (command line) belong behind a firewall, open "
    "to administrators only; change the command line's password, which is admin at first.",
    "WCS logs the hooks and their answers, SIP passwords included, in "
    "logs/server_logs/flashphoner.log: keep that file, and its copies, from others.",
    "Leave keep_alive_streaming_sessions_enabled off, as it is by default: the gateway refuses "
    "StreamKeepAliveEvent, and WCS would end every stream for it.",
    "Then try it: manage.py rehearse plays a whole call, with every answer checked.",
)


def escape_property(value: str) -> str:
    """As a value in a Java properties file (that WCS reads it as one is inferred)."""
    text = "".join(_ESCAPES.get(character) or _escape_unicode(character) for character in value)
    return "\\" + text if text.startswith(" ") else text


def _escape_unicode(character: str) -> str:
    if " " <= character <= "~":
        return character
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))


def _quote(text: str) -> str:
    """One word for the command line, whatever an account manager typed: never a line of its own."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text)
