"""Staff sign in at the company's provider: whose account it is, and which pages open."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tenants.models import AuditEntry, SsoIdentity
from tenants.roles import Role, role_of
from tests.manager import signed_in
from tests.tenants.sso.conftest import INSIDE, Traveller


def test_the_page_for_signing_in_leads_there(browser):
    page = Client().get(f"/admin/login/?next={INSIDE}").content.decode()
    assert "Sign in with Acme&#x27;s account" in page
    assert f'href="/admin/sso/?next={INSIDE.replace("/", "%2F")}"' in page


def test_without_a_provider_there_is_no_such_page(settings, db):
    assert settings.CLICKHOOK_OIDC.issuer == ""
    assert "sso" not in Client().get("/admin/login/").content.decode()
    assert Client().get("/admin/sso/").status_code == 404
    assert Client().get("/admin/sso/return/?code=1&state=2").status_code == 404


def test_a_person_is_found_by_their_mail_address_and_from_then_on_by_their_subject(
    browser, lena, provider
):
    answer = browser.sign_in()
    assert answer.url == INSIDE
    assert browser.is_inside
    identity = SsoIdentity.objects.get()
    assert (identity.user, identity.subject) == (lena, "subject-of-lena")

    provider.claims = {"email": "somebody@else.example", "email_verified": False}
    browser.logout()
    browser.sign_in()
    assert browser.is_inside
    assert SsoIdentity.objects.count() == 1


def test_who_is_linked_has_no_password_here(browser, lena):
    browser.sign_in()
    lena.refresh_from_db()
    assert not lena.has_usable_password()
    form = {"username": "lena", "password": "correct horse battery"}
    assert Client().post("/admin/login/", form).status_code == 200  # the form again, with an error


def test_the_link_stands_in_the_audit(browser, lena):
    browser.sign_in()
    entries = AuditEntry.objects.filter(via="single sign-on")
    assert {entry.object_table for entry in entries} == {"tenants_ssoidentity", "auth_user"}
    assert {entry.actor_name for entry in entries} == {"lena@acme.example"}


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": None},
        {"email": ["lena@acme.example"]},
        {"email": "somebody@else.example"},
    ],
)
def test_nobody_is_linked_by_an_address_that_is_not_theirs(browser, provider, lena, claims):
    provider.claims = claims
    assert browser.sign_in().status_code == 403
    assert not browser.is_inside
    lena.refresh_from_db()
    assert lena.has_usable_password()
    assert not SsoIdentity.objects.exists()


def test_an_address_of_two_people_links_nobody(browser, lena):
    User.objects.create_user("lena2", "LENA@acme.example", is_staff=True)
    assert browser.sign_in().status_code == 403
    assert not SsoIdentity.objects.exists()


def test_a_second_subject_with_the_same_address_gets_nothing(browser, provider, lena):
    browser.sign_in()
    browser.logout()
    provider.claims = {"sub": "somebody-else"}
    assert browser.sign_in().status_code == 403
    assert SsoIdentity.objects.count() == 1


@pytest.mark.parametrize("is_linked", [True, False])
def test_who_is_not_active_stays_out(browser, lena, is_linked):
    if is_linked:
        SsoIdentity.link(lena, browser.provider.issuer, "subject-of-lena")
    lena.is_active = False
    lena.save()
    assert browser.sign_in().status_code == 403
    assert not browser.is_inside


def test_the_last_administrator_with_a_password_keeps_it(browser, provider, rita):
    provider.claims = {"email": "rita@acme.example", "sub": "subject-of-rita"}
    assert browser.sign_in().status_code == 403
    rita.refresh_from_db()
    assert rita.has_usable_password()


def test_an_administrator_is_linked_where_another_one_keeps_a_password(
    browser, provider, rita, lena
):
    User.objects.create_superuser("otto", "otto@acme.example", "another glass to break")
    provider.claims = {"email": "otto@acme.example", "sub": "subject-of-otto"}
    browser.sign_in()
    assert browser.is_inside
    assert SsoIdentity.objects.get().user.username == "otto"


def test_no_account_is_made_unless_the_operator_allows_it(browser, provider, lena, configure):
    provider.claims = {"email": "nina@acme.example", "sub": "nina", "groups": ["managers"]}
    configure(roles={"managers": "manager"})
    assert browser.sign_in().status_code == 403
    assert not User.objects.filter(email="nina@acme.example").exists()

    configure(roles={"managers": "manager"}, makes_accounts=True)
    browser.sign_in()
    assert browser.get("/admin/").status_code == 200
    nina = User.objects.get(username="nina@acme.example")
    assert role_of(nina) == Role.MANAGER
    assert not nina.has_usable_password()
    entries = AuditEntry.objects.filter(via="single sign-on", object_name="nina@acme.example")
    assert entries.exists()


def test_a_user_name_that_is_taken_is_nobody_elses(browser, provider, lena, configure):
    User.objects.create_user("nina@acme.example", is_staff=True)
    provider.claims = {"email": "nina@acme.example", "sub": "nina", "groups": "managers"}
    configure(roles={"managers": "manager"}, makes_accounts=True)
    assert browser.sign_in().status_code == 403
    assert not SsoIdentity.objects.exists()


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["managers"], Role.MANAGER),
        ("auditors", Role.AUDITOR),
        (["managers", "admins", "others"], Role.ADMINISTRATOR),
    ],
)
def test_the_groups_at_the_provider_give_the_role(browser, provider, lena, configure, groups, role):
    configure(roles={"managers": "manager", "auditors": "auditor", "admins": "administrator"})
    provider.claims = {"groups": groups}
    browser.sign_in()
    assert browser.is_inside
    assert role_of(User.objects.get(username="lena")) == role


@pytest.mark.parametrize("groups", [None, [], ["others"], [["admins"]], {"admins": 1}, 7])
def test_without_a_group_that_has_a_role_a_person_has_none(
    browser, provider, lena, configure, groups
):
    configure(roles={"admins": "administrator"})
    provider.claims = {"groups": ["admins"]}
    browser.sign_in()
    assert browser.is_inside

    provider.claims = {"groups": groups}
    elsewhere = Traveller()
    elsewhere.provider = provider
    assert elsewhere.sign_in().status_code == 403
    assert role_of(User.objects.get(username="lena")) == Role.NONE
    assert not browser.is_inside


def test_the_provider_assigns_tenants(browser, provider, lena, configure, cast):
    configure(roles={"managers": "manager"}, tenants_claim="tenants")
    provider.claims = {"groups": ["managers"], "tenants": ["globex:view", "nobodys", 7]}
    browser.sign_in()
    held = dict(lena.assignments.values_list("tenant__slug", "may_change"))
    assert held == {"globex": False}

    provider.claims["tenants"] = ["globex", "globex:view", "acme"]
    browser.sign_in()
    held = dict(lena.assignments.values_list("tenant__slug", "may_change"))
    assert held == {"globex": True, "acme": True}


def test_roles_and_tenants_stay_where_the_provider_decides_nothing(browser, provider, lena):
    provider.claims = {"groups": ["admins"], "tenants": ["globex"]}
    browser.sign_in()
    assert role_of(User.objects.get(username="lena")) == Role.MANAGER
    assert list(lena.assignments.values_list("tenant__slug", flat=True)) == ["acme"]


@pytest.mark.parametrize(
    ("second_factor", "amr", "opens"),
    [
        ("amr", ["pwd", "otp"], True),
        ("amr", ["mfa"], True),
        ("amr", ["pwd"], False),
        ("amr", None, False),
        ("amr", [["otp"]], False),
        ("provider", ["pwd"], True),
        ("ours", ["pwd", "otp"], False),
    ],
)
def test_nothing_opens_without_a_second_factor(
    browser, provider, configure, second_factor, amr, opens
):
    configure(second_factor=second_factor)
    provider.claims = {"amr": amr}
    answer = browser.sign_in()
    assert browser.is_inside == opens
    if not opens:
        assert answer.url.startswith(reverse("admin:code"))
        assert browser.get(answer.url).url == reverse("admin:enrol")


def test_before_something_dangerous_the_provider_asks_again(browser, provider, lena):
    provider.claims = {"auth_time": int(time.time()) - 3600}
    browser.sign_in()
    dangerous = reverse("admin:enrol")
    SsoIdentity.objects.get()
    session = browser.session
    assert "confirmed_at" not in session

    answer = browser.get(f"{reverse('admin:code')}?next={dangerous}")
    assert answer.url.startswith("/admin/sso/?next=")
    address = browser.get(answer.url).url
    assert "max_age=300" in address
    assert browser.come_back(provider.sign_in(address)).status_code == 403
    assert "confirmed_at" not in browser.session

    provider.claims = {}
    address = browser.get(answer.url).url
    assert browser.come_back(provider.sign_in(address)).url == dangerous
    assert "confirmed_at" in browser.session


@pytest.mark.proof
@pytest.mark.parametrize("auth_time", [None, 0, True, -5])
def test_who_does_not_say_when_they_signed_in_proves_nothing_again(browser, provider, auth_time):
    browser.sign_in()
    provider.claims = {"auth_time": auth_time}
    assert browser.sign_in().status_code == 403


@pytest.mark.proof
def test_another_person_cannot_come_back_for_somebody(browser, provider, lena, rita):
    User.objects.create_superuser("otto", "otto@acme.example", "another glass to break")
    browser.sign_in()
    provider.claims = {"email": "otto@acme.example", "sub": "subject-of-otto"}
    assert browser.sign_in().status_code == 403
    assert browser.session["_auth_user_id"] == str(lena.pk)


def test_the_page_of_the_second_factor_says_whose_it_is(browser):
    browser.sign_in()
    page = browser.get(reverse("admin:second_factor"))
    assert "which asks for your second factor" in page.content.decode()
    assert browser.post(reverse("admin:second_factor")).status_code == 404


def test_an_administrator_unlinks_a_person(browser, lena, rita):
    browser.sign_in()
    administrator = signed_in("administrator", name="anna")
    form = {"action": "unlink_from_provider", "_selected_action": [lena.pk]}
    administrator.post("/admin/auth/user/", form)
    assert not SsoIdentity.objects.exists()
    assert not browser.is_inside
