"""A provider, its people, and a browser that goes there and back."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tenants.models import SecondFactor
from tenants.sign_in.sso import provider as exchanges
from tenants.sign_in.sso.configuration import Configuration
from tests import cast as casting
from tests.manager import person
from tests.tenants.sso.provider import CLIENT_ID, CLIENT_SECRET, running

INSIDE = "/admin/tenants/tenant/"


class Traveller(Client):
    def begin(self, query=f"?next={INSIDE}"):
        answer = self.get(f"/admin/sso/{query}")
        assert answer.status_code == 302, answer
        return answer.url

    def come_back(self, address):
        return self.get(address)

    def sign_in(self, query=f"?next={INSIDE}"):
        return self.come_back(self.provider.sign_in(self.begin(query)))

    @property
    def is_inside(self):
        return self.get(INSIDE).status_code == 200


@pytest.fixture
def provider():
    with running() as provider:
        yield provider
    exchanges._clients.clear()


@pytest.fixture
def configure(settings, provider):
    def set_configuration(**more):
        settings.CLICKHOOK_OIDC = Configuration(
            provider.issuer, CLIENT_ID, CLIENT_SECRET, "Acme's account", **more
        )

    set_configuration()
    return set_configuration


@pytest.fixture
def cast(db):
    return casting.assemble()


@pytest.fixture
def lena(cast):
    """A manager of Acme, who had a password until now."""
    user = person("manager", cast.acme, name="lena")
    user.email = "lena@acme.example"
    user.set_password("correct horse battery")
    user.save()
    return user


@pytest.fixture
def rita(db):
    """The administrator for the day on which the provider is away."""
    user = User.objects.create_superuser("rita", "rita@acme.example", "glass to be broken")
    SecondFactor.objects.create(user=user, confirmed=True)
    return user


@pytest.fixture
def browser(configure, provider, lena):
    traveller = Traveller()
    traveller.provider = provider
    return traveller
