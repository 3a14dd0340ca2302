"""What is played in a rehearsal, and what each step has shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from hooks.wcs.rehearsal.page import Page
from hooks.wcs.rehearsal.ticket_desk import TicketDesk
from hooks.wcs.rest_api.client import RestApi


class Part(StrEnum):
    VISIT = "a visitor calls"
    ATTACKS = "what must be refused"
    ENDING = "the gateway ends calls"


@dataclass(frozen=True, slots=True)
class Scene:
    app_key: str
    origin: str
    callee: str | None
    secret: str | None = field(repr=False)  # None: the instance does not sign
    page: Page | None  # None: it is no page of a tenant's
    desk: TicketDesk | None  # None: tickets are not looked at
    rest_api: RestApi | None

    @property
    def requires_tickets(self) -> bool:
        return self.page is not None and self.page.tickets == "required"


@dataclass(frozen=True, slots=True)
class RehearsalStep:
    part: Part
    hook: str
    outcome: str
    milliseconds: float | None = None  # None: nothing was posted
    status: int | None = None
    findings: list[str] = field(default_factory=list)


def list_findings(steps: list[RehearsalStep]) -> list[str]:
    """Each once, in the order of the steps."""
    return list(dict.fromkeys(finding for step in steps for finding in step.findings))


def mask_number(number: object) -> str:
    """Enough of a number to recognise it by."""
    text = "" if number is None else str(number)
    return f"{text[:3]}…{text[-2:]}" if len(text) > 9 else f"{text[:1]}…" if text else "nobody"
