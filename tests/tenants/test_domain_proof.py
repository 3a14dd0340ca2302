"""Proof of domain: what was found is stored, audited and shown; claims end without one."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from hooks.duties import proving
from hooks.duties.repeating import connect
from tenants.models import AuditEntry, Domain, DomainProof
from tenants.proof import checking
from tenants.proof.checking import Network, check_proof, end_old_claims
from tenants.proof.web_file import PATH, WebSite
from tests.manager import said, signed_in, unconfirmed, url

HOST, ORIGIN = "www.acme.example", "https://www.acme.example"
LINE = "clickhook-verify=5eed"


@pytest.fixture
def domain(cast):
    return Domain.objects.get(origin=ORIGIN)


@pytest.fixture
def required(settings):
    settings.CLICKHOOK_DOMAIN_PROOF = "required"


def network(*texts: str) -> Network:
    """Nothing but these DNS records."""
    return Network(WebSite(lambda name: []), lambda name: list(texts))


def actions() -> list[str]:
    entries = AuditEntry.objects.filter(action__startswith="domain:").order_by("pk")
    return [action for action in entries.values_list("action", flat=True) if "added" not in action]


def look_at(proof: DomainProof, *texts: str) -> DomainProof:
    return check_proof(proof, network(*texts))


def test_what_was_found_is_stored_and_audited(domain):
    claim = DomainProof.objects.claim(domain)
    unproved = look_at(claim)
    assert (unproved.proved_at, unproved.proved_by, unproved.lost_at) == (None, "", None)
    assert "has no TXT record" in unproved.problem
    assert actions() == []

    proved = look_at(claim, claim.text)
    assert (proved.proved_by, proved.problem) == ("dns", "")
    assert proved.due_at - proved.checked_at == checking.LOOK_AGAIN
    look_at(claim, claim.text)
    assert actions() == ["domain:proved"]


def test_a_proof_that_is_gone_is_shown_and_nothing_else(domain):
    claim = DomainProof.objects.claim(domain)
    look_at(claim, claim.text)
    lost = look_at(look_at(claim))

    assert lost.proved_at
    assert lost.lost_at
    assert lost.due_at - lost.checked_at == checking.LOST_AGAIN
    assert look_at(claim, claim.text).lost_at is None
    assert actions() == ["domain:proved", "domain:proof_lost", "domain:proved"]


def test_a_proof_of_before_is_never_lost(domain):
    claim = DomainProof.objects.claim(domain)
    DomainProof.objects.update(proved_at=timezone.now(), proved_by="before")
    claim.refresh_from_db()

    assert look_at(claim).lost_at is None
    assert look_at(claim, claim.text).proved_by == "dns"


def test_another_origin_is_another_claim(domain):
    claim = DomainProof.objects.claim(domain)
    look_at(claim, claim.text)
    domain.origin = "https://shop.acme.example"
    domain.save()

    assert look_at(claim, claim.text) == claim  # it comes too late, and is not stored
    again = DomainProof.objects.claim(domain)
    assert (again.origin, again.proved_at) == ("https://shop.acme.example", None)
    assert again.token != claim.token
    assert DomainProof.objects.claim(domain).token == again.token


@pytest.mark.parametrize(
    "origin", ["capacitor://localhost", "ionic://localhost", "https://localhost"]
)
def test_the_origin_of_an_app_is_an_administrators_matter(domain, origin):
    Domain.objects.filter(pk=domain.pk).update(origin=origin)
    domain.refresh_from_db()

    assert look_at(DomainProof.objects.claim(domain), LINE).problem == checking.OF_AN_APP


def turn() -> str:
    async def take() -> str:
        connection = await connect()
        async with connection:
            return await proving.prove(connection)

    return asyncio.run(take())


def test_as_long_as_it_is_off_every_domain_counts_as_proved(domain):
    token = DomainProof.objects.claim(domain).token  # somebody opened the page of the proof
    assert turn() == f"{Domain.objects.count()} new domains"

    assert set(DomainProof.objects.values_list("proved_by", flat=True)) == {"before"}
    assert DomainProof.objects.get(domain=domain).token == token
    assert turn() == ""


def test_where_it_is_required_the_worker_looks(domain, required, monkeypatch):
    monkeypatch.setattr(proving, "check_proof", lambda proof: look_at(proof, proof.text))
    number = Domain.objects.count()

    assert turn() == f"{number} new domains, looked at {number} domains"
    assert set(DomainProof.objects.values_list("proved_by", flat=True)) == {"dns"}
    assert turn() == ""
    DomainProof.objects.filter(domain=domain).update(due_at=timezone.now())
    assert turn() == "looked at 1 domains"


def test_a_claim_without_proof_ends_after_seven_days(domain, required):
    for one in Domain.objects.all():
        DomainProof.objects.claim(one)
    others = DomainProof.objects.exclude(domain=domain)
    others.update(proved_at=timezone.now(), proved_by="before")
    DomainProof.objects.update(claimed_at=timezone.now() - timedelta(days=7) + timedelta(minutes=1))
    assert end_old_claims() == []

    DomainProof.objects.update(claimed_at=timezone.now() - timedelta(days=7, seconds=1))
    assert end_old_claims() == [ORIGIN]
    assert not Domain.objects.filter(origin=ORIGIN).exists()
    assert Domain.objects.count() == DomainProof.objects.count() == others.count()
    assert actions() == ["domain:claim_ended", "domain:removed"]
    entry = AuditEntry.objects.get(action="domain:claim_ended")
    assert entry.after == {"because": "Nobody proved it within 7 days."}
    assert (entry.tenant_slug, entry.object_name) == ("acme", ORIGIN)


def test_a_domain_that_is_deleted_leaves_no_proof(domain, required):
    DomainProof.objects.claim(domain)
    domain.delete()
    turn()

    assert not DomainProof.objects.filter(origin=ORIGIN).exists()


@pytest.fixture
def page(domain):
    return url(domain, "proof", domain.pk)


def test_the_page_tells_what_to_publish_and_looks(manager, domain, page, required, monkeypatch):
    text = manager.get(page).content.decode()
    claim = DomainProof.objects.get(domain=domain)
    for part in (claim.text, f"{ORIGIN}{PATH}", f"_clickhook.{HOST}", "NOT PROVED"):
        assert part in text

    monkeypatch.setattr("tenants.admin.domain_proof.check_proof", lambda one: look_at(one))
    assert "has no TXT record" in said(manager.post(page, {"act": "check"}, follow=True))
    found = lambda one: look_at(one, one.text)  # noqa: E731
    monkeypatch.setattr("tenants.admin.domain_proof.check_proof", found)
    assert "Proved by a DNS record." in said(manager.post(page, {"act": "check"}, follow=True))
    assert "NOT PROVED" not in manager.get(page).content.decode()


def test_an_administrator_may_mark_it(manager, cast, domain, page, required):
    owner = signed_in("owner", cast.acme)
    assert owner.post(page, {"act": "mark"}).status_code == 403
    assert signed_in("viewer", cast.acme, may_change=False).post(page).status_code == 403
    assert signed_in("stranger", cast.globex).get(page).status_code == 404
    assert "code" in unconfirmed(manager).post(page, {"act": "mark"}).headers["Location"]
    assert DomainProof.objects.get(domain=domain).proved_at is None

    again = signed_in("administrator", name="second")
    assert "counts as proved" in said(again.post(page, {"act": "mark"}, follow=True))
    assert DomainProof.objects.get(domain=domain).proved_by == "administrator"
    entry = AuditEntry.objects.get(action="domain:proved")
    assert (entry.actor_name, entry.after) == ("second", {"by": "by an administrator's word"})


def test_lists_and_the_tenants_page_show_what_is_unproved(manager, cast, domain, required):
    shown = manager.get(url(Domain)).content.decode()
    assert shown.count(">NONE<") == Domain.objects.count()
    text = manager.get(url(cast.acme, "overview", cast.acme.pk)).content.decode()
    assert "yet, so its visitors are refused." in text

    for one in Domain.objects.all():
        claim = DomainProof.objects.claim(one)
        look_at(claim, claim.text)
    look_at(DomainProof.objects.claim(domain))
    shown = manager.get(url(Domain)).content.decode()
    assert (shown.count(">NONE<"), shown.count(">LOST<")) == (0, 1)
    text = manager.get(url(cast.acme, "overview", cast.acme.pk)).content.decode()
    assert f"The proof of {ORIGIN} is gone. Its visitors may still call." in text


def test_where_it_is_off_lists_say_nothing_of_it(manager, domain):
    assert "/proof/" not in manager.get(url(Domain)).content.decode()


def test_the_command_tells_and_its_exit_code_too(manage, domain):
    DomainProof.objects.claim(domain)
    Domain.objects.filter(pk=domain.pk).update(origin="capacitor://localhost")
    done = manage("prove_domains", "--domain", "capacitor://localhost", "--json")

    assert done.returncode == 1
    [one] = json.loads(done.stdout)
    assert (one["origin"], one["tenant"], one["proved"]) == ("capacitor://localhost", "acme", False)
    assert one["problem"] == checking.OF_AN_APP
    assert "1 of 1 domains are not proved." in done.stderr
    for wrong in ("https://none.example", "nonsense"):
        assert manage("prove_domains", "--domain", wrong).returncode == 1
