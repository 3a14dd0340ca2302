"""What is still missing before a tenant's first call works: facts in, a list of steps out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

# Where on the tenant's page a step is done.
STATUS, DOMAINS, ACCOUNTS, CALLEES = (
    "#id_status",
    "#domains-group",
    "#sip_accounts-group",
    "#callees-group",
)
INSTANCES, SET_UP, REFUSALS = "#WcsInstance_tenants-group", "#set-up", "#refusals"


class Step(NamedTuple):
    done: bool
    sentence: str
    where: str  # a place on the tenant's page, or another page


@dataclass(frozen=True, slots=True)
class Instance:
    """A WCS instance that may speak for the tenant."""

    name: str
    page: str
    answers: bool  # it has a signing secret, or is marked as unsigned
    seen: bool  # one of its nodes posted a connect that was accepted, for whomever


@dataclass(frozen=True, slots=True)
class Facts:
    active: bool
    domains: int
    accounts: int  # enabled, with a password
    disabled_accounts: int
    aliases: tuple[str, ...]
    has_default: bool
    instances: tuple[Instance, ...]
    connected: bool
    answered: bool


def steps(facts: Facts) -> list[Step]:
    return [
        _active(facts),
        _domain(facts),
        _account(facts),
        _callee(facts),
        _instance(facts),
        *_first_hooks(facts),
    ]


def missing(facts: Facts) -> list[Step]:
    return [step for step in steps(facts) if not step.done]


def _active(facts: Facts) -> Step:
    if facts.active:
        return Step(True, "The tenant is active.", STATUS)
    return Step(
        False,
        "The tenant is suspended, so everything is refused. Set its status to active.",
        STATUS,
    )


def _domain(facts: Facts) -> Step:
    if facts.domains:
        return Step(True, "The customer's web site may connect.", DOMAINS)
    return Step(
        False, "Add the domain of the customer's web site, like https://www.example.com.", DOMAINS
    )


def _account(facts: Facts) -> Step:
    if facts.accounts:
        return Step(True, "There is a SIP account to call with.", ACCOUNTS)
    if facts.disabled_accounts:
        return Step(False, "Enable a SIP account: none is, so every connect is refused.", ACCOUNTS)
    return Step(
        False, "Add a SIP account, with the password that the SIP server expects.", ACCOUNTS
    )


def _callee(facts: Facts) -> Step:
    if facts.has_default:
        return Step(True, "A page that names nobody calls the default callee.", CALLEES)
    if facts.aliases:
        names = ", ".join(facts.aliases[:3]) + (", …" if len(facts.aliases) > 3 else "")
        return Step(True, f"No callee is the default, so the page must name one: {names}.", CALLEES)
    return Step(
        False,
        "Add a callee: who is called, and the number behind it. Mark it as the default.",
        CALLEES,
    )


def _instance(facts: Facts) -> Step:
    if ready := _ready(facts):
        return Step(
            True,
            f"{' and '.join(sorted(instance.name for instance in ready))} may speak for it.",
            INSTANCES,
        )
    if facts.instances:
        silent = facts.instances[0]
        return Step(
            False,
            f"{silent.name} has no signing secret, so it is refused. Enter one on its page.",
            silent.page,
        )
    return Step(False, "Add the WCS instance that serves the customer's web site.", INSTANCES)


def _first_hooks(facts: Facts) -> list[Step]:
    seen = [instance for instance in _ready(facts) if instance.seen]
    return [
        Step(True, "Its WCS asks this gateway.", SET_UP)
        if seen or facts.connected
        else Step(False, "Set up its WCS so that it asks this gateway: see Set-up below.", SET_UP),
        Step(True, "A visitor connected.", REFUSALS)
        if facts.connected
        else Step(
            False,
            "Open the customer's page in a browser. If it is refused, the reason stands below.",
            REFUSALS,
        ),
        Step(True, "A call was answered.", REFUSALS)
        if facts.answered
        else Step(False, "Make a call from the customer's page and have it answered.", REFUSALS),
    ]


def _ready(facts: Facts) -> list[Instance]:
    return [instance for instance in facts.instances if instance.answers]
