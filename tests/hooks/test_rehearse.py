"""rehearse: a whole call against the real gateway."""

from __future__ import annotations

import re

import pytest
from django.core.management import CommandError, call_command

from clickhook.doctor.checks.payload_fields import check_payload_fields
from hooks.models import Call, Event, Session
from hooks.reasons import Reason
from hooks.wcs.rehearsal import stand_in
from tests.cast import SECRETS
from tests.hooks.unsafe_backend import ORIGIN, SALES, Backend, rehearse
from tests.manager import signed_in


def test_it_finds_the_gateway_safe(cast, gateway):
    run = rehearse(gateway.port, callee="sales")

    assert (run.code, run.findings, run.data["passed"]) == (0, [], True)
    steps = run.data["steps"]
    assert [
        (step["hook"], step["status"]) for step in steps if step["part"] == "a visitor calls"
    ] == [
        ("ticket", 200),
        ("connect", 200),
        ("ConnectionStatusEvent ESTABLISHED", 200),
        ("call", 200),
        ("CallStatusEvent TRYING", 200),
        ("CallStatusEvent RING", 200),
        ("CallStatusEvent ESTABLISHED", 200),
        ("sendDtmf", 403),  # sales wants no tones
        ("hangup", 200),
        ("CallStatusEvent FINISH", 200),
        ("ConnectionStatusEvent DISCONNECTED", 200),
    ]
    assert [
        (step["hook"], step["status"]) for step in steps if step["part"] == "what must be refused"
    ] == [
        ("connect from https://www.acme.example.evil.example", 403),
        ("connect with no signature", 403),
        ("connect with a wrong signature", 403),
        ("connect with a used ticket", 403),
        ("connect for what follows", 200),
        ("call to +88213000000", 403),
        ("transfer to +88213000000", 403),
        ("sendDtmf without a call", 403),
        ("publishStream", 403),
        ("OnCallEvent", 403),
    ]
    assert all(step["milliseconds"] > 0 for step in steps[:-1])
    assert (steps[-1]["hook"], steps[-1]["status"]) == ("call/terminate", None)  # no REST API


def test_it_leaves_a_whole_call_in_the_records_and_nothing_open(cast, gateway):
    rehearse(gateway.port, callee="support")

    assert set(Session.objects.values_list("node_id", "ended_by", "origin")) == {
        ("rehearsal@clickhook", "disconnected", ORIGIN)
    }
    assert Session.objects.count() == 2
    call = Call.objects.get(decision="allowed")
    assert (call.alias, call.target, call.ended_by) == (
        "support",
        "sip:help@pbx.acme.example",
        "finish",
    )
    assert call.answered_at
    refused = Call.objects.get(decision="refused")
    assert (refused.alias, refused.reason) == ("+88213000000", "callee_unknown")
    reasons = set(Event.objects.filter(decision="refused").values_list("method", "reason"))
    assert {
        ("connect", "origin_unknown"),
        ("call", "callee_unknown"),
        ("transfer", "method_refused"),
        ("publishStream", "stream_right"),
        ("OnCallEvent", "incoming_refused"),
    } <= reasons


def test_it_ticks_off_nothing_that_only_a_wcs_can_show(cast, gateway):
    assert rehearse(gateway.port, callee="sales").code == 0

    manager = signed_in("manager", cast.acme)
    html = manager.get(f"/admin/tenants/tenant/{cast.acme.pk}/overview/").content.decode()
    for missing in ("Set up its WCS", "Open the customer", "Make a call from the customer"):
        assert missing in html
    assert [finding for finding in check_payload_fields() if not finding.is_well] == []


def test_it_shows_each_step_in_words_without_secret_or_number(cast, gateway):
    run = rehearse(gateway.port, json=False)

    assert run.code == 0
    assert f"WCS acme-1 at http://127.0.0.1:{gateway.port}, a page of {ORIGIN}" in run.text
    assert "SIP account 10001@sip.acme.example:5070, password ••••••" in run.text
    assert "the page asks for nobody in particular; WCS dials +49…56" in run.text
    assert SALES not in run.text
    assert cast.acme_1.key not in run.text
    assert "All is well" in run.text


def test_it_registers_where_the_tenant_does(cast, gateway):
    cast.acme.sip_register_required = True
    cast.acme.save(update_fields=["sip_register_required"])

    run = rehearse(gateway.port)

    assert run.code == 0
    assert "RegistrationStatusEvent REGISTERED" in [step["hook"] for step in run.data["steps"]]
    assert Event.objects.filter(method="RegistrationStatusEvent").count() == 1


def test_it_names_the_app_key_of_the_instance(cast, gateway):
    cast.acme_1.app_key = "acme-c2c"
    cast.acme_1.save(update_fields=["app_key"])

    assert rehearse(gateway.port).code == 0
    assert set(Session.objects.values_list("app_key", flat=True)) == {"acme-c2c"}


