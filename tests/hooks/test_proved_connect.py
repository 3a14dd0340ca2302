"""Where proof of domain is required, a connect from a domain that nobody proved is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone

from hooks.models import Event
from tenants.models import Domain, DomainProof
from tests.cast import ACME_SIGNING
from tests.conftest import Gateway, posting
from tests.wcs import Wcs

ORIGIN = "https://www.acme.example"


@pytest.fixture(scope="module")
def strict_gateway(django_db_setup) -> Iterator[Gateway]:
    running = Gateway({"CLICKHOOK_DOMAIN_PROOF": "required"}, workers=1).start()
    yield running
    running.stop()


@pytest.fixture
def strict_acme(cast, strict_gateway) -> Iterator[Wcs]:
    with posting(strict_gateway, cast.acme_1, ACME_SIGNING) as wcs:
        yield wcs


def test_it_refuses_until_somebody_proves_this_very_origin(strict_acme):
    assert strict_acme.post("connect").is_neutral_refusal
    assert Event.objects.latest("id").reason == "domain_unproved"

    domain = Domain.objects.get(origin=ORIGIN)
    DomainProof.objects.claim(domain)
    assert strict_acme.post("connect").is_neutral_refusal
    DomainProof.objects.update(proved_at=timezone.now(), proved_by="dns")
    assert strict_acme.post("connect").status == 200
    DomainProof.objects.update(lost_at=timezone.now())
    assert strict_acme.post("connect", sessionId="lost").status == 200

    Domain.objects.filter(pk=domain.pk).update(origin="https://moved.acme.example")
    moved = strict_acme.post("connect", sessionId="moved", origin="https://moved.acme.example")
    assert moved.is_neutral_refusal


def test_a_session_goes_on_whatever_becomes_of_the_proof(strict_acme):
    DomainProof.objects.claim(Domain.objects.get(origin=ORIGIN))
    DomainProof.objects.update(proved_at=timezone.now(), proved_by="dns")
    strict_acme.connected()
    DomainProof.objects.update(proved_at=None)

    assert strict_acme.post("call").status == 200


def test_without_the_setting_nothing_is_asked(acme):
    assert acme.post("connect").status == 200
