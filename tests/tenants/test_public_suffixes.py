"""Nobody takes a name below which other people have theirs, nor learns what others have."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.core.exceptions import ValidationError

from tenants.models import Domain, Tenant
from tenants.models.domain import TAKEN, UNAVAILABLE
from tenants.public_suffixes import is_public_suffix
from tests import cast as casting
from tests.manager import change, errors_of, row, submit, upload, url


@pytest.fixture
def cast(db):
    return casting.assemble()


@pytest.mark.parametrize("subdomains", [False, True])
@pytest.mark.parametrize(
    ("origin", "suffix"),
    [
        ("https://co.uk", "co.uk"),
        ("HTTPS://CO.UK", "co.uk"),
        ("https://co.uk.", "co.uk"),
        ("http://co.uk:8080", "co.uk"),
        ("https://com", "com"),
        ("https://github.io", "github.io"),
        ("https://myshopify.com", "myshopify.com"),
        ("https://vercel.app", "vercel.app"),
        ("https://ck", "ck"),
        ("https://anything.ck", "anything.ck"),
        ("https://公司.cn", "xn--55qx5d.cn"),
        ("https://xn--55qx5d.cn", "xn--55qx5d.cn"),
        ("https://xn--p1ai", "xn--p1ai"),
    ],
)
def test_a_public_suffix_is_refused_by_its_name(cast, origin, suffix, subdomains):
    with pytest.raises(ValidationError) as refusal:
        Domain(tenant=cast.acme, origin=origin, include_subdomains=subdomains).full_clean()
    assert refusal.value.message_dict["origin"][0].startswith(f"{suffix} is a public suffix")


@pytest.mark.parametrize(
    ("origin", "subdomains"),
    [
        ("https://acme.co.uk", True),
        ("https://acme.github.io", True),
        ("https://www.ck", True),  # the list's exception to *.ck
        ("https://acme.example", True),
        ("https://amazonaws.com", False),
        ("http://localhost:3000", False),
        ("https://intranet", False),
        ("https://192.0.2.7", False),
    ],
)
def test_a_name_below_a_suffix_has_an_owner(cast, origin, subdomains):
    Domain(tenant=cast.acme, origin=origin, include_subdomains=subdomains).full_clean()


def test_subdomains_do_not_reach_over_a_suffix(cast):
    with pytest.raises(ValidationError, match="is a public suffix below amazonaws.com"):
        Domain(
            tenant=cast.acme, origin="https://amazonaws.com", include_subdomains=True
        ).full_clean()


def test_a_row_of_before_the_rule_stays_but_does_not_grow(cast):
    domain = Domain.objects.create(tenant=cast.acme, origin="https://co.uk")
    domain.full_clean()

    domain.include_subdomains = True
    with pytest.raises(ValidationError, match="public suffix"):
        domain.full_clean()


@pytest.mark.proof
def test_every_way_in_refuses_it(manager, acme_manager, cast):
    typed = {"origin": "https://co.uk", "include_subdomains": "on"}
    new_row = row("domains", 2, **typed, default_callee="")

    for browser in (manager, acme_manager):
        answers = [
            submit(browser, change(cast.acme), **new_row),
            submit(browser, url(Domain, "add"), tenant=cast.acme.pk, **typed),
        ]
        assert all("co.uk is a public suffix" in errors_of(answer) for answer in answers)
        answer = upload(browser, "tenant,origin\nacme,https://co.uk\n", "domains")
        assert "co.uk is a public suffix" in answer.content.decode()
    assert not Domain.objects.filter(origin="https://co.uk").exists()


@pytest.mark.proof
def test_the_list_is_not_read_before_a_domain_is_written():
    code = (
        "import os, sys, django; django.setup(); import clickhook.urls, clickhook.asgi;"
        "from tenants import public_suffixes as known;"
        "assert known._suffix_list.cache_info().currsize == 0;"
        "assert known.is_public_suffix('co.uk');"
        "assert known._suffix_list.cache_info().currsize == 1"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    assert is_public_suffix("co.uk")


@pytest.mark.proof
def test_a_manager_does_not_learn_who_has_an_origin(manager, acme_manager, cast):
    cast.globex.domains.create(origin="https://shop.www.globex.example")
    typed = {"origin": "https://www.globex.example", "include_subdomains": "on"}
    new_row = row("domains", 2, **typed, default_callee="")

    for browser, sentence in ((manager, TAKEN), (acme_manager, UNAVAILABLE)):
        answers = [
            submit(browser, change(cast.acme), **new_row),
            submit(browser, url(Domain, "add"), tenant=cast.acme.pk, **typed),
        ]
        assert all(sentence in errors_of(answer) for answer in answers)


def test_many_owners_give_one_sentence(acme_manager, cast):
    initech = Tenant.objects.create(slug="initech", name="Initech")
    cast.globex.domains.create(origin="https://a.many.example")
    initech.domains.create(origin="https://b.many.example")

    content = "tenant,origin,include_subdomains\nacme,https://many.example,yes\n"
    page = upload(acme_manager, content, "domains").content.decode()
    assert page.count(UNAVAILABLE) == 1
