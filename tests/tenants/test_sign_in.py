"""Signing in: a password, then the second factor that all staff have; nothing opens before."""

from __future__ import annotations

import re
from base64 import b32decode

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_otp.oath import TOTP

from tenants.models import SecondFactor
from tenants.sign_in import ending
from tests import cast as casting
from tests.manager import person

PASSWORD = "correct horse battery"
INSIDE = "/admin/tenants/tenant/"


@pytest.fixture
def lena(db):
    user = person("manager", casting.assemble().acme, name="lena")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def browser(lena):
    return Client()


def give_password(browser, password=PASSWORD, name="lena", **more):
    return browser.post(
        f"/admin/login/?next={INSIDE}",
        {"username": name, "password": password},
        follow=True,
        **more,
    )


def app_of(key, steps=0):
    """What an authenticator app shows that was given this key."""
    totp = TOTP(b32decode(key.replace(" ", "")), drift=steps)
    return f"{totp.token():06}"


def key_on(page):
    return re.search(r'class="key">([A-Z2-7 ]+)<', page.content.decode())[1]


def codes_on(page):
    return re.findall(r"<li><code>([a-z0-9-]{19})</code></li>", page.content.decode())


def enrol(browser):
    page = give_password(browser)
    key = key_on(page)
    done = browser.post(reverse("admin:enrol"), {"code": app_of(key)})
    assert len(codes_on(done)) == 10
    return key, codes_on(done)


@pytest.fixture
def enrolled(browser):
    """A browser that is signed out again, and the key in the app."""
    key, codes = enrol(browser)
    browser.post("/admin/logout/")
    SecondFactor.objects.update(last_step=-1)  # as if it had been yesterday
    return key, codes


def is_inside(browser):
    return browser.get(INSIDE).status_code == 200


def test_the_first_sign_in_leads_to_setting_up_a_second_factor(browser):
    page = give_password(browser)
    assert page.redirect_chain[-1][0] == reverse("admin:enrol")
    assert not is_inside(browser)
    picture = browser.get(reverse("admin:enrol_qr"))
    assert picture["Content-Type"] == "image/svg+xml"
    assert b"<path" in picture.content
    assert key_on(browser.get(reverse("admin:enrol"))) == key_on(page)  # the same until it is done

    wrong = browser.post(
        reverse("admin:enrol"), {"code": "000000" if app_of(key_on(page)) != "000000" else "111111"}
    )
    assert "not the current code" in wrong.content.decode()
    SecondFactor.objects.update(throttling_failure_timestamp=None)
    done = browser.post(reverse("admin:enrol"), {"code": app_of(key_on(page))})
    assert len(set(codes_on(done))) == 10
    assert "no-store" in done["Cache-Control"]
    assert is_inside(browser)


def test_a_page_beside_the_admins_own_reads_rights_once(browser):
    key = key_on(give_password(browser))
    with CaptureQueriesContext(connection) as queries:
        browser.post(reverse("admin:enrol"), {"code": app_of(key)})
    assert sum("tenants_assignment" in query["sql"] for query in queries) == 1


def test_nothing_is_reached_with_the_password_alone(browser, enrolled):
    page = give_password(browser)
    assert (
        page.redirect_chain[-1][0] == f"{reverse('admin:code')}?next=%2Fadmin%2Ftenants%2Ftenant%2F"
    )
    for name in ("index", "second_factor", "password_change", "jsi18n", "autocomplete"):
        assert browser.get(reverse(f"admin:{name}")).status_code == 302
    assert browser.get(reverse("admin:enrol")).url == reverse("admin:code")
    assert browser.post(reverse("admin:enrol"), {"code": "123456"}).url == reverse("admin:code")
    assert browser.get(reverse("admin:enrol_qr")).status_code == 404
    assert browser.post(reverse("admin:second_factor")).status_code == 302
    assert browser.get(reverse("admin:code") + "?next=//evil.example/").context["next"] == ""


def test_a_code_of_the_app_lets_in_and_is_good_once(browser, enrolled):
    key, _ = enrolled
    give_password(browser)
    before = browser.session.session_key
    code = app_of(key)
    answer = browser.post(reverse("admin:code"), {"code": f"{code[:3]} {code[3:]}", "next": INSIDE})
    assert answer.url == INSIDE
    assert is_inside(browser)
    assert browser.session.session_key != before

    other = Client()
    give_password(other)
    assert (
        "not the current code" in other.post(reverse("admin:code"), {"code": code}).content.decode()
    )
    assert not is_inside(other)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "000000\0", "x" * 33])
def test_anything_else_does_not(browser, enrolled, code):
    give_password(browser)
    answer = browser.post(reverse("admin:code"), {"code": code})
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert not is_inside(browser)


