"""`manage.py prove_domains`: looks now whether the owners of domains published their proof."""

from __future__ import annotations

import json as json_text
from argparse import ArgumentParser
from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.core.management.base import CommandError

from tenants.management.plain_help import PlainHelpCommand
from tenants.models import Domain, DomainProof
from tenants.origins import BadOrigin, parse
from tenants.proof.checking import check_proof

WITHOUT_NEED = (DomainProof.ProvedBy.BEFORE, DomainProof.ProvedBy.ADMINISTRATOR)


class Command(PlainHelpCommand):
    help = """Look now whether domains are proved, and store what was found.

  manage.py prove_domains
  manage.py prove_domains --domain https://www.acme.example

Without --domain it looks at all that claim to be proved by a DNS record or a file, and at those
that nobody has proved yet. With CLICKHOOK_DOMAIN_PROOF=required the worker does the same by
itself: every ten minutes at what is not proved yet, once a month at the rest.

Exit code 0: all are proved; 1: at least one is not, or there is no such domain. With --json the
output is a list: origin, tenant, proved, by, publish, problem."""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--domain",
            action="append",
            default=[],
            metavar="ORIGIN",
            help="only this one; may be repeated",
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *, domain: list[str], json: bool, **options: Any) -> None:
        named = chain.from_iterable(map(_find_domains, domain))
        domains = list(named) if domain else _unproved_domains()
        proofs = [check_proof(DomainProof.objects.claim(one)) for one in domains]
        if json:
            self.stdout.write(json_text.dumps([_describe(proof) for proof in proofs]))
        else:
            for proof in proofs:
                self._write(proof)

        if lacking := sum(not _is_proved(proof) for proof in proofs):
            raise CommandError(f"{lacking} of {len(proofs)} domains are not proved.")

    def _write(self, proof: DomainProof) -> None:
        if _is_proved(proof):
            self.stdout.write(f"{proof.origin}: proved {proof.get_proved_by_display()}.")
        else:
            self.stdout.write(f"{proof.origin}: not proved. {proof.problem}")
            self.stdout.write(f"  to publish: {proof.text}")


def _find_domains(text: str) -> list[Domain]:
    """Several, if it is an origin that every app has."""
    try:
        domains = list(Domain.objects.filter(origin=str(parse(text))))
    except BadOrigin as error:
        raise CommandError(str(error)) from None
    if not domains:
        raise CommandError(f"There is no domain {text}.")
    return domains


def _unproved_domains() -> Iterable[Domain]:
    return Domain.objects.exclude(proof__proved_by__in=WITHOUT_NEED).iterator(1000)


def _is_proved(proof: DomainProof) -> bool:
    return proof.proved_at is not None and proof.lost_at is None


def _describe(proof: DomainProof) -> dict[str, Any]:
    return {
        "origin": proof.origin,
        "tenant": proof.domain.tenant.slug,
        "proved": _is_proved(proof),
        "by": proof.proved_by,
        "publish": proof.text,
        "problem": proof.problem,
    }
