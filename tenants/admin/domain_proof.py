"""The page of a domain's proof: what its owner publishes, what was found, and a look now."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from tenants.admin.display import alarm
from tenants.admin.scoped import may_change, scope
from tenants.models import Domain, DomainProof
from tenants.origins import parse
from tenants.proof import txt_records
from tenants.proof.checking import check_proof, is_provable, mark_as_proved
from tenants.proof.web_file import PATH
from tenants.scope import ALL_TENANTS
from tenants.sign_in.confirmation import ask_for_confirmation, is_confirmed


def is_asked_for() -> bool:
    return bool(settings.CLICKHOOK_DOMAIN_PROOF == "required")


def proof_address(domain: Domain) -> str:
    return reverse("admin:tenants_domain_proof", args=[domain.pk])


@admin.display(description="proof")
def proof_link(domain: Domain) -> str:
    return format_html('<a href="{}">{}</a>', proof_address(domain), _standing(domain))


def proof_page(request: HttpRequest, object_id: int) -> HttpResponse:
    domain = _visible_domain(request, object_id)
    proof = DomainProof.objects.claim(domain)
    may_mark = scope(request) == ALL_TENANTS
    if request.method == "POST":
        if not may_change(request, Domain, domain):
            raise PermissionDenied
        return _act(request, proof, may_mark)

    host = parse(domain.origin).host
    context = {
        **admin.site.each_context(request),
        "title": f"Proof of {domain.origin}",
        "domain": domain,
        "proof": proof,
        "is_provable": is_provable(domain.origin),
        "has_records": not parse(domain.origin).is_address,
        "record": txt_records.record_name(host),
        "looks_up_records": txt_records.HAS_RESOLVER,
        "file": f"https://{host}{PATH}",
        "is_asked_for": is_asked_for(),
        "may_change": may_change(request, Domain, domain),
        "may_mark": may_mark and proof.proved_by != DomainProof.ProvedBy.ADMINISTRATOR,
    }
    return TemplateResponse(request, "tenants/domain_proof.html", context)


def proof_problem(domain: Domain) -> str:
    """What somebody should do about it; empty where all is well."""
    proof = _known_proof(domain)
    if not is_asked_for() or (proof and proof.proved_at and not proof.lost_at):
        return ""
    if proof and proof.proved_at:
        return f"The proof of {domain.origin} is gone. Its visitors may still call."
    return f"Nobody has proved {domain.origin} yet, so its visitors are refused."


def _visible_domain(request: HttpRequest, object_id: int) -> Domain:
    domain = Domain.objects.visible_to(request.user).filter(pk=object_id).first()
    if domain is None:
        raise Http404("You may see no such domain.")
    return domain


def _act(request: HttpRequest, proof: DomainProof, may_mark: bool) -> HttpResponse:
    if request.POST.get("act") == "mark":
        if not may_mark:
            raise PermissionDenied
        if not is_confirmed(request):
            return ask_for_confirmation(request)
        mark_as_proved(proof)
        messages.success(request, f"{proof.origin} counts as proved.")
    else:
        _tell(request, check_proof(proof))
    return HttpResponseRedirect(request.path)


def _tell(request: HttpRequest, proof: DomainProof) -> None:
    if not proof.problem:
        messages.success(request, f"Proved {proof.get_proved_by_display()}.")
    else:
        messages.warning(request, proof.problem)


def _known_proof(domain: Domain) -> DomainProof | None:
    """None also where the proof is of an origin that the domain had before."""
    try:
        proof: DomainProof = domain.proof
    except DomainProof.DoesNotExist:
        return None
    return proof if proof.origin == domain.origin else None


def _standing(domain: Domain) -> str:
    proof = _known_proof(domain)
    if proof is None or proof.proved_at is None:
        return alarm("NONE")
    return alarm("LOST") if proof.lost_at else proof.get_proved_by_display()
