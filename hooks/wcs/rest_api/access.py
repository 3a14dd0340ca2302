"""How the REST API of a WCS instance is reached, from the columns of its row."""

from __future__ import annotations

from hooks.wcs.rest_api.client import RestApi
from tenants.models import WcsInstance
from tenants.secrets.fields import secret_field

_PASSWORD = secret_field(WcsInstance, "rest_api_password")


def open_rest_api(instance_id: object, url: str, user: str, password: str) -> RestApi | None:
    """`password` is sealed, as a statement read it. None where the instance has no REST API."""
    if not url:
        return None
    secret = _PASSWORD.stored(password, instance_id) if password else None
    return RestApi(url, user, secret)
