"""What the operator sets, and what `doctor` says about it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from clickhook.doctor.checks.single_sign_on import check_single_sign_on
from clickhook.environment import Environment
from clickhook.single_sign_on import read_single_sign_on

WHOLE = {
    "CLICKHOOK_OIDC_ISSUER": "https://login.acme.example/realms/staff",
    "CLICKHOOK_OIDC_CLIENT_ID": "clickhook",
    "CLICKHOOK_OIDC_CLIENT_SECRET": "client-secret-8d1f",
}


def read(**more):
    env = Environment({**WHOLE, **{f"CLICKHOOK_OIDC_{name}": text for name, text in more.items()}})
    return read_single_sign_on(env), env.problems


def test_three_variables_are_enough():
    configuration, problems = read()
    assert problems == []
    assert configuration.second_factor == "amr"
    assert not configuration.makes_accounts
    assert "client-secret-8d1f" not in repr(configuration)
    assert read_single_sign_on(Environment({})).issuer == ""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ISSUER", "http://login.acme.example"),
        ("ISSUER", "login.acme.example"),
        ("ISSUER", "https://user:secret@login.acme.example"),
        ("ISSUER", "https://login.acme.example/?a=b"),
        ("ISSUER", "https://[::1"),
        ("CLIENT_ID", ""),
        ("CLIENT_SECRET", ""),
        ("ROLES", "admins"),
        ("ROLES", "admins=root"),
        ("ROLES", "admins=administrator=manager"),
        ("NEW_ACCOUNTS", "maybe"),
        ("NEW_ACCOUNTS", "yes"),
        ("TENANTS_CLAIM", "tenants"),
        ("SECOND_FACTOR", "none"),
    ],
)
def test_what_cannot_be_is_named_at_the_start(name, text):
    _, problems = read(**{name: text})
    assert problems
    assert all(problem.startswith("CLICKHOOK_OIDC_") for problem in problems)
    assert "secret" not in " ".join(problems)


def test_roles_are_named_by_group():
    configuration, problems = read(ROLES=" Domain Admins=administrator, sales=manager,")
    assert problems == []
    assert configuration.roles == {"Domain Admins": "administrator", "sales": "manager"}


def findings():
    return {finding.sentence: finding.is_well for finding in check_single_sign_on()}


def test_doctor_asks_the_provider_and_looks_for_another_way_in(configure, provider, rita):
    assert findings() == {"The provider answers.": True}

    provider.metadata = {"issuer": "https://evil.example"}
    User.objects.filter(pk=rita.pk).update(password="!")
    assert list(findings().values()) == [False, False]
    assert "No administrator signs in with a password" in list(findings())[1]


def test_without_a_provider_there_is_nothing_to_say(settings):
    assert findings() == {}
