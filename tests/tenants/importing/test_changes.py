"""What a file adds and changes, and what it leaves alone."""

from __future__ import annotations

import pytest

from tenants.models import ImportRun, SipAccount, Tenant, WcsInstance
from tests import cast as casting
from tests.tenants.importing.content import (
    FILES,
    NEW_PASSWORD,
    NEW_SIGNING,
    UNCHANGED,
    Outcome,
    account,
    instance,
    rows,
    tenant,
)


@pytest.mark.parametrize("name", ["initech.json", "initech.yaml"])
def test_it_adds_everything(run, cast, name):
    outcome = run(FILES / name)
    number = ImportRun.objects.get().pk

    assert outcome.code == 0
    assert outcome.lines == [
        "+ tenant initech: name Initech GmbH, sip register required true",
        "+ domain https://www.initech.example",
        "+ domain https://xn--bcher-kva.example: include subdomains true, default callee help-desk",
        "+ SIP account initech/30001@sip.initech.example: password set, authentication name "
        "auth-30001, "
        "outbound proxy 203.0.113.9, port 5080, internal rate 0.00",
        "+ SIP account initech/30002@sip.initech.example: password set, enabled false, "
        "internal rate 0.00",
        "+ callee initech/sales: target 10002, default true",
        "+ callee initech/help-desk: target sip:help@pbx.initech.example",
        "+ WCS instance initech-1: signing secret set, key set, app key initechApp, tenants "
        "acme initech",
        "+ WCS instance initech-2: signing secret generated, tenants initech",
        "+ WCS instance initech-lab: unsigned true",
        "A signing secret was generated for initech-2; manage.py wcs_config initech-2 shows it.",
        f"This was import {number}; manage.py undo_import {number} takes it back.",
        "done: 10 added, 0 changed, 0 unchanged",
    ]
    initech = Tenant.objects.get(slug="initech")
    assert (initech.name, initech.status, initech.sip_register_required) == (
        "Initech GmbH",
        "active",
        True,
    )
    assert list(
        initech.domains.values_list("origin", "include_subdomains", "default_callee__alias")
    ) == [
        ("https://www.initech.example", False, None),
        ("https://xn--bcher-kva.example", True, "help-desk"),
    ]
    assert list(initech.callees.values_list("alias", "target", "default")) == [
        ("help-desk", "sip:help@pbx.initech.example", False),
        ("sales", "10002", True),
    ]


def test_it_seals_the_secrets(run, cast):
    run(FILES / "initech.json")

    first, second = SipAccount.objects.filter(tenant__slug="initech")
    assert (first.login, first.authentication_name, first.port) == ("30001", "auth-30001", 5080)
    assert (first.domain, first.outbound_proxy, first.enabled) == (
        "sip.initech.example",
        "203.0.113.9",
        True,
    )
    assert first.password.matches("initech-sip-pässword-11")
    assert first.password.token.startswith("v1.")
    assert second.password.matches("initech-sip-password-22")
    assert (second.authentication_name, second.port, second.enabled) == ("", 5060, False)


def test_it_adds_instances_with_given_generated_and_no_secrets(run, cast):
    run(FILES / "initech.json")

    one, two, lab = WcsInstance.objects.filter(name__startswith="initech")
    assert (one.key, one.app_key) == ("key-of-initech-1", "initechApp")
    assert one.signing_secret.matches("initech-signing-secret-33")
    assert {tenant.slug for tenant in one.tenants.all()} == {"initech", "acme"}
    assert len(two.signing_secret.reveal()) > 40
    assert len(two.key) >= 32
    assert (lab.unsigned, lab.signing_secret, lab.answers_nobody) == (True, None, False)


@pytest.mark.parametrize("name", ["initech.json", "initech.yaml"])
def test_a_second_run_changes_nothing(run, cast, name):
    run(FILES / "initech.json")
    before = rows()
    outcome = run(FILES / name)

    assert outcome == Outcome(0, "nothing to change: 0 added, 0 changed, 10 unchanged\n", "")
    assert rows() == before


@pytest.mark.parametrize(
    "content", [{}, {"tenants": [], "wcs_instances": []}, tenant(), tenant(domains=[])]
)
def test_what_the_file_does_not_mention_stays(run, cast, content):
    before = rows()
    outcome = run(content)

    assert outcome.code == 0
    assert outcome.lines[-1].startswith("nothing to change")
    assert rows() == before