def test_a_recovery_code_lets_in_once(browser, enrolled):
    _, codes = enrolled
    give_password(browser)
    assert (
        "one of your recovery codes"
        in browser.get(reverse("admin:code") + "?recovery=").content.decode()
    )
    browser.post(reverse("admin:code"), {"code": codes[3].upper()})
    assert is_inside(browser)
    assert (
        "9 recovery codes are left" in browser.get(reverse("admin:second_factor")).content.decode()
    )
    other = Client()
    give_password(other)
    other.post(reverse("admin:code"), {"code": codes[3]})
    assert not is_inside(other)


def guess(browser, times):
    """Each after the wait for the one before."""
    for _ in range(times):
        SecondFactor.objects.update(throttling_failure_timestamp=None)
        browser.post(reverse("admin:code"), {"code": "no"})


def test_guessing_codes_takes_longer_and_longer(browser, enrolled):
    key, _ = enrolled
    give_password(browser)
    guess(browser, 3)
    answer = browser.post(reverse("admin:code"), {"code": app_of(key)})
    assert "After 3 wrong codes the next one is accepted in 4 s" in answer.content.decode()
    assert not is_inside(browser)


def test_guessing_codes_keeps_nobody_out_for_days(browser, enrolled):
    key, codes = enrolled
    give_password(browser)
    guess(browser, 15)
    browser.post(reverse("admin:code"), {"code": "not counted during the wait"})
    answer = browser.post(reverse("admin:code"), {"code": app_of(key)})
    assert "After 11 wrong codes the next one is accepted in 1024 s" in answer.content.decode()
    browser.post(reverse("admin:code"), {"code": codes[0]})
    assert is_inside(browser)
    assert SecondFactor.objects.get().throttling_failure_count == 0


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example/", "https://evil.example/", "javascript:alert(1)"]
)
def test_another_site_is_nowhere_to_go_on(browser, enrolled, elsewhere):
    typed = {"username": "lena", "password": PASSWORD, "next": elsewhere}
    assert browser.post("/admin/login/", typed).url == "/admin/"


def test_what_is_stored_opens_nothing(browser, enrolled):
    key, codes = enrolled
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM tenants_secondfactor t")
        stored = cursor.fetchone()[0]
    assert key.replace(" ", "") not in stored
    assert [code for code in codes if code in stored or code.replace("-", "") in stored] == []
    assert '"secret":"v1.' in stored


def test_a_key_that_another_browser_began_is_not_used(lena):
    """A stranger with the password could otherwise wait until the owner confirms a seen key."""
    stranger, owner = Client(), Client()
    seen = key_on(give_password(stranger))
    assert key_on(give_password(owner)) != seen
    owner.post(reverse("admin:enrol"), {"code": app_of(seen)})
    assert not SecondFactor.objects.filter(confirmed=True).exists()


def test_a_secret_that_does_not_open_is_said(browser, enrolled, settings):
    give_password(browser)
    settings.CLICKHOOK_ENCRYPTION_KEYS, settings.CLICKHOOK_KEY_FILE = (
        "another:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        None,
    )
    answer = browser.post(reverse("admin:code"), {"code": "123456"})
    assert "does not open with this gateway" in answer.content.decode()
    browser.post(reverse("admin:code"), {"code": enrolled[1][0]})
    assert is_inside(browser)


def test_whoever_is_not_staff_gets_no_further(browser, lena):
    User.objects.update(is_staff=False)
    assert "staff account" in give_password(browser).content.decode()
    browser.force_login(lena)
    for name in ("code", "enrol", "index"):
        assert (
            browser.get(reverse(f"admin:{name}"), follow=True)
            .redirect_chain[-1][0]
            .startswith("/admin/login/")
        )


def test_a_session_ends_without_a_click(browser, monkeypatch, settings):
    enrol(browser)
    now = ending.time.time()
    for later, inside in ((29 * 60, True), (58 * 60, True), (89 * 60, False)):
        monkeypatch.setattr(ending.time, "time", lambda later=later: now + later)
        assert is_inside(browser) == inside
    assert "nothing happened" in browser.get("/admin/login/").content.decode()


def test_a_session_ends_after_a_days_work(browser, monkeypatch, settings):
    enrol(browser)
    settings.CLICKHOOK_SIGN_IN_IDLE = 10**9
    now = ending.time.time()
    for hours, inside in ((11, True), (13, False)):
        monkeypatch.setattr(ending.time, "time", lambda hours=hours: now + hours * 3600)
        assert is_inside(browser) == inside


def test_a_page_that_asks_by_itself_keeps_no_session_alive(browser):
    enrol(browser)
    session = browser.session
    session[ending.SEEN_AT] -= 20 * 60
    request = type(
        "Request", (), {"session": session, "COOKIES": {"sessionid": session.session_key}}
    )()
    middleware = ending.SessionEndMiddleware(lambda request: None)
    middleware.process_view(request, ending.unattended(lambda request: None), [], {})
    before = request.session[ending.SEEN_AT]
    middleware.process_view(request, lambda request: None, [], {})
    assert request.session[ending.SEEN_AT] - before > 19 * 60
