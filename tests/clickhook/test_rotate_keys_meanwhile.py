"""`manage.py rotate_keys` while others work: hooks, managers, and somebody who kills it."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
import time

import pytest
from django.db import transaction

from tenants.models import SipAccount, WcsInstance
from tenants.secrets.fields import key_ring
from tests.clickhook.keys import keys, sealed
from tests.conftest import ROOT

pytestmark = pytest.mark.proof

COMMAND = [sys.executable, "manage.py", "rotate_keys"]


def many_accounts(tenant, number):
    accounts = (
        SipAccount(
            tenant=tenant, login=str(n), password=f"password-of-{n}", domain="sip.acme.example"
        )
        for n in range(number)
    )
    SipAccount.objects.bulk_create(accounts)


class Caller(threading.Thread):
    """Visitors who connect one after the other; what they were answered is kept."""

    def __init__(self, wcs):
        super().__init__()
        self.wcs, self.ended, self.answers = wcs, threading.Event(), []

    def run(self):
        for turn in range(1_000_000):
            if self.ended.is_set():
                return
            answer = self.wcs.post("connect", sessionId=f"session-{turn}")
            self.answers.append(
                (answer.status, answer.json.get("sipLogin"), answer.json.get("sipPassword"))
            )

    def wait_for(self, number):
        target = len(self.answers) + number
        while len(self.answers) < target:
            time.sleep(0.01)


@contextlib.contextmanager
def calling(wcs):
    caller = Caller(wcs)
    caller.start()
    try:
        caller.wait_for(1)
        yield caller
        caller.wait_for(20)
    finally:
        caller.ended.set()
        caller.join()


@contextlib.contextmanager
def rotating():
    process = subprocess.Popen(COMMAND, cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("left", [700, 1203])
def test_killed_half_way_it_goes_on_when_it_is_run_again(cast, manage, gateway, acme, old, left):
    """Some rows are held, so that it surely stops half way, or when the key was just added."""
    cast.acme_account.delete()
    many_accounts(cast.acme, 1_199)
    total = sum(sealed().values())
    held = [*SipAccount.objects.order_by("-pk").values_list("pk", flat=True)][:left]
    instances = WcsInstance.objects.all() if left > 1_200 else WcsInstance.objects.none()

    log = gateway.log
    with calling(acme) as caller:
        with transaction.atomic():
            assert len(
                SipAccount.objects.select_for_update(no_key=True).filter(pk__in=held)
            ) == len(held)
            list(instances.select_for_update(no_key=True))
            with rotating() as process:
                wait_until(
                    lambda: len(keys()) == 2 and sealed().get(old) == len(held) + len(instances)
                )
                process.send_signal(signal.SIGKILL)
                process.wait()
        new, *others = keys()
        assert others == [old]
        caller.wait_for(20)
        assert sealed() == {
            key: number
            for key, number in ((old, min(left, total)), (new, total - left))
            if number > 0
        }

        done = manage("rotate_keys")
        assert (done.returncode, done.stderr) == (0, "")
    assert keys() == [new, old]
    assert sealed() == {new: total}
    assert len(caller.answers) > 40
    assert {status for status, _, _ in caller.answers} == {200}
    assert all(password == f"password-of-{login}" for _, login, password in caller.answers)
    assert gateway.log == log


def test_a_password_that_somebody_enters_meanwhile_stays(cast, old):
    with transaction.atomic():
        cast.acme_account.password = "entered-meanwhile"
        # Sealed with the old key, and committed after the command has read the row.
        cast.acme_account.save()
        process = subprocess.Popen(COMMAND, cwd=ROOT)
        wait_until(lambda: len(keys()) == 2 and sealed().get(keys()[0]) == 4)
    assert process.wait(60) == 0
    assert sealed() == {keys()[0]: 5}
    assert SipAccount.objects.get(pk=cast.acme_account.pk).password.reveal() == "entered-meanwhile"
    account = SipAccount.objects.create(
        tenant=cast.acme, login="2", password="x", domain="sip.example"
    )
    assert key_ring().ids[0] == keys()[0]
    assert account.password.token.startswith(f"v1.{keys()[0]}.")
