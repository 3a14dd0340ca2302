"""A SIP account's password is changed while visitors call: one tries it, then all have it."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.urls import reverse

from hooks.calls.sip_rotation import read_rotation
from hooks.duties.repeating import connect
from hooks.duties.rotating import rotate
from hooks.models import Event, PasswordTrial, Session
from tenants.models import AuditEntry, SipAccount
from tests.cast import ACME_PASSWORD, ACME_SIGNING
from tests.conftest import posting
from tests.manager import (
    assert_tells_nothing,
    change,
    said,
    signed_in,
    submit,
    unconfirmed,
    url,
)

NEXT, OTHER = "next-sip-password-77e1", "other-sip-password-05aa"


def turn() -> str:
    """One turn of the worker's duty."""

    async def take() -> str:
        connection = await connect()
        async with connection:
            return await rotate(connection)

    return asyncio.run(take())


@pytest.fixture
def account(cast):
    return cast.acme_account


@pytest.fixture
def page(manager, account):
    return reverse("admin:hooks_sip_rotation", args=[account.pk])


@pytest.fixture
def begun(manager, page):
    """The manager has entered the next password."""
    answer = manager.post(page, {"act": "try", "password": NEXT}, follow=True)
    assert "The next visitor who connects tries the new password." in said(answer)


def password_of(wcs, session: str) -> str:
    return wcs.post("connect", sessionId=session).json["sipPassword"]


def end(wcs, session: str) -> None:
    wcs.post("ConnectionStatusEvent", "connection_disconnected", sessionId=session)


def register(wcs, session: str, status: str = "REGISTERED", **more) -> None:
    file = "connection_established"
    wcs.post("RegistrationStatusEvent", file, sessionId=session, status=status, **more)


def ring(wcs, session: str) -> None:
    assert wcs.post("call", sessionId=session).status == 200
    wcs.post("CallStatusEvent", "call_ring", sessionId=session)


def fail(wcs, session: str, sip_status: int) -> None:
    assert wcs.post("call", sessionId=session).status == 200
    wcs.post("CallStatusEvent", "call_failed", sessionId=session, sipStatus=sip_status, info=None)


def state(account) -> str:
    account.refresh_from_db()
    return read_rotation(account).state


def test_one_session_tries_it_and_the_others_keep_the_old_one(acme, account, begun):
    assert [password_of(acme, f"s{n}") for n in range(3)] == [NEXT, ACME_PASSWORD, ACME_PASSWORD]
    assert state(account) == "proving"


def test_of_many_connects_at_once_one_tries_it(cast, gateway, account, begun):
    def first(number: int) -> str:
        with posting(gateway, cast.acme_1, ACME_SIGNING) as wcs:
            return password_of(wcs, f"s{number}")

    with ThreadPoolExecutor(16) as pool:
        passwords = list(pool.map(first, range(16)))

    assert sorted(passwords) == sorted([NEXT, *[ACME_PASSWORD] * 15])
    trial = PasswordTrial.objects.get()
    tried = Session.objects.get(sip_password_since=trial.since)
    assert trial.session_id == tried.pk


@pytest.mark.parametrize("prove", [register, ring])
def test_proved_it_takes_over_and_the_old_one_is_forgotten_last(acme, account, begun, prove):
    assert password_of(acme, "tries") == NEXT
    assert password_of(acme, "old") == ACME_PASSWORD
    prove(acme, "tries")
    assert turn() == "decided 1 trials"

    assert state(account) == "proved"
    assert password_of(acme, "new") == NEXT
    assert password_of(acme, "old") == ACME_PASSWORD  # WCS repeats its hook
    assert account.password.matches(ACME_PASSWORD)

    end(acme, "old")
    assert turn() == "1 old passwords forgotten"
    assert state(account) == "none"
    assert account.password.matches(NEXT)
    assert account.next_password is None
    assert password_of(acme, "later") == NEXT
    assert turn() == ""


FAILURES = {
    "registration": (
        lambda wcs: register(wcs, "tries", "FAILED", info="403 Forbidden"),
        "The registration failed: 403 Forbidden.",
    ),
    **{
        str(status): (
            lambda wcs, status=status: fail(wcs, "tries", status),
            f"A call was refused with SIP {status}.",
        )
        for status in (401, 403, 407)
    },
}


@pytest.mark.parametrize("how", FAILURES)
def test_it_falls_back_where_the_server_refuses(acme, manager, page, account, begun, how):
    fault, detail = FAILURES[how]
    password_of(acme, "tries")
    assert password_of(acme, "old") == ACME_PASSWORD
    fault(acme)
    turn()

    assert state(account) == "failed"
    assert password_of(acme, "next") == ACME_PASSWORD
    assert Session.objects.filter(ended_at=None).count() == 3  # nothing was dropped
    assert Session.objects.get(wcs_session_id="old").sip_password_since is None
    text = manager.get(page).content.decode()
    assert "Not accepted." in text
    assert detail in text


def test_what_says_nothing_about_the_password_decides_nothing(acme, account, begun):
    password_of(acme, "tries")
    fail(acme, "tries", 486)
    register(acme, "tries", "UNREGISTERED")

    assert turn() == ""
    assert state(account) == "proving"


