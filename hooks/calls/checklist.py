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


class SetUpStep(NamedTuple):
    done: bool
    sentence: str
    where: str  # a place on one of the tenant's pages, or another page

    @property
    def is_changed(self) -> bool:
        """Whether the place is on the page that changes the tenant."""
        return self.where.startswith("#") and self.where not in (SET_UP, REFUSALS)


@dataclass(frozen=True, slots=True)
class InstanceFacts:
    """A WCS instance that may speak for the tenant."""

    name: str
    page: str
    answers: bool  # it has a signing secret, or is marked as unsigned
    seen: bool  # one of its nodes posted a connect that was accepted, for any tenant; no rehearsal


@dataclass(frozen=True, slots=True)
class SetUpFacts:
    active: bool
    domains: int
    accounts: int  # enabled, with a password
    disabled_accounts: int
    aliases: tuple[str, ...]
    has_default: bool
    instances: tuple[InstanceFacts, ...]
    connected: bool  # by a WCS, not by a rehearsal
    answered: bool  # the same
    domain_problem: str = ""  # of a domain that is refused or would be today
    domain_page: str = DOMAINS  # where it is solved
    target_problem: str = ""  # of a callee whose target would be refused today
    price_problem: str = ""  # of a callee whose calls are refused for want of a price
    price_page: str = ACCOUNTS  # where it is solved


def steps(facts: SetUpFacts) -> list[SetUpStep]:
    return [
        _status_step(facts),
        _domain_step(facts),
        _account_step(facts),
        _callee_step(facts),
        _instance_step(facts),
        _connection_step(facts),
        _visitor_step(facts),
        _answer_step(facts),
    ]


def _status_step(facts: SetUpFacts) -> SetUpStep:
    if facts.active:
        return SetUpStep(True, "The tenant is active.", STATUS)

    sentence = "The tenant is suspended, so everything is refused. Set its status to active."
    return SetUpStep(False, sentence, STATUS)


def _domain_step(facts: SetUpFacts) -> SetUpStep:
    if facts.domain_problem:
        return SetUpStep(False, facts.domain_problem, facts.domain_page)
    if facts.domains:
        return SetUpStep(True, "The customer's web site may connect.", DOMAINS)

    sentence = "Add the domain of the customer's web site, like https://www.example.com."
    return SetUpStep(False, sentence, DOMAINS)


def _account_step(facts: SetUpFacts) -> SetUpStep:
    if facts.accounts:
        return SetUpStep(True, "There is a SIP account to call with.", ACCOUNTS)

    if facts.disabled_accounts:
        sentence = "Enable a SIP account: all are disabled, so every connect is refused."
    else:
        sentence = "Add a SIP account, with the password that the SIP server expects."
    return SetUpStep(False, sentence, ACCOUNTS)


def _callee_step(facts: SetUpFacts) -> SetUpStep:
    if facts.target_problem:
        return SetUpStep(False, facts.target_problem, CALLEES)
    if facts.price_problem:
        return SetUpStep(False, facts.price_problem, facts.price_page)
    if facts.has_default:
        sentence = "A page that names no callee calls the default one."
        return SetUpStep(True, sentence, CALLEES)

    if facts.aliases:
        names = ", ".join(facts.aliases[:3]) + (", …" if len(facts.aliases) > 3 else "")
        sentence = f"No callee is the default, so the page must name one: {names}."
        return SetUpStep(True, sentence, CALLEES)

    sentence = "Add a callee: an alias, and the number behind it. Mark it as the default."
    return SetUpStep(False, sentence, CALLEES)


def _instance_step(facts: SetUpFacts) -> SetUpStep:
    if answering := _answering_instances(facts):
        names = " and ".join(sorted(instance.name for instance in answering))
        return SetUpStep(True, f"{names} may speak for it.", INSTANCES)

    if facts.instances:
        silent = facts.instances[0]
        sentence = f"{silent.name} has no signing secret, so it is refused. Enter one on its page."
        return SetUpStep(False, sentence, silent.page)

    sentence = "Add the WCS instance that serves the customer's web site."
    return SetUpStep(False, sentence, INSTANCES)


def _connection_step(facts: SetUpFacts) -> SetUpStep:
    seen = any(instance.seen for instance in _answering_instances(facts))
    if seen or facts.connected:
        return SetUpStep(True, "Its WCS asks this gateway.", SET_UP)

    sentence = "Set up its WCS so that it asks this gateway: see Set-up below."
    return SetUpStep(False, sentence, SET_UP)


def _visitor_step(facts: SetUpFacts) -> SetUpStep:
    if facts.connected:
        return SetUpStep(True, "A visitor connected.", REFUSALS)

    sentence = (
        "Open the customer's page in a browser. If it is refused, the reason is listed below."
    )
    return SetUpStep(False, sentence, REFUSALS)


def _answer_step(facts: SetUpFacts) -> SetUpStep:
    if facts.answered:
        return SetUpStep(True, "A call was answered.", REFUSALS)

    sentence = "Make a call from the customer's page and have it answered."
    return SetUpStep(False, sentence, REFUSALS)


def _answering_instances(facts: SetUpFacts) -> list[InstanceFacts]:
    return [instance for instance in facts.instances if instance.answers]
