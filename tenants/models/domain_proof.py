"""Whether the owner of a domain has shown that it is theirs, and the token they publish."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils import timezone

from tenants.models.domain import Domain
from tenants.origins import MAX_LENGTH

CLAIM_LASTS = timedelta(days=7)


def new_token() -> str:
    return uuid.uuid4().hex


class DomainProofQuerySet(models.QuerySet["DomainProof"]):
    @transaction.atomic
    def claim(self, domain: Domain) -> DomainProof:
        """The proof of this domain; a new one where there is none or the origin was changed."""
        proof, _ = self.select_for_update().get_or_create(
            domain=domain, defaults={"origin": domain.origin}
        )
        if proof.origin != domain.origin:
            proof = DomainProof(domain=domain, origin=domain.origin)
            proof.save(force_update=True)
        return proof


class DomainProof(models.Model):
    class ProvedBy(models.TextChoices):
        BEFORE = "before", "before proof was required"
        DNS = "dns", "by a DNS record"
        WEB = "web", "by a file on its web site"
        ADMINISTRATOR = "administrator", "by an administrator's word"

    # Imports delete domains by statements of their own; the worker removes what is left over.
    domain = models.OneToOneField(
        Domain,
        on_delete=models.DO_NOTHING,
        primary_key=True,
        related_name="proof",
        db_constraint=False,
    )
    origin = models.CharField(max_length=MAX_LENGTH)
    token = models.CharField(max_length=64, default=new_token)
    claimed_at = models.DateTimeField(default=timezone.now)
    proved_at = models.DateTimeField(null=True)
    proved_by = models.CharField(max_length=16, choices=ProvedBy.choices, blank=True)
    lost_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(default=timezone.now)
    problem = models.TextField(blank=True, help_text="Why the last look found nothing.")

    objects = DomainProofQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="domain_proof_due")]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """What the owner publishes."""
        return f"clickhook-verify={self.token}"

    @property
    def ends_at(self) -> datetime | None:
        """When an unproved claim is deleted."""
        return None if self.proved_at else self.claimed_at + CLAIM_LASTS

    @property
    def can_be_lost(self) -> bool:
        return self.proved_by in (self.ProvedBy.DNS, self.ProvedBy.WEB)
