"""The admin of tenants: what a manager may type, and that no secret ever comes out."""

from __future__ import annotations

import logging
import sys

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.core.signals import got_request_exception
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.debug import ExceptionReporter

from tenants.models import Callee, Domain, SipAccount, Tenant, WcsInstance, WcsNode
from tenants.secrets.encryption import Secret
from tests import cast as casting
from tests.cast import ACME_PASSWORD, ACME_SIGNING
from tests.manager import (
    TYPED,
    assert_tells_nothing,
    change,
    errors_of,
    row,
    signed_in,
    submit,
    url,
)

MODELS = [model for model in admin.site._registry if model._meta.app_label in {"tenants", "hooks"}]


@pytest.fixture
def cast(db):
    return casting.assemble()


def test_every_table_has_its_pages():
    assert {model.__name__ for model in MODELS} == {
        *(
            "Tenant",
            "Domain",
            "Callee",
            "SipAccount",
            "WcsInstance",
            "WcsNode",
            "Session",
            "Call",
            "Stream",
            "StreamAlias",
            "DataMessage",
            "PageMessage",
            "Event",
            "Rate",
            "TicketKey",
            "TokenKey",
            "VisitorLogin",
            "VisitorBlock",
            "CallbackRequest",
            "Alarm",
            "LimitNotice",
            "Switch",
            "ImportRun",
            "AuditEntry",
            "LimitRaise",
            "WebhookEndpoint",
            "WebhookDelivery",
            "ApiKey",
        )
    }


@pytest.mark.parametrize("model", [Tenant, Domain, Callee, SipAccount, WcsInstance, WcsNode])
def test_it_shows_every_page_without_a_secret(manager, cast, model):
    WcsNode.objects.create(instance=cast.acme_1, node_id="node-1", first_seen_at=timezone.now())
    one = model.objects.first()
    pages = [
        url(model),
        url(model) + f"?q=acme&o=1{'&tenant=acme' if hasattr(one, 'tenant') else ''}",
        change(one),
        *(url(model, v, one.pk) for v in ("delete", "history")),
    ]
    for page in pages:
        answer = manager.get(page, follow=True)
        assert answer.status_code == 200, page
        assert_tells_nothing(answer.content.decode())
    assert manager.get(url(model, "add")).status_code == (403 if model is WcsNode else 200)


def test_it_shows_every_page_of_the_others_too(manager, cast):
    for name in ("admin:index", "admin:password_change", "admin:jsi18n"):
        answer = manager.get(reverse(name))
        assert answer.status_code == 200
        assert_tells_nothing(answer.content.decode())
    found = manager.get(
        reverse("admin:autocomplete")
        + "?app_label=tenants&model_name=domain&field_name=tenant&term=ac"
    )
    assert [entry["text"] for entry in found.json()["results"]] == ["acme"]
    with pytest.raises(NoReverseMatch):
        url(WcsInstance.tenants.through)


def test_it_shows_no_secret_to_those_who_may_only_look(cast):
    auditor = signed_in("auditor")
    for one in (cast.acme, cast.acme_account, cast.acme_1, cast.sales, Domain.objects.first()):
        answer = auditor.get(change(one))
        assert answer.status_code == 200
        assert_tells_nothing(answer.content.decode())


@pytest.mark.proof
def test_a_blank_password_keeps_the_one_that_is_set(manager, cast):
    submit(manager, change(cast.acme_account), port="5099")
    cast.acme_account.refresh_from_db()
    assert (cast.acme_account.port, cast.acme_account.password.reveal()) == (5099, ACME_PASSWORD)

    submit(manager, change(cast.acme), name="Acme plc")
    cast.acme.refresh_from_db()
    assert cast.acme.name == "Acme plc"
    assert SipAccount.objects.get(tenant=cast.acme).password.reveal() == ACME_PASSWORD


@pytest.mark.parametrize("prefix", ["", "sip_accounts-0-"])
def test_a_typed_password_replaces_it_and_is_told_nobody(manager, cast, prefix):
    page = change(cast.acme if prefix else cast.acme_account)
    answer = submit(manager, page, **{f"{prefix}password": TYPED})

    assert SipAccount.objects.get(tenant=cast.acme).password.reveal() == TYPED
    entry = LogEntry.objects.get()
    assert "password" in entry.get_change_message().lower()
    history = manager.get(url(cast.acme_account, "history", cast.acme_account.pk)).content.decode()
    assert_tells_nothing(answer.content.decode(), entry.change_message, entry.object_repr, history)


@pytest.mark.proof
def test_a_new_account_needs_a_password(manager, cast):
    typed = {"tenant": cast.acme.pk, "login": "10002", "domain": "sip.acme.example"}
    assert "required" in errors_of(submit(manager, url(SipAccount, "add"), **typed))
    new = row("sip_accounts", 1, login="10003", domain="sip.acme.example", port=5060)
    assert "required" in errors_of(submit(manager, change(cast.acme), **new))

    submit(manager, url(SipAccount, "add"), **typed, password=TYPED)
    submit(
        manager,
        change(cast.acme),
        **row("sip_accounts", 2, login="10003", domain="sip.acme.example", port=1, password=TYPED),
    )
    assert SipAccount.objects.get(login="10002").password.reveal() == TYPED


