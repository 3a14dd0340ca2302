"""Looks whether a domain's proof is published, and stores what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tenants.audit.actions import Action
from tenants.audit.recording import record
from tenants.models import Domain, DomainProof
from tenants.models.domain_proof import CLAIM_LASTS
from tenants.origins import parse
from tenants.proof import txt_records
from tenants.proof.txt_records import ReadTxt, read_txt
from tenants.proof.web_file import WebSite

LOOK_AGAIN = timedelta(days=30)  # at what is proved
SOON = timedelta(minutes=10)  # at what is claimed
LOST_AGAIN = timedelta(hours=1)  # at what was lost
MOST_ENDED = 100  # claims, at a time
ProvedBy = DomainProof.ProvedBy
OF_AN_APP = (
    "This is the origin of an app, whose pages lie in the phone: no record and no file can prove "
    "it. An administrator may mark it as proved."
)
NO_CLAIM = f"Nobody proved it within {CLAIM_LASTS.days} days."


@dataclass(frozen=True, slots=True)
class Network:
    """The ways to look; tests put others in."""

    site: WebSite = field(default_factory=WebSite)
    read_txt: ReadTxt = read_txt


def is_provable(origin: str) -> bool:
    """Whether there is a host at which its owner could publish something."""
    parsed = parse(origin)
    return parsed.scheme in ("http", "https") and not parsed.is_of_every_app


def check_proof(proof: DomainProof, network: Network | None = None) -> DomainProof:
    """As it is stored afterwards. Takes up to ten seconds, outside of any transaction."""
    found, problem = find_proof(proof, network or Network())
    return _store(proof, found, problem)


def find_proof(proof: DomainProof, network: Network) -> tuple[ProvedBy | None, str]:
    """The way by which it is proved, or None and why it is not."""
    if not is_provable(proof.origin):
        return None, OF_AN_APP

    origin, problems = parse(proof.origin), []
    web_problem = network.site.look(origin.host, proof.text)
    if not web_problem:
        return ProvedBy.WEB, ""
    problems.append(web_problem)
    if not origin.is_address:
        dns_problem = txt_records.look(origin.host, proof.text, network.read_txt)
        if not dns_problem:
            return ProvedBy.DNS, ""
        problems.append(dns_problem)
    return None, " ".join(problems)


@transaction.atomic
def _store(proof: DomainProof, found: ProvedBy | None, problem: str) -> DomainProof:
    stored = _lock(proof)
    if stored is None:
        return proof
    stored.checked_at, stored.problem = timezone.now(), problem
    if found:
        _note_proof(stored, found)
    elif stored.can_be_lost and stored.lost_at is None:
        stored.lost_at = stored.checked_at
        record(Action.DOMAIN_PROOF_LOST, stored.domain, after={"problem": problem})
    stored.due_at = stored.checked_at + _pause(stored)
    stored.save()
    return stored


def _lock(proof: DomainProof) -> DomainProof | None:
    """None where the domain or its origin is another by now."""
    same = {"pk": proof.pk, "token": proof.token, "domain__origin": proof.origin}
    rows = DomainProof.objects.select_for_update(of=["self"]).select_related("domain__tenant")
    return rows.filter(**same).first()


def _note_proof(proof: DomainProof, way: ProvedBy) -> None:
    if not proof.can_be_lost or proof.lost_at:
        record(Action.DOMAIN_PROVED, proof.domain, after={"by": way.label})
    proof.proved_at = proof.proved_at or proof.checked_at
    proof.proved_by, proof.lost_at = way, None


def _pause(proof: DomainProof) -> timedelta:
    if proof.proved_at is None:
        return SOON
    return LOST_AGAIN if proof.lost_at else LOOK_AGAIN


@transaction.atomic
def mark_as_proved(proof: DomainProof) -> None:
    """An administrator's decision, who stands in the audit."""
    proof.proved_at = timezone.now()
    proof.proved_by, proof.lost_at, proof.problem = ProvedBy.ADMINISTRATOR, None, ""
    proof.save()
    record(Action.DOMAIN_PROVED, proof.domain, after={"by": ProvedBy.ADMINISTRATOR.label})


@transaction.atomic
def end_old_claims() -> Sequence[str]:
    """Deletes domains that nobody proved in time, and gives their origins."""
    old = DomainProof.objects.select_for_update(of=["self"], skip_locked=True)
    old = old.select_related("domain__tenant").filter(
        proved_at=None,
        claimed_at__lt=timezone.now() - CLAIM_LASTS,
        domain__origin=F("origin"),
    )
    proofs = list(old[:MOST_ENDED])
    for proof in proofs:
        record(Action.DOMAIN_CLAIM_ENDED, proof.domain, after={"because": NO_CLAIM})
    # Without the collector, which would look through all sessions: they name a domain loosely.
    keys = [proof.pk for proof in proofs]
    Domain.objects.filter(pk__in=keys)._raw_delete("default")
    DomainProof.objects.filter(pk__in=keys).delete()
    return [proof.origin for proof in proofs]
