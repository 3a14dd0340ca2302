"""Origins that every mobile app has: taken where the WCS instance tells the customers apart."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from tenants.models import Domain
from tenants.models.domain import EVERY_APPS
from tests.manager import signed_in, upload, url

APPS = ["capacitor://localhost", "ionic://localhost", "https://localhost", "http://localhost"]


@pytest.fixture
def alone(cast):
    """Acme leaves the WCS that it shared with Globex."""
    cast.shared_1.tenants.remove(cast.acme)


@pytest.mark.parametrize("origin", APPS)
def test_on_a_shared_instance_it_is_refused(cast, origin):
    with pytest.raises(ValidationError, match="Every mobile app has this origin"):
        Domain(tenant=cast.acme, origin=origin).full_clean()

    page = upload(signed_in(), f"tenant,origin\nacme,{origin}\n", "domains").content.decode()
    assert EVERY_APPS in page


@pytest.mark.parametrize("origin", APPS)
def test_on_an_instance_alone_it_is_taken(acme, cast, alone, origin):
    domain = Domain(tenant=cast.acme, origin=origin)
    domain.full_clean()
    domain.save()
    assert acme.post("connect", origin=origin).status == 200


def test_a_host_with_its_final_dot_is_the_same(acme):
    assert acme.post("connect", origin="https://www.acme.example.").status == 200


def test_an_app_key_tells_customers_apart(cast):
    cast.shared_1.app_key = "acmeApp"
    cast.shared_1.save()
    Domain(tenant=cast.acme, origin="capacitor://localhost").full_clean()


@pytest.mark.parametrize("origin", ["capacitor://app.acme.example", "http://localhost:3000"])
def test_an_origin_of_its_own_needs_no_such_care(cast, origin):
    Domain(tenant=cast.acme, origin=origin).full_clean()


@pytest.mark.parametrize(
    ("origin", "sentence"),
    [
        ("https://co.uk", "co.uk is a public suffix"),
        ("https://localhost", "Every mobile app has this origin"),
    ],
)
def test_the_tenants_page_warns_of_a_stored_one(cast, origin, sentence):
    browser, page = signed_in(), url(cast.acme, "overview", cast.acme.pk)
    assert sentence not in browser.get(page).content.decode()

    cast.acme.domains.create(origin=origin)
    assert f"{origin}: {sentence}" in browser.get(page).content.decode()


def test_a_stored_one_does_not_close_the_page(cast):
    domain = cast.acme.domains.create(origin="https://localhost")
    domain.full_clean()