@pytest.mark.parametrize("way", ["ended", "late"])
def test_a_trial_that_shows_nothing_goes_to_the_next_session(acme, account, begun, way):
    assert password_of(acme, "tries") == NEXT
    if way == "ended":
        end(acme, "tries")
    else:
        trial = PasswordTrial.objects.get()
        trial.began_at = trial.began_at.replace(year=2020)
        trial.save(update_fields=["began_at"])
    turn()

    assert state(account) == "waiting"
    assert password_of(acme, "another") == NEXT


def test_a_failed_one_is_tried_again_or_forgotten_or_replaced(acme, manager, page, account, begun):
    password_of(acme, "tries")
    fail(acme, "tries", 403)
    turn()

    manager.post(page, {"act": "repeat"})
    assert state(account) == "waiting"
    assert password_of(acme, "again") == NEXT
    manager.post(page, {"act": "try", "password": OTHER})
    assert password_of(acme, "other") == OTHER
    manager.post(page, {"act": "cancel"})
    assert state(account) == "none"
    assert password_of(acme, "back") == ACME_PASSWORD


def test_the_next_change_may_begin_while_old_sessions_live(acme, manager, page, account, begun):
    password_of(acme, "tries")
    password_of(acme, "old")
    register(acme, "tries")
    turn()
    assert "works already" in said(manager.post(page, {"act": "cancel"}, follow=True))
    manager.post(page, {"act": "try", "password": OTHER})

    assert state(account) == "waiting"
    assert account.password.matches(NEXT)
    assert [password_of(acme, "a"), password_of(acme, "b")] == [OTHER, NEXT]


def test_a_password_that_is_entered_directly_ends_the_trial(acme, manager, account, begun):
    submit(manager, change(account), password=OTHER)

    assert state(account) == "none"
    assert password_of(acme, "s") == OTHER


@pytest.mark.proof
def test_an_import_of_a_password_ends_the_trial(acme, manage, account, begun, tmp_path):
    row = {"login": "10001", "domain": "sip.acme.example", "password": OTHER}
    file = tmp_path / "file.json"
    file.write_text(json.dumps({"tenants": [{"slug": "acme", "sip_accounts": [row]}]}))
    assert manage("import_tenants", str(file)).returncode == 0

    assert state(account) == "none"
    assert password_of(acme, "s") == OTHER


def test_the_command_reads_the_password_from_a_file_alone(manage, account, tmp_path):
    file = tmp_path / "password"
    file.write_text(NEXT + "\n")
    done = manage("rotate_sip_password", "acme/10001", "--password-file", str(file), "--json")

    assert json.loads(done.stdout)["state"] == "waiting"
    account.refresh_from_db()
    assert account.next_password.matches(NEXT)
    shown = manage("rotate_sip_password", "acme/10001", "--show")
    assert "The next visitor who connects gets the new password." in shown.stdout
    assert NEXT not in done.stdout + done.stderr + shown.stdout


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("acme/10001", "", "The password is empty."),
        ("acme/10001", "\n", "The password is empty."),
        ("acme/10001", "a\nb", "A password is one line"),
        ("acme/10001", "x" * 1025, "A password is one line"),
        ("acme/none", "x", "There is no SIP account 'acme/none'; it is named like"),
        ("globex/10001", "x", "There is no SIP account 'globex/10001'; it is named like"),
    ],
)
def test_the_command_refuses_what_cannot_be_meant(manage, account, tmp_path, name, content, says):
    file = tmp_path / "password"
    file.write_text(content)
    done = manage("rotate_sip_password", name, "--password-file", str(file))

    assert done.returncode == 1
    assert says in done.stderr
    assert state(account) == "none"


def test_no_secret_is_told(acme, manager, page, account, manage, begun):
    password_of(acme, "tries")
    overview = manager.get(url(account.tenant, "overview", account.tenant_id))
    entries = list(AuditEntry.objects.filter(object_table="tenants_sipaccount").values())
    exported = manage("export", "--tenant", "acme", "-").stdout
    texts = [
        manager.get(page).content.decode(),
        overview.content.decode(),
        json.dumps(entries, default=str),
        exported,
        json.dumps(list(Event.objects.values_list("body", flat=True))),
    ]

    assert_tells_nothing(*texts)
    assert [text for text in texts if NEXT in text] == []
    assert "next_password" in texts[2]
    assert "next_" not in exported
    assert "One visitor has the new password." in texts[1]


def test_the_page_asks_for_a_code_and_for_the_right(cast, page, account):
    assert unconfirmed(signed_in("manager", cast.acme)).get(page).status_code == 302
    assert signed_in("one", cast.globex).get(page).status_code == 404
    assert signed_in("viewer", cast.acme, may_change=False).get(page).status_code == 403
    assert signed_in("owner", cast.acme).get(page).status_code == 200
    answer = signed_in("typist", cast.acme).post(page, {"act": "try", "password": ""})
    assert "This field is required." in answer.content.decode()
    assert SipAccount.objects.get(pk=account.pk).next_since is None