@pytest.mark.proof
def test_a_form_error_does_not_repeat_the_secret(manager, cast):
    answers = [
        submit(manager, change(cast.acme_account), password=TYPED, port="99999"),
        submit(
            manager,
            change(cast.acme),
            **{"sip_accounts-0-password": TYPED, "sip_accounts-0-port": "0"},
        ),
        submit(manager, change(cast.acme_1), signing_secret=TYPED, unsigned="on"),
        submit(manager, change(cast.acme_account), password=TYPED + "\0"),
    ]
    for answer in answers:
        assert "errorlist" in answer.content.decode()
        assert_tells_nothing(answer.content.decode())


@pytest.mark.parametrize("model", [SipAccount, WcsInstance])
def test_a_report_of_a_fault_holds_no_secret(manager, cast, model, monkeypatch):
    logging.disable(logging.CRITICAL)
    reports = []
    monkeypatch.setattr(model, "save", lambda *args, **kwargs: 1 / 0)
    manager.raise_request_exception = False

    def report(sender, request, **kwargs):
        reports.append(ExceptionReporter(request, *sys.exc_info()))

    got_request_exception.connect(report)
    try:
        secrets = {"password": TYPED, "signing_secret": TYPED}
        answer = submit(manager, change(model.objects.first()), **secrets)
    finally:
        got_request_exception.disconnect(report)
        logging.disable(logging.NOTSET)
    assert answer.status_code == 500
    assert_tells_nothing(
        answer.content.decode(), reports[0].get_traceback_html(), reports[0].get_traceback_text()
    )


def test_a_new_instance_gets_a_signing_secret(manager, cast):
    answer = submit(manager, url(WcsInstance, "add"), name="acme-2", tenants=[cast.acme.pk])
    instance = WcsInstance.objects.get(name="acme-2")
    assert len(instance.signing_secret.reveal()) >= 32
    assert list(instance.tenants.all()) == [cast.acme]
    assert "manage.py wcs_config acme-2" in answer.content.decode()
    assert instance.signing_secret.reveal() not in answer.content.decode()


def test_a_new_signing_secret_rotates(manager, cast):
    answer = submit(manager, change(cast.acme_1), signing_secret=TYPED)
    cast.acme_1.refresh_from_db()
    assert (cast.acme_1.signing_secret.reveal(), cast.acme_1.previous_signing_secret.reveal()) == (
        TYPED,
        ACME_SIGNING,
    )
    assert "is still accepted until you forget it" in answer.content.decode()
    page = manager.get(change(cast.acme_1)).content.decode()
    assert "set: still accepted" in page
    assert_tells_nothing(page, answer.content.decode())

    submit(
        manager, change(cast.acme_1), signing_secret=TYPED
    )  # once more the same: the previous one stays
    submit(manager, change(cast.acme_1), app_key="c2c")
    cast.acme_1.refresh_from_db()
    assert (cast.acme_1.signing_secret.reveal(), cast.acme_1.previous_signing_secret.reveal()) == (
        TYPED,
        ACME_SIGNING,
    )


def test_it_forgets_the_previous_signing_secret(manager, cast):
    submit(manager, change(cast.acme_1), signing_secret=TYPED)
    action = {"action": "forget_previous", "_selected_action": [cast.acme_1.pk, cast.globex_1.pk]}
    answer = manager.post(url(WcsInstance), action, follow=True)

    cast.acme_1.refresh_from_db()
    assert (cast.acme_1.signing_secret.reveal(), cast.acme_1.previous_signing_secret) == (
        TYPED,
        None,
    )
    (message,) = answer.context["messages"]
    assert "acme-1" in message.message
    assert "globex-1" not in message.message
    assert "Forgot the previous" in LogEntry.objects.first().change_message
    assert "None of them" in manager.post(url(WcsInstance), action, follow=True).content.decode()


def test_an_unsigned_instance_is_shown_in_red_words(manager, cast):
    answer = submit(manager, change(cast.acme_1), unsigned="on")
    cast.acme_1.refresh_from_db()
    assert (cast.acme_1.signing_secret, cast.acme_1.previous_signing_secret) == (None, None)
    assert "warning" in [message.level_tag for message in answer.context["messages"]]
    for page in (url(WcsInstance), change(cast.acme_1)):
        html = manager.get(page).content.decode()
        assert '<strong class="alarm">UNSIGNED: ' in html
        assert "tenants/admin.css" in html

    submit(manager, change(cast.acme_1), unsigned=None)
    cast.acme_1.refresh_from_db()
    assert cast.acme_1.signing_secret.reveal() not in {"", ACME_SIGNING}


def test_an_instance_that_answers_nobody_is_shown(manager, cast):
    WcsInstance.objects.filter(pk=cast.acme_1.pk).update(signing_secret="")
    assert '<strong class="alarm">NOBODY: ' in manager.get(url(WcsInstance)).content.decode()
    html = manager.get(change(cast.acme_1)).content.decode()
    assert '<strong class="alarm">NOBODY: ' in html
    assert "http://localhost:8000/hooks/key-of-acme-1" in html


def test_a_secret_that_does_not_open_can_be_entered_again(manager, cast, settings):
    submit(manager, change(cast.acme_1), signing_secret="before")
    settings.CLICKHOOK_ENCRYPTION_KEYS, settings.CLICKHOOK_KEY_FILE = (
        "another:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        None,
    )
    assert manager.get(change(cast.acme_1)).status_code == 200
    submit(manager, change(cast.acme_1), signing_secret=TYPED)
    cast.acme_1.refresh_from_db()
    assert (cast.acme_1.signing_secret.reveal(), cast.acme_1.previous_signing_secret) == (
        TYPED,
        None,
    )
    assert isinstance(cast.acme_1.signing_secret, Secret)
