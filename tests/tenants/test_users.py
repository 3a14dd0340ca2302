"""Who gives which role to whom, what ends with it, and what needs the second factor again."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.test import Client

from tenants.models import SecondFactor, Tenant, WcsInstance
from tenants.scope import scope_of
from tests import cast as casting
from tests.manager import TYPED, change, errors_of, person, row, signed_in, submit, unconfirmed, url
from tests.tenants.importing.content import help_text


@pytest.fixture
def cast(db):
    return casting.assemble()


@pytest.fixture
def boss(cast):
    return signed_in(name="boss")


@pytest.fixture
def lena(cast):
    return person("manager", cast.acme, name="lena")


def fresh(user):
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("role", ["manager", "auditor", "nobody"])
def test_only_administrators_reach_the_users(cast, lena, role):
    visitor = signed_in(role, cast.globex, may_change=True)
    pages = [
        url(User),
        url(User, "add"),
        change(lena),
        url(lena, "history", lena.pk),
        f"/admin/auth/user/{lena.pk}/password/",
    ]
    for page in pages:
        assert visitor.get(page).status_code in {302, 403}
        assert visitor.post(page, {"role": "administrator", "is_active": "on"}).status_code in {
            302,
            403,
        }
    assert "auth/user" not in visitor.get("/admin/").content.decode()
    assert not fresh(lena).is_superuser
    assert (
        url(User).replace("user", "group")
        not in signed_in(name="boss").get("/admin/").content.decode()
    )


@pytest.mark.proof
def test_an_administrator_makes_a_manager(cast, boss):
    submit(
        boss,
        url(User, "add"),
        username="mia",
        password1="a long enough one",
        password2="a long enough one",
        role="manager",
    )
    mia = User.objects.get(username="mia")
    assert (mia.is_staff, mia.is_superuser, scope_of(mia).visible) == (True, False, frozenset())

    submit(boss, change(mia), **row("assignments", 0, tenant=cast.acme.pk, may_change="on"))
    submit(boss, change(mia), **row("assignments", 1, tenant=cast.globex.pk))
    assert scope_of(mia).visible == {cast.acme.pk, cast.globex.pk}
    assert scope_of(mia).changeable == {cast.acme.pk}
    again = submit(boss, change(mia), **row("assignments", 2, tenant=cast.acme.pk))
    assert "errorlist" in again.content.decode()


@pytest.mark.proof
def test_a_role_replaces_the_former_one(boss, lena):
    for role, powers in {
        "administrator": (True, True, 0),
        "auditor": (False, True, 1),
        "manager": (False, True, 0),
        "none": (False, False, 0),
    }.items():
        page = submit(boss, change(lena), role=role)
        lena = fresh(lena)
        assert (lena.is_superuser, lena.is_staff, lena.groups.count()) == powers
        assert page.status_code == 200


def test_nobody_locks_themselves_out(boss):
    user = boss.user
    assert "another administrator" in errors_of(submit(boss, change(user), role="manager"))
    assert "another administrator" in errors_of(submit(boss, change(user), is_active=None))
    assert boss.get(url(user, "delete", user.pk)).status_code == 403
    assert fresh(user).is_superuser


def test_no_page_shows_a_digest_of_a_password(boss, lena):
    lena.set_password("a long enough one")
    lena.save()
    html = (
        boss.get(change(lena)).content.decode()
        + boss.get(f"/admin/auth/user/{lena.pk}/password/").content.decode()
    )
    assert [word for word in ("md5", "pbkdf2", "salt", lena.password) if word in html] == []


def test_an_inactive_person_is_out_at_once(cast, boss, lena):
    theirs = Client()
    theirs.force_login(lena)
    submit(boss, change(lena), is_active=None)
    assert theirs.get("/admin/code/").status_code == 302


def test_a_new_password_signs_out_everywhere(boss, lena):
    theirs = Client()
    theirs.force_login(lena)
    assert theirs.get("/admin/enrol/").status_code == 200
    new = {
        "password1": "another long one",
        "password2": "another long one",
        "usable_password": "true",
    }
    assert boss.post(f"/admin/auth/user/{lena.pk}/password/", new).status_code == 302
    assert theirs.get("/admin/enrol/").status_code == 302
    assert fresh(lena).check_password("another long one")


def test_resetting_the_second_factor_signs_out_everywhere(cast, boss):
    theirs = signed_in("manager", cast.acme, name="pia")
    assert theirs.get(url(Tenant)).status_code == 200
    reset = {"action": "reset_second_factor", "_selected_action": [theirs.user.pk]}
    page = boss.post(url(User), reset, follow=True).content.decode()
    assert "a second factor is set up again: pia" in page
    assert "not set up" in page
    assert theirs.get(url(Tenant)).url.startswith("/admin/login/")
    assert not SecondFactor.objects.filter(user=theirs.user).exists()


@pytest.mark.proof
def test_the_operator_resets_it_too(cast, manage, transactional_db):
    theirs = signed_in("manager", cast.acme, name="pia")
    done = json.loads(manage("reset_second_factor", "pia", "--json").stdout)
    assert done == {"user": "pia", "had_second_factor": True, "sessions_ended": 1}
    assert theirs.get(url(Tenant)).status_code == 302


def test_a_reset_says_when_there_is_nothing_to_reset(lena, capsys):
    call_command("reset_second_factor", lena.get_username())
    assert "not set up anyway" in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no user 'nobody'") as refusal:
        call_command("reset_second_factor", "nobody")
    assert refusal.value.returncode == 1
    assert "changepassword" in help_text("reset_second_factor")


def test_dangerous_acts_ask_for_the_factor_again(cast, boss, lena):
    unconfirmed(boss)
    rotated = {"signing_secret": TYPED}
    unsigned = WcsInstance.objects.create(name="unsigned-1", unsigned=True)
    acts = [
        (change(cast.acme_1), rotated),
        (change(cast.acme_1), {"unsigned": "on"}),
        (change(cast.acme_1), {"key": "another-key-of-acme-1"}),
        (change(unsigned), {}),
        (url(WcsInstance), {"action": "forget_previous", "_selected_action": [cast.acme_1.pk]}),
        (change(lena), {"role": "administrator"}),
        (url(User, "add"), {"username": "mia"}),
        (f"/admin/auth/user/{lena.pk}/password/", {}),
        (url(User), {"action": "reset_second_factor", "_selected_action": [lena.pk]}),
        ("/admin/second-factor/", {}),
        ("/admin/enrol/", {}),
    ]
    for page, typed in acts:
        answer = boss.post(page, typed)
        assert answer.status_code == 302, page
        assert answer.url.startswith("/admin/code/?next="), page
    assert not fresh(lena).is_superuser
    assert WcsInstance.objects.get(pk=cast.acme_1.pk).signing_secret.matches(casting.ACME_SIGNING)
    assert "Nothing was done yet" in boss.get(answer.url).content.decode()


def test_after_the_code_the_same_page_asks_to_repeat(cast, boss):
    factor = SecondFactor.objects.get(user=boss.user)
    code, *_ = factor.new_recovery_codes()
    factor.save()
    asked = submit(unconfirmed(boss), change(cast.acme_1), follow=False, signing_secret=TYPED)
    back = boss.post(asked.url, {"code": code, "next": change(cast.acme_1)}, follow=True)
    assert back.redirect_chain[-1][0] == change(cast.acme_1)
    assert "repeat what was interrupted" in back.content.decode()
    submit(boss, change(cast.acme_1), signing_secret=TYPED)
    assert WcsInstance.objects.get(pk=cast.acme_1.pk).signing_secret.matches(TYPED)


@pytest.mark.proof
def test_everyday_acts_do_not_ask(cast, boss):
    submit(unconfirmed(boss), change(cast.acme_1), app_key="c2c")
    submit(boss, change(cast.acme), name="Acme plc")
    assert (
        WcsInstance.objects.get(name="acme-1").app_key,
        Tenant.objects.get(slug="acme").name,
    ) == ("c2c", "Acme plc")


def test_new_recovery_codes_replace_the_former(boss):
    page = boss.post("/admin/second-factor/")
    assert page.content.decode().count("<li><code>") == 10
    assert len(SecondFactor.objects.get(user=boss.user).recovery_digests) == 10


def test_the_group_of_auditors_may_be_missing(boss, lena):
    Group.objects.all().delete()
    submit(boss, change(lena), role="auditor")
    assert scope_of(fresh(lena)).visible is None


def test_djangos_tables_of_permissions_grant_nothing(cast):
    visitor = signed_in("nobody")
    visitor.user.user_permissions.set(Permission.objects.all())
    assert not fresh(visitor.user).has_perm("tenants.view_tenant")
    assert not fresh(visitor.user).has_module_perms("tenants")
    assert visitor.get(url(Tenant)).status_code == 403
    assert fresh(signed_in(name="boss").user).has_perm("tenants.view_tenant")
