"""A visitor who reaches nobody asks to be called back: what it takes, who is told, who sees it."""

from __future__ import annotations

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from hooks.duties.callback_mail import mail_callback_requests
from hooks.models import CallbackRequest, WebhookMessage
from hooks.statements.calling_back import MOST_OF_TENANT, MOST_OF_VISITOR
from hooks.tickets.callback import BECAUSE, LONGEST, BadCallback, read_callback
from tenants.models import Tenant, WebhookEndpoint
from tenants.models.tenant import HTTPS
from tests.conftest import Gateway
from tests.duties.turns import take_turn
from tests.hooks.tickets.asking import PROXIED, Page, addresses
from tests.manager import change, signed_in, submit, url

WISH = {
    "because": "busy",
    "name": "Ann Example",
    "reach": "+49 30 5550100",
    "sentence": "About my order.",
}


def test_what_a_visitor_writes_is_read():
    assert read_callback(WISH) == tuple(WISH.values())
    assert read_callback({"because": "closed", "reach": " ann@acme.example "}).reach == (
        "ann@acme.example"
    )


@pytest.mark.parametrize(
    "changes",
    [
        *[{"because": value} for value in ("", "bored", None, 5, [])],
        *[{"reach": value} for value in ("", "  ", "12", None, 5, "x" * 101, "a\nbcd", "abc\0")],
        *[{"name": value} for value in ("x" * 101, None, {}, "a\u202eb", "\ud800")],
        *[{"sentence": value} for value in ("x" * 301, 1.5, "a\x7fb", "a\u2028b")],
    ],
)
def test_anything_else_is_refused(changes):
    with pytest.raises(BadCallback):
        read_callback({**WISH, **changes})


@given(st.dictionaries(st.sampled_from([*LONGEST, "because"]), st.text() | st.integers()))
def test_what_is_read_is_bounded(given):
    try:
        read = read_callback(given)
    except BadCallback:
        return
    assert read.because in BECAUSE
    assert all(len(getattr(read, name)) <= most for name, most in LONGEST.items())


@pytest.fixture
def gateway(behind_proxy):
    return behind_proxy


@pytest.fixture
def page(page, cast) -> Page:
    Tenant.objects.filter(pk=cast.acme.pk).update(way_out="callback")
    return page


def wish(page: Page, **changes) -> int:
    """Solves a challenge, as for a ticket, and asks; the answer's status."""
    solved = page.solve()
    key, page.path = page.path, f"{page.path}/callback"
    try:
        return page.ask("POST", {**solved, "alias": "sales", **WISH, **changes}).status
    finally:
        page.path = key


def test_a_wish_is_kept_and_told(page, cast):
    crm = "https://crm.acme.example/"
    WebhookEndpoint.objects.create(tenant=cast.acme, url=crm, secret="x")
    assert page.ask().json["way_out"] == {"kind": "callback"}
    assert wish(page) == 204

    kept = CallbackRequest.objects.get()
    assert (kept.tenant, kept.alias, kept.done_at) == (cast.acme, "sales", None)
    assert {name: getattr(kept, name) for name in WISH} == WISH
    assert len(kept.visitor) == 24  # a hash: the address itself is kept nowhere
    message = WebhookMessage.objects.get()
    assert (message.type, message.subject) == ("callback.requested", kept.pk)
    assert {name: message.data[name] for name in WISH} == WISH


def test_a_closed_tenant_takes_a_wish(page, cast):
    Tenant.objects.filter(pk=cast.acme.pk).update(hours={})
    assert page.ticket().json["ticket"] is None
    assert wish(page, because="closed") == 204


def test_without_work_there_is_no_wish(page):
    solved = {**page.solve(), "alias": "sales"}
    page.path += "/callback"
    wrong = {**solved, "solution": {"counter": 0, "derivedKey": "00" * 32}}
    assert page.ask("POST", {**wrong, **WISH}).status == 403
    assert page.ask("POST", {**solved, **WISH}).status == 403  # spent by now
    assert page.ask("POST", WISH).status == 403
    assert page.ask("GET").status == 405
    assert not CallbackRequest.objects.exists()


@pytest.mark.parametrize("way_out", ["none", "link"])
def test_a_tenant_who_did_not_choose_it_takes_none(page, cast, way_out):
    Tenant.objects.filter(pk=cast.acme.pk).update(
        way_out=way_out, way_out_text="Write to us", way_out_url="https://acme.example/contact"
    )
    link = {"kind": "link", "text": "Write to us", "url": "https://acme.example/contact"}
    assert page.ask().json["way_out"] == (link if way_out == "link" else None)
    assert wish(page) == 404
    assert wish(page, reach="") == 400
    assert not CallbackRequest.objects.exists()


def test_one_visitor_wishes_three_times_an_hour(page, acme, cast):
    assert [wish(page) for _ in range(MOST_OF_VISITOR + 1)] == [204] * MOST_OF_VISITOR + [429]
    assert wish(Page(acme, cast.acme.public_key, next(addresses))) == 204


def solved_wish(gateway, cast, address):
    page = Page(gateway.wcs("", ""), cast.acme.public_key, address)
    solved = page.solve()
    page.path += "/callback"

    def ask() -> int:
        with contextlib.closing(page.wcs):
            return page.ask("POST", {**solved, "alias": "sales", **WISH}).status

    return ask


