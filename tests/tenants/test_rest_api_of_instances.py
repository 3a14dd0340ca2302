"""The REST API of a WCS instance: as files give it, and on the instance's page."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from tenants.models import WcsInstance
from tenants.rest_api_url import BadRestApiUrl, parse_rest_api_url
from tests.manager import Form, signed_in

URL, PASSWORD = "http://127.0.0.1:8081/rest-api", "rest-pässword-77"


def import_instance(manage, tmp_path, rest_api) -> object:
    document = {"wcs_instances": [{"name": "acme-1", "rest_api": rest_api}]}
    file = tmp_path / "instances.json"
    file.write_text(json.dumps(document))
    return manage("import_tenants", str(file))


def stored(cast) -> tuple[str, str, str | None]:
    instance = WcsInstance.objects.get(pk=cast.acme_1.pk)
    password = instance.rest_api_password
    return instance.rest_api_url, instance.rest_api_user, password and password.reveal()


@pytest.mark.proof
def test_it_is_imported_kept_and_removed(cast, manage, tmp_path):
    given = {"url": f"{URL}/", "user": "gateway", "password": PASSWORD}
    done = import_instance(manage, tmp_path, given)
    assert done.returncode == 0, done.stderr
    assert PASSWORD not in done.stdout
    assert stored(cast) == (URL, "gateway", PASSWORD)

    assert import_instance(manage, tmp_path, {"user": "other"}).returncode == 0
    assert stored(cast) == (URL, "other", PASSWORD)
    assert import_instance(manage, tmp_path, None).returncode == 0
    assert stored(cast) == ("", "", None)


@pytest.mark.proof
@pytest.mark.parametrize(
    ("rest_api", "problem"),
    [
        ({"url": "ftp://wcs/rest-api"}, "wcs_instances[0].rest_api.url: A URL with http"),
        ({"url": "http://u:p@wcs/rest-api"}, "wcs_instances[0].rest_api.url: User and password"),
        ({"url": 7}, "wcs_instances[0].rest_api.url: Expected text"),
        ({"port": 7}, "wcs_instances[0].rest_api: A key is unknown"),
        ("http://wcs", "wcs_instances[0].rest_api: Expected an object"),
    ],
    ids=["scheme", "credentials", "number", "unknown", "text"],
)
def test_problems_are_named_by_their_place(cast, manage, tmp_path, rest_api, problem):
    done = import_instance(manage, tmp_path, rest_api)
    assert done.returncode == 1
    assert problem in done.stderr
    assert stored(cast) == ("", "", None)


@pytest.mark.parametrize(
    "text", ["", "wcs", "http://", "http://h:99999/", "http://h/?a=b", "http://h/#x", "http://h /"]
)
def test_what_is_no_url(text):
    with pytest.raises(BadRestApiUrl):
        parse_rest_api_url(text)


def fill_in(client, address, **more) -> dict[str, object]:
    """What a browser posts that opened the page and typed these."""
    return {**Form(client.get(address).content.decode()).data, **more}


def test_an_administrator_enters_it_and_never_reads_the_password(cast, manager):
    address = reverse("admin:tenants_wcsinstance_change", args=[cast.acme_1.pk])
    typed = {"rest_api_url": URL, "rest_api_user": "gateway", "rest_api_password": PASSWORD}
    data = fill_in(manager, address, **typed)
    assert manager.post(address, data).status_code == 302
    assert stored(cast) == (URL, "gateway", PASSWORD)
    assert PASSWORD not in manager.get(address).content.decode()

    assert manager.post(address, fill_in(manager, address, app_key="other")).status_code == 302
    assert stored(cast) == (URL, "gateway", PASSWORD)


def test_it_needs_a_code_and_is_no_managers_business(cast, manager):
    address = reverse("admin:tenants_wcsinstance_change", args=[cast.acme_1.pk])
    typed = {"rest_api_url": URL, "rest_api_password": PASSWORD}
    client = signed_in("manager", cast.acme)
    client.post(address, fill_in(client, address, **typed))
    assert stored(cast) == ("", "", None)

    session = manager.session
    session["confirmed_at"] = 0
    session.save()
    data = fill_in(manager, address, **typed)
    assert "/code/" in manager.post(address, data)["Location"]
    assert stored(cast) == ("", "", None)