def test_it_says_that_nobody_has_the_origin(cast, gateway):
    run = rehearse(gateway.port, origin="https://www.acme.test")

    assert run.code == 1
    assert run.findings == [
        "The connect from https://www.acme.test was refused with 403. "
        f"{Reason.ORIGIN_UNKNOWN.sentence} {Reason.ORIGIN_UNKNOWN.remedy} "
        "The admin's event list has the precise reason."
    ]


def test_it_says_that_the_tenant_is_suspended(cast, gateway):
    cast.acme.status = "suspended"
    cast.acme.save(update_fields=["status"])

    [finding] = rehearse(gateway.port).findings

    assert (
        "The connect from https://www.acme.example was refused with 403. The tenant is suspended."
        in finding
    )


def test_it_says_that_the_alias_is_unknown(cast, gateway):
    run = rehearse(gateway.port, callee="nobody")

    [finding] = run.findings
    assert run.code == 1
    assert finding.startswith(
        "The call for nobody was refused with 403. The page asked for a callee that is no alias"
    )
    assert not Session.objects.filter(ended_at=None).exists()


def test_it_says_that_a_password_does_not_open(cast, gateway):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tenants_sipaccount SET password = 'v1.gone.AAAA' WHERE login = '10001'"
        )

    run = rehearse(gateway.port)

    assert run.code == 1
    assert run.findings[0].startswith(
        "The connect from https://www.acme.example was refused with 503. A stored secret"
    )


def test_it_finds_an_unsigned_instance_unsafe(cast, gateway):
    cast.acme_1.signing_secret, cast.acme_1.unsigned = None, True
    cast.acme_1.save()

    run = rehearse(gateway.port)

    assert run.findings == [
        "The connect with no signature was answered with 200 instead of 403, "
        "so whoever reaches the hook URL gets the SIP password."
    ]
    assert not Session.objects.filter(ended_at=None).exists()


def test_it_says_that_an_instance_without_secret_answers_nobody(cast, gateway):
    cast.acme_1.signing_secret = None
    cast.acme_1.save()

    run = rehearse(gateway.port)

    assert run.code == 1
    assert "has no signing secret, so the gateway answers nobody" in run.findings[0]
    assert not Event.objects.exists()


def test_it_says_that_the_secret_does_not_open_here(cast, gateway, settings):
    settings.CLICKHOOK_ENCRYPTION_KEYS, settings.CLICKHOOK_KEY_FILE = (
        "other:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        None,
    )

    assert "The signing secret of acme-1 does not open" in rehearse(gateway.port).findings[0]


def test_it_says_that_the_secret_is_another_there(cast, gateway, monkeypatch):
    monkeypatch.setattr(stand_in, "authorization_header", lambda secret, body: f"WCS {'0' * 32}")

    assert (
        "The signature fits no live secret of this instance" in rehearse(gateway.port).findings[0]
    )


def test_it_says_that_the_key_is_unknown_there(cast, gateway):
    with Backend(lambda hook, body: (404, {})) as backend:
        run = rehearse(backend.port)

    assert run.findings == [
        "The connect from https://www.acme.example was refused with 404. No gateway there knows "
        "the key of this instance: "
        "is --url right, and is it the same database?"
    ]


@pytest.mark.proof
def test_an_operator_rehearses_while_the_gateway_runs(cast, gateway, manage):
    url = f"http://127.0.0.1:{gateway.port}"
    done = manage(
        "rehearse", "--instance", "acme-1", "--origin", ORIGIN, "--callee", "sales", "--url", url
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "All is well" in done.stdout
    assert not any(secret in done.stdout + done.stderr for secret in SECRETS)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--instance", "acme-1"], 2, "--origin"),
        (
            ["--instance", "acme-1", "--origin", ORIGIN, "--url", "http://127.0.0.1:1"],
            1,
            "1 finding.",
        ),
    ],
)
def test_an_operator_learns_from_the_exit_code_what_it_was(cast, manage, arguments, code, words):
    done = manage("rehearse", *arguments)

    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--instance", "acme1", "--origin", ORIGIN], "Did you mean acme-1?"),
        (
            ["--instance", "acme-1", "--origin", ORIGIN + "/"],
            "An origin is a scheme, a host and at most a port",
        ),
        (
            ["--instance", "acme-1", "--origin", ORIGIN, "--url", "localhost:8000"],
            "is no address like",
        ),
    ],
)
def test_wrong_arguments_end_with_exit_code_2(cast, arguments, words):
    with pytest.raises(CommandError, match=re.escape(words)) as raised:
        call_command("rehearse", *arguments)

    assert raised.value.returncode == 2


@pytest.mark.proof
@pytest.mark.parametrize(
    "command", [["rehearse", "--instance", "acme-1", "--origin", ORIGIN], ["wcs_config", "acme-1"]]
)
def test_an_operator_learns_that_there_is_no_database(manage, command):
    done = manage(*command, DATABASE_URL="postgresql://nobody:hush@127.0.0.1:1/nothing")

    assert done.returncode == 2
    assert "The database cannot be read" in done.stderr
    assert not any(word in done.stderr for word in ("Traceback", "hush"))