@pytest.mark.proof
def test_caps_hold_for_those_who_ask_at_the_same_moment(page, cast):
    """Several connections, two processes: what one of them counts, the others count too."""
    several = Gateway(PROXIED, workers=2).start()
    address = next(addresses)
    of_one = [solved_wish(several, cast, address) for _ in range(8)]
    with ThreadPoolExecutor(8) as asking:
        told = list(asking.map(lambda wish: wish(), of_one))
    assert sorted(told) == [204] * MOST_OF_VISITOR + [429] * 5

    CallbackRequest.objects.bulk_create(
        CallbackRequest(tenant=cast.acme, asked_at=timezone.now(), reach="x", visitor=str(n))
        for n in range(MOST_OF_TENANT - MOST_OF_VISITOR - 2)
    )
    of_many = [solved_wish(several, cast, next(addresses)) for _ in range(8)]
    with ThreadPoolExecutor(8) as asking:
        told = list(asking.map(lambda wish: wish(), of_many))
    several.stop()
    assert sorted(told) == [204] * 2 + [429] * 6
    assert CallbackRequest.objects.count() == MOST_OF_TENANT


def test_a_flood_does_not_fill_the_list(page, cast):
    CallbackRequest.objects.bulk_create(
        CallbackRequest(tenant=cast.acme, asked_at=timezone.now(), reach="x", visitor=str(n))
        for n in range(MOST_OF_TENANT)
    )
    assert wish(page) == 429
    assert CallbackRequest.objects.count() == MOST_OF_TENANT


@pytest.fixture
def asked(cast):
    for tenant in (cast.acme, cast.globex):
        CallbackRequest.objects.create(tenant=tenant, asked_at=timezone.now(), **WISH)
    return CallbackRequest.objects.get(tenant=cast.acme)


def test_a_manager_marks_their_own_as_done(asked, cast):
    manager = signed_in("manager", cast.acme)
    listed = manager.get(url(CallbackRequest)).content.decode()
    assert listed.count(WISH["reach"]) == 1
    ids = [str(pk) for pk in CallbackRequest.objects.values_list("pk", flat=True)]
    for action, done in (("mark_done", [asked.pk]), ("mark_not_done", [])):
        answer = manager.post(
            url(CallbackRequest), {"action": action, "_selected_action": ids}, follow=True
        )
        assert answer.status_code == 200
        left = CallbackRequest.objects.exclude(done_at=None)
        assert list(left.values_list("pk", flat=True)) == done
    asked.refresh_from_db()
    assert asked.done_by == ""


def test_who_may_only_look_marks_nothing(asked, cast):
    colleague = signed_in("manager", cast.acme, may_change=False)
    marking = {"action": "mark_done", "_selected_action": [str(asked.pk)]}
    colleague.post(url(CallbackRequest), marking, follow=True)
    asked.refresh_from_db()
    assert asked.done_at is None


def test_the_mail_says_that_and_not_who(asked, settings, monkeypatch):
    settings.CLICKHOOK_ALARM_MAIL = ["ops@host.example"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert take_turn(mail_callback_requests().send) == "mailed 2 call-back requests"
    [sent] = mail.outbox
    assert "2 visitors ask to be called back" in sent.subject
    assert not [text for text in (WISH["name"], WISH["reach"]) if text in sent.body]
    assert take_turn(mail_callback_requests().send) == ""


@pytest.mark.proof
def test_a_wish_is_erased_and_pruned(asked, manage):
    CallbackRequest.objects.update(visitor="v")
    assert manage("erase", "acme", "--everybody", "--json").returncode == 0
    assert CallbackRequest.objects.get().tenant.slug == "globex"
    CallbackRequest.objects.update(asked_at=timezone.now() - timedelta(days=61))
    done = manage("prune", "--json", CLICKHOOK_KEEP_CALLS="60")
    assert json.loads(done.stdout)["rows"]["call-back requests"] == 1
    assert not CallbackRequest.objects.exists()


@pytest.mark.parametrize(
    ("address", "is_good"),
    [
        ("https://www.acme.example/contact?a=b#c", True),
        ("https://acme.example", True),
        *[
            (text, False)
            for text in (
                "http://www.acme.example/",
                "javascript:alert(1)",
                "https://",
                "https://a b",
                "https://ann@acme.example/",
                " https://acme.example",
                "//acme.example",
                "https:/acme.example",
                "https://acme.example/\n",
            )
        ],
    ],
)
def test_a_link_leads_to_an_https_page(address, is_good):
    try:
        HTTPS(address)
    except ValidationError:
        assert not is_good
    else:
        assert is_good


@pytest.mark.proof
def test_a_link_needs_its_text_and_its_address(cast):
    browser = signed_in("manager", cast.acme)
    link = {"way_out": "link", "way_out_text": "Write to us"}
    refused = submit(browser, change(cast.acme), **link).content.decode()
    assert "A link needs its text and its address." in refused
    submit(browser, change(cast.acme), **link, way_out_url="https://acme.example/contact")
    cast.acme.refresh_from_db()
    assert cast.acme.way_out_url == "https://acme.example/contact"
