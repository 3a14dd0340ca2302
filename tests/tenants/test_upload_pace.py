"""Uploads are paced per person, so that nobody asks by the thousand which origins are taken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tenants.admin.pages import pacing
from tenants.models import Domain, UploadAttempt, upload_attempt
from tests import cast as casting
from tests.manager import said, signed_in, upload

CALLEE = "tenant,alias,target\nacme,front,10\n"


@pytest.fixture
def cast(db):
    return casting.assemble()


@pytest.fixture
def few(monkeypatch):
    """At most 3 uploads and 5 new origins."""
    monkeypatch.setattr(upload_attempt, "MOST_UPLOADS", 3)
    for module in (upload_attempt, pacing):
        monkeypatch.setattr(module, "MOST_NEW_ORIGINS", 5)


def origins(*names):
    return "tenant,origin\n" + "".join(f"acme,https://{name}.example\n" for name in names)


def later(minutes):
    for attempt in UploadAttempt.objects.all():
        attempt.at -= timedelta(minutes=minutes)
        attempt.save()


@pytest.mark.proof
def test_a_person_uploads_so_many_files(acme_manager, manager, cast, few):
    for _ in range(3):
        assert upload(acme_manager, CALLEE).status_code == 200
    later(4)

    answer = upload(acme_manager, CALLEE)
    assert answer.status_code == 429
    assert "Upload this file again in 6 minutes." in said(answer)
    assert upload(manager, CALLEE).status_code == 200  # somebody else

    later(6)
    assert upload(acme_manager, CALLEE).status_code == 200


def test_refused_files_count_too(acme_manager, cast, few):
    for _ in range(3):
        assert upload(acme_manager, "tenant,alias\nnobody,x\n").status_code == 422
    assert upload(acme_manager, CALLEE).status_code == 429


def test_a_person_names_so_many_new_origins(acme_manager, cast, few):
    cast.globex.domains.create(origin="https://taken.example")
    assert upload(acme_manager, origins("taken", "b", "c"), "domains").status_code == 422
    later(9)

    answer = upload(acme_manager, origins("d", "e", "taken"), "domains")
    assert answer.status_code == 429
    assert "Upload this file again in 1 minute." in said(answer)
    assert "cannot be used here" not in answer.content.decode()
    assert upload(acme_manager, origins("d", "e"), "domains").status_code == 200


def test_an_app_of_two_tenants_is_one_known_origin(cast, few):
    cast.shared_1.tenants.clear()
    for tenant in (cast.acme, cast.globex):
        tenant.domains.create(origin="capacitor://localhost")
    browser = signed_in("manager", cast.acme, cast.globex)
    six_new = origins(*"abcdef") + "acme,capacitor://localhost\n"
    assert upload(browser, six_new, "domains").status_code == 429


def test_one_file_does_not_name_them_all(acme_manager, cast, few):
    answer = upload(acme_manager, origins(*"abcdef"), "domains")
    assert answer.status_code == 429
    assert "new origins: split it" in said(answer)
    assert not UploadAttempt.objects.exists()


def test_own_origins_and_spellings_are_not_new(acme_manager, cast, few):
    Domain.objects.bulk_create(
        Domain(tenant=cast.acme, origin=f"https://own-{number}.example") for number in range(9)
    )
    names = [f"own-{number}" for number in range(9)]
    content = origins(*names, "a", "b") + "acme,HTTPS://A.example:443\n"
    upload(acme_manager, content, "domains")
    assert UploadAttempt.objects.get().new_origins == 2


def test_an_administrator_sees_all_origins_anyway(manager, cast, few):
    assert upload(manager, origins(*"abcdef"), "domains").status_code == 200


def test_a_document_is_counted(acme_manager, cast, few):
    domains = ",".join(f'{{"origin": "https://{name}.example"}}' for name in "abcdef")
    document = f'{{"tenants": [{{"slug": "acme", "domains": [{domains}]}}]}}'
    assert upload(acme_manager, document, "", "a.json").status_code == 429


def test_what_is_too_old_is_deleted(cast, few):
    browser = signed_in("manager", cast.acme, name="other")
    UploadAttempt.objects.create(
        owner=browser.user, at=timezone.now() - timedelta(minutes=11), new_origins=5
    )
    upload(browser, CALLEE)
    assert UploadAttempt.objects.count() == 1