def test_a_dry_run_reports_the_same_and_keeps_nothing(run, cast):
    dry = run(FILES / "initech.json", "--dry-run")
    wet = run(FILES / "initech.json")

    assert dry.code == wet.code == 0
    assert dry.lines[:-1] == wet.lines[:-3]
    assert dry.lines[-1] == "dry run, nothing is written: " + wet.lines[-1].removeprefix("done: ")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (tenant(status="suspended"), "~ tenant acme: status active → suspended"),
        (
            tenant(name="Acme", sip_register_required=True),
            "~ tenant acme: name Acme Ltd → Acme, sip register required false → true",
        ),
        (account(port=5061), "~ SIP account acme/10001@sip.acme.example: port 5070 → 5061"),
        (
            account(authentication_name=""),
            '~ SIP account acme/10001@sip.acme.example: authentication name auth-10001 → ""',
        ),
        (account(enabled=False), "~ SIP account acme/10001@sip.acme.example: enabled true → false"),
        (
            account(password=NEW_PASSWORD),
            "~ SIP account acme/10001@sip.acme.example: password changed",
        ),
        (
            tenant(callees=[{"alias": "sales", "target": "110"}]),
            "~ callee acme/sales: target +4930123456 → 110",
        ),
        (
            tenant(
                domains=[{"origin": "https://WWW.acme.example:443", "include_subdomains": True}]
            ),
            "~ domain https://www.acme.example: include subdomains false → true",
        ),
        (
            tenant(domains=[{"origin": "https://www.acme.example", "default_callee": "sales"}]),
            "~ domain https://www.acme.example: default callee none → sales",
        ),
        (
            tenant(domains=[{"origin": "https://shops.acme.example", "default_callee": None}]),
            "~ domain https://shops.acme.example: default callee support → none",
        ),
        (instance(tenants=["globex"]), "~ WCS instance acme-1: tenants +globex -acme"),
        (instance(tenants=[]), "~ WCS instance acme-1: tenants -acme"),
        (instance(key="another-key"), "~ WCS instance acme-1: key changed"),
        (instance(app_key="acmeApp"), '~ WCS instance acme-1: app key "" → acmeApp'),
        (instance(signing_secret=NEW_SIGNING), "~ WCS instance acme-1: signing secret changed"),
    ],
)
def test_it_changes_what_differs(run, cast, content, line):
    outcome = run(content)

    assert outcome.code == 0
    assert [row for row in outcome.lines if row.startswith("~")] == [line]
    assert outcome.lines[-1].startswith("done: 0 added, 1 changed")
    assert run(content).lines[-1].startswith("nothing to change: 0 added, 0 changed")


def test_it_writes_the_changed_fields_alone(run, cast):
    before = SipAccount.objects.get(pk=cast.acme_account.pk)
    run(account(port=5061, password=NEW_PASSWORD))

    after = SipAccount.objects.get(pk=cast.acme_account.pk)
    assert after.port == 5061
    assert after.password.matches(NEW_PASSWORD)
    assert (after.authentication_name, after.outbound_proxy) == (
        before.authentication_name,
        before.outbound_proxy,
    )


def test_it_keeps_the_password_that_is_the_same_or_left_out(run, cast):
    before = rows()

    assert run(account(password=casting.ACME_PASSWORD)).lines == [UNCHANGED.replace("1", "2")]
    assert run(account()).lines == [UNCHANGED.replace("1", "2")]
    assert rows() == before


def test_a_new_signing_secret_leaves_the_old_one_accepted(run, cast):
    run(instance(signing_secret=NEW_SIGNING))

    stored = WcsInstance.objects.get(name="acme-1")
    assert stored.signing_secret.matches(NEW_SIGNING)
    assert stored.previous_signing_secret.matches(casting.ACME_SIGNING)


@pytest.mark.parametrize(
    "values", [{}, {"signing_secret": casting.ACME_SIGNING}, {"unsigned": False}]
)
def test_the_signing_secret_that_is_the_same_or_left_out_is_no_change(run, cast, values):
    before = rows()

    assert run(instance(**values)).lines == [UNCHANGED]
    assert rows() == before


def test_an_instance_is_made_unsigned_only_where_its_secret_is_dropped(run, cast):
    assert run(instance(unsigned=True)).problems == [
        "wcs_instances[0].unsigned: An instance either signs or is marked as unsigned, not both. "
        'To drop the secret that it has, give "signing_secret": "" too.'
    ]

    outcome = run(instance(unsigned=True, signing_secret=""))
    assert (
        outcome.lines[0] == "~ WCS instance acme-1: signing secret removed, unsigned false → true"
    )
    stored = WcsInstance.objects.get(name="acme-1")
    assert (stored.unsigned, stored.signing_secret, stored.previous_signing_secret) == (
        True,
        None,
        None,
    )


def test_an_instance_that_begins_to_sign_gets_a_secret(run, cast):
    WcsInstance.objects.create(name="lab", unsigned=True)
    outcome = run(instance("lab", unsigned=False))

    assert outcome.lines[0] == "~ WCS instance lab: signing secret generated, unsigned true → false"
    assert "manage.py wcs_config lab" in outcome.lines[1]
    assert WcsInstance.objects.get(name="lab").signing_secret


def test_an_instance_that_answers_nobody_is_left_alone(run, cast):
    WcsInstance.objects.create(name="silent")

    assert run(instance("silent", unsigned=False)).lines == [UNCHANGED]
    assert (
        run(instance("silent", signing_secret=NEW_SIGNING))
        .lines[0]
        .endswith("signing secret changed")
    )
    assert WcsInstance.objects.get(name="silent").previous_signing_secret is None


def test_two_instances_exchange_their_keys(run, cast):
    one = {"name": "acme-1", "key": "key-of-globex-1"}
    two = {"name": "globex-1", "key": "key-of-acme-1"}

    assert run({"wcs_instances": [one, two]}).code == 0
    assert WcsInstance.objects.get(name="acme-1").key == "key-of-globex-1"
    assert WcsInstance.objects.get(name="globex-1").key == "key-of-acme-1"
