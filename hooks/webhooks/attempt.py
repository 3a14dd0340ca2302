"""One attempt at a delivery: what a statement took, what is sent, and what is noted of it."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from hooks.webhooks.body import make_body
from hooks.webhooks.exchange import Answer, Network
from hooks.webhooks.failures import Failure
from hooks.webhooks.schedule import next_pause
from hooks.webhooks.signing import signed_headers
from tenants.models import WebhookEndpoint
from tenants.secrets.encryption import Secret, SecretUnreadable
from tenants.secrets.fields import secret_field

log = logging.getLogger("hooks")
_SECRETS = tuple(secret_field(WebhookEndpoint, name) for name in ("secret", "previous_secret"))
_MESSAGES = {"delivered": logging.DEBUG, "waiting": logging.INFO, "failed": logging.WARNING}


class TakenDelivery(NamedTuple):
    """The statement gives it in this order."""

    id: int
    tenant_id: int
    endpoint_id: UUID
    tries: int  # before this one
    url: str
    secret: str  # sealed
    previous_secret: str  # sealed; empty where there is none
    with_numbers: bool
    is_failing: bool  # the endpoint, at its last attempt
    uid: UUID
    type: str
    happened_at: datetime
    data: Mapping[str, Any]
    numbers: Mapping[str, Any]

    @property
    def keys(self) -> Sequence[Secret]:
        tokens = (self.secret, self.previous_secret)
        return [
            field.stored(token, self.endpoint_id, self.tenant_id)
            for field, token in zip(_SECRETS, tokens, strict=True)
            if token
        ]

    @property
    def host(self) -> str:
        """What may stand in a log: the rest of a URL may be a secret of its receiver's."""
        return urlsplit(self.url).netloc


class Outcome(NamedTuple):
    delivery: TakenDelivery
    answer: Answer
    at: datetime
    milliseconds: int
    pause: float | None  # seconds until the next try

    @property
    def state(self) -> str:
        if self.answer.failure is None:
            return "delivered"
        return "failed" if self.pause is None else "waiting"

    @property
    def problem(self) -> str:
        if self.answer.failure is Failure.STATUS:
            return f"The server answered {self.answer.status}."
        return self.answer.failure.sentence if self.answer.failure else ""

    def as_row(self) -> dict[str, Any]:
        attempt = {
            "at": self.at,
            "milliseconds": self.milliseconds,
            "status": self.answer.status,
            "failure": self.answer.failure or "",
            "answer": self.answer.text,
        }
        return {
            "id": self.delivery.id,
            "state": self.state,
            "pause": self.pause,
            "status": self.answer.status,
            "attempt": attempt,
        }


def make_attempt(delivery: TakenDelivery, network: Network) -> Outcome:
    """Blocks for some seconds at most, and a slow resolver's time."""
    at, began = datetime.now(UTC), time.monotonic()
    answer = _send(delivery, int(at.timestamp()), network)
    milliseconds = round((time.monotonic() - began) * 1000)

    now = datetime.now(UTC)
    pause = None
    if answer.failure not in (None, Failure.GONE):
        chance = random.random()  # noqa: S311 - it spreads load
        pause = next_pause(delivery.tries + 1, now, answer.retry_after, chance)
    outcome = Outcome(delivery, answer, at, milliseconds, pause)
    _log(outcome)
    return outcome


def _send(delivery: TakenDelivery, timestamp: int, network: Network) -> Answer:
    body = make_body(
        delivery.type,
        delivery.happened_at,
        delivery.data,
        delivery.numbers,
        delivery.with_numbers,
    )
    try:
        headers = signed_headers(str(delivery.uid), timestamp, body, delivery.keys)
    except (SecretUnreadable, ValueError):  # what opens, and is no key of ed25519
        return Answer(Failure.UNREADABLE)
    return network.post(delivery.url, headers, body)


def _log(outcome: Outcome) -> None:
    delivery = outcome.delivery
    log.log(
        _MESSAGES[outcome.state],
        "webhook %s to %s: %s %s",
        delivery.uid,
        delivery.host,
        outcome.state,
        outcome.problem,
    )
