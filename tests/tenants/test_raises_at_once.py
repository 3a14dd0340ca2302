"""Two people at the same moment: raising the same limit, confirming the same raise."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connections
from django.urls import reverse

from tenants.models import AuditEntry, Callee, LimitRaise
from tests import cast as casting
from tests.manager import Form, change, signed_in, submit

ABROAD, FURTHER = "+43 1 5880", "+43 1 58801"
TURNS = 5


@pytest.fixture
def cast(transactional_db):
    return casting.assemble()


def at_once(*acts):
    """What each gave; they begin together, each with a connection of its own."""
    start = threading.Barrier(len(acts))

    def act_with_others(act):
        start.wait()
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(act_with_others, acts))


def send(page, browser, typed):
    """What came of it is read in the page: Django's contexts of two threads are mixed up."""
    return browser.post(page, typed, follow="confirm" in typed)


@pytest.mark.proof
def test_of_two_who_raise_at_once_one_waits_and_the_other_is_told(cast):
    people = [signed_in("manager", cast.acme, name=name) for name in ("anna", "bela")]
    page = change(cast.sales)
    for turn in range(TURNS):
        LimitRaise.objects.all().delete()
        typed = [
            Form(one.get(page).content.decode()).data | {"target": f"{number}{turn}"}
            for one, number in zip(people, (ABROAD, FURTHER), strict=True)
        ]
        answers = at_once(*map(lambda one, form: partial(send, page, one, form), people, typed))

        assert sorted(answer.status_code for answer in answers) == [200, 302]
        [told] = [answer for answer in answers if answer.status_code == 200]
        assert "somebody changed this since you opened the page" in told.content.decode()
        assert LimitRaise.objects.waiting().count() == 1
    assert Callee.objects.get(pk=cast.sales.pk).target == cast.sales.target


def test_of_two_who_confirm_at_once_one_does(cast):
    submit(signed_in("manager", cast.acme), change(cast.sales), target=ABROAD)
    raised = LimitRaise.objects.get()
    page = reverse("admin:tenants_limitraise_decide", args=[raised.pk])
    people = [signed_in("manager", cast.acme, name=name) for name in ("anna", "bela")]
    answers = at_once(*(partial(send, page, one, {"confirm": "x"}) for one in people))

    told = sorted("holds now" in answer.content.decode() for answer in answers)
    assert told == [False, True]
    assert Callee.objects.get(pk=cast.sales.pk).target == "+4315880"
    raised.refresh_from_db()
    assert raised.decided_by in {"anna", "bela"}
    changed = AuditEntry.objects.filter(action="callee:changed", after__target="+4315880")
    assert changed.count() == 1
