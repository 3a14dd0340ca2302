"""A preview belongs to one person, ends, and is confirmed only as it was shown."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tenants.models import Callee, ImportRun, Upload
from tenants.models.upload import LIFETIME
from tests import cast as casting
from tests.manager import (
    confirm_upload,
    said,
    upload,
)

CALLEES = "tenant,alias,target\n"


@pytest.fixture
def cast(db):
    return casting.assemble()


def test_a_preview_belongs_to_one_person_and_ends(acme_manager, manager, cast):
    upload(acme_manager, CALLEES + "acme,front,10\n")
    page = reverse("admin:tenants_importrun_preview", args=[Upload.objects.get().pk])

    for act in (manager.get, manager.post):
        assert "This preview does not exist any more" in said(
            act(page, {"confirm": "x"}, follow=True)
        )
    assert acme_manager.get(page).status_code == 200
    Upload.objects.update(at=Upload.objects.get().at - LIFETIME)
    assert "This preview does not exist any more" in said(
        acme_manager.post(page, {"confirm": "x"}, follow=True)
    )
    assert not Callee.objects.filter(alias="front").exists()
    upload(acme_manager, CALLEES + "acme,front,10\n")
    assert Upload.objects.count() == 1


def test_it_is_discarded(acme_manager, cast):
    upload(acme_manager, CALLEES + "acme,front,10\n")
    page = reverse("admin:tenants_importrun_preview", args=[Upload.objects.get().pk])

    assert "Nothing was changed" in said(acme_manager.post(page, {"discard": "x"}, follow=True))
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda cast: Callee.objects.filter(alias="sales").update(target="9"),
        lambda cast: Callee.objects.filter(alias="support").update(
            target="9"
        ),  # the preview says: unchanged
        lambda cast: Callee.objects.filter(alias="sales").delete(),
        lambda cast: Callee.objects.create(tenant=cast.acme, alias="front", target="10"),
        lambda cast: Callee.objects.create(tenant=cast.acme, alias="front", target="11"),
    ],
    ids=["changed", "unchanged-then", "deleted", "added-the-same", "added-another"],
)
def test_a_stale_preview_is_refused(acme_manager, cast, meanwhile):
    upload(
        acme_manager,
        CALLEES + "acme,sales,+49301\nacme,front,10\nacme,support,sip:help@pbx.acme.example\n",
    )
    meanwhile(cast)
    before = list(Callee.objects.values_list())

    assert "The data changed since this preview was made" in said(confirm_upload(acme_manager))
    assert list(Callee.objects.values_list()) == before
    assert not Upload.objects.exists()


def test_a_preview_of_what_is_out_of_reach_is_refused(acme_manager, cast):
    upload(acme_manager, CALLEES + "acme,front,10\n")
    acme_manager.user.assignments.all().delete()
    acme_manager.user.assignments.create(tenant=cast.globex, may_change=True)

    assert "There is no such tenant" in said(confirm_upload(acme_manager))
    assert not Callee.objects.filter(alias="front").exists()


def test_what_is_pressed_twice_is_done_once(acme_manager, cast):
    upload(acme_manager, CALLEES + "acme,front,10\n")
    page = reverse("admin:tenants_importrun_preview", args=[Upload.objects.get().pk])
    acme_manager.post(page, {"confirm": "x"})

    assert "This preview does not exist any more" in said(
        acme_manager.post(page, {"confirm": "x"}, follow=True)
    )
    assert ImportRun.objects.count() == 1
