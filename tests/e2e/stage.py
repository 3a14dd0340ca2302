"""The whole call on one machine: gateway, media servers, SIP server, phones, customers' rows."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any

from django.db.models import F

from clickhook.demo.part import LINE_WITHIN_SECONDS
from hooks.duties.clock_steps import ClockSteps
from hooks.duties.reaping import Reaping
from hooks.models import Call, Session
from tenants.models import Callee, Domain
from tests import cast as casting
from tests.demo.stand_in import StandIn
from tests.duties.turns import take_turn
from tests.e2e import rows
from tests.e2e.phones import ACME, ACME_LINE, GLOBEX, GLOBEX_LINE, KINDS, NO_PHONE, Phone
from tests.e2e.sip_servers import Account, DemoServer, Invite, Kamailio
from tests.e2e.tired_phone import TiredPhone

SIGNING = {
    "acme-1": casting.ACME_SIGNING,
    "globex-1": casting.GLOBEX_SIGNING,
    "shared-1": casting.SHARED_SIGNING,
}
ACCOUNTS = [
    Account(ACME_LINE, ACME, casting.ACME_PASSWORD, "auth-10001"),
    Account(GLOBEX_LINE, GLOBEX, casting.GLOBEX_PASSWORD),
    *(kind.account for kind in KINDS.values()),
]
# What no visitor may see of it: passwords, SIP servers, names and numbers at them.
HIDDEN = (
    *casting.SECRETS,
    *(kind.password for kind in KINDS.values()),
    *(ACME, GLOBEX, ACME_LINE, GLOBEX_LINE, "auth-10001"),
    *(number.lstrip("+") for number in (NO_PHONE, *(kind.user for kind in KINDS.values()))),
)


def eventually(true: Callable[[], Any], what: str, story: Callable[[], Any] = str) -> Any:
    """What it returns, once that is true: hooks may still be under way."""
    deadline = time.monotonic() + LINE_WITHIN_SECONDS
    while not (found := true()):
        assert time.monotonic() < deadline, f"{what} never came; {story()}"
        time.sleep(0.02)
    return found


@dataclass
class Building:
    """What is started once and serves all tests of this process."""

    gateway_port: int
    sip: DemoServer | Kamailio
    media_servers: dict[str, StandIn] = field(default_factory=dict)
    phones: dict[str, Phone | TiredPhone] = field(default_factory=dict)

    def wcs(self, name: str) -> StandIn:
        if name not in self.media_servers:
            hooks = f"http://127.0.0.1:{self.gateway_port}/hooks/key-of-{name}"
            self.media_servers[name] = StandIn("--hooks", hooks, secret=SIGNING[name])
        return self.media_servers[name]

    def phone(self, alias: str) -> Phone | TiredPhone:
        if alias not in self.phones:
            made = TiredPhone if alias == "tired" else Phone
            self.phones[alias] = made(KINDS[alias], self.sip.port)
        return self.phones[alias]

    def close(self) -> None:
        for part in (*self.media_servers.values(), *self.phones.values()):
            part.stop()
        self.sip.stop()


@dataclass
class Stage:
    """One test's view of it."""

    building: Building
    cast: casting.Cast
    callers: list[Any] = field(default_factory=list)
    unsafe: bool = False  # a test of what happens without us: nothing holds

    def __post_init__(self) -> None:
        acme, globex = self.cast.acme, self.cast.globex
        for tenant, line in ((acme, ACME_LINE), (globex, GLOBEX_LINE)):
            tenant.sip_accounts.update(
                login=line, outbound_proxy="127.0.0.1", port=self.building.sip.port
            )
        targets = {alias: kind.user for alias, kind in KINDS.items()} | {"unknown": NO_PHONE}
        for alias, target in targets.items():
            tenant = globex if alias == "frontdesk" else acme
            Callee.objects.update_or_create(tenant=tenant, alias=alias, defaults={"target": target})
        self._invited = len(self.building.sip.invites())
        self._rung: dict[str, int] = {
            alias: len(phone.lines) for alias, phone in self.building.phones.items()
        }

    def let_in(self, tenant: Any, origin: str) -> None:
        Domain.objects.get_or_create(origin=origin, defaults={"tenant": tenant})

    def wcs(self, name: str = "acme-1") -> StandIn:
        return self.building.wcs(name)

    def phone(self, alias: str) -> Phone | TiredPhone:
        phone = self.building.phone(alias)
        self._rung.setdefault(alias, len(phone.lines))
        return phone

    def heard(self, alias: str, **wanted: Any) -> dict[str, Any]:
        return self.phone(alias).wait_for(since=self._rung[alias], **wanted)

    def rang(self, alias: str) -> int:
        return self.phone(alias).rang(self._rung[alias])

    def invites(self) -> list[Invite]:
        return self.building.sip.invites()[self._invited :]

    def invites_not_allowed(self) -> list[Invite]:
        return [invite for invite in self.invites() if not _is_allowed(invite)]

    def call(self, **wanted: Any) -> Call:
        """The one call, as soon as it is like that."""
        return eventually(lambda: Call.objects.filter(**wanted).first(), f"a call with {wanted}")

    def ended(self, **wanted: Any) -> Call:
        return self.call(ended_at__isnull=False, **wanted)

    def ends_with(self, *calls: str, sessions: int = 1) -> None:
        """Everybody leaves. Each call is written as by rows.story_of; * is anything."""
        self._everybody_leaves()
        told = [rows.story_of(call) for call in Call.objects.order_by("asked_at")]
        assert len(told) == len(calls), told
        assert all(map(fnmatchcase, told, calls)), told
        assert (count := Session.objects.count()) == sessions, f"{count} sessions"

    def has_rest_api(self) -> None:
        """Acme's WCS, so that the gateway can end calls there."""
        instance = self.cast.acme_1
        instance.rest_api_url = self.wcs().rest
        instance.save(update_fields=["rest_api_url"])

    def time_passes(self, **time: float) -> None:
        for model, times in (
            (Session, ("opened_at", "established_at", "ended_at")),
            (Call, ("asked_at", "ringing_at", "answered_at", "ended_at")),
        ):
            model.objects.update(**{name: F(name) - timedelta(**time) for name in times})

    def a_day_passes(self) -> None:
        """And all leases with it; the worker closes what they covered."""
        self.time_passes(days=1)
        take_turn(Reaping(ClockSteps()).end_lost_sessions)
        take_turn(Reaping(ClockSteps()).end_lost_calls)

    def close(self) -> None:
        """Everybody leaves; then what must hold after every test."""
        if self.unsafe:
            assert Session.objects.count() == Call.objects.count() == 0
            return
        self._everybody_leaves()
        rows.fit_together()
        for caller in self.callers:
            assert leaks(caller.everything) == []
        assert self.invites_not_allowed() == []

    def _everybody_leaves(self) -> None:
        for caller in self.callers:
            caller.leave()
        eventually(
            lambda: not Session.objects.filter(ended_at=None).exists(),
            "the end of every session",
            self._story,
        )
        eventually(self.is_every_call_over, "the end of every call", self._story)

    def is_every_call_over(self) -> bool:
        """A worker closes a call whose session ended before its answer."""
        if Call.objects.filter(ended_at=None).exists():
            take_turn(Reaping(ClockSteps()).end_lost_calls)
        return not Call.objects.filter(ended_at=None).exists()

    def _story(self) -> list[Any]:
        return [line for wcs in self.building.media_servers.values() for line in wcs.lines[-25:]]


def leaks(text: str) -> list[str]:
    return [word for word in HIDDEN if word in text or json.dumps(word)[1:-1] in text]


def _is_allowed(invite: Invite) -> bool:
    caller, _, domain = invite.caller.partition("@")
    number, _, called_domain = invite.callee.partition("@")
    if (
        invite.sender != f'"{caller}" <sip:{caller}@{domain}>'
        or invite.strange
        or called_domain != domain
    ):
        return False
    allowed = Call.objects.filter(
        decision="allowed", caller=caller, session__sip_account__domain=domain
    )
    return allowed.filter(target=number).exists()
