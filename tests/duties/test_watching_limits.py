"""A limit that is nearly or fully used is told once in its period: rows, log, mail, pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from hooks.duties.limit_mail import mail_notices
from hooks.duties.watching_limits import LimitWatch
from hooks.models import Call, LimitNotice, Meter
from tenants.models import Domain, Tenant
from tests.duties.turns import take_turn


@pytest.fixture(autouse=True)
def visitors_are_alike(cast):
    """Without tickets, no meter of visitors who cannot be told apart."""
    Tenant.objects.update(tickets="off")


def called(acme, calls, first=0):
    """Statuses of the answers."""
    acme.connected()
    return [
        acme.post("call", callId=f"{number}", callee="sales").status
        for number in range(first, first + calls)
    ]


def notices():
    return sorted(LimitNotice.objects.values_list("scope", "limit", "level"))


def test_it_warns_at_80_percent_and_is_critical_at_100(acme, caplog):
    Tenant.objects.update(limits={"calls_per_hour": 5})
    watch = LimitWatch()
    called(acme, 3)
    assert take_turn(watch.look) == ""
    called(acme, 1, first=3)
    assert take_turn(watch.look) == "1 notices of limits"
    assert notices() == [("tenant", "calls_per_hour", "warning")]
    called(acme, 1, first=4)
    take_turn(watch.look)
    assert [level for *_, level in notices()] == ["critical", "warning"]

    assert "warning: tenant acme: Calls in the last hour: 4 of 5" in caplog.text
    assert "critical: tenant acme: Calls in the last hour: 5 of 5" in caplog.text


def test_it_is_told_once_by_however_many_workers(acme):
    Tenant.objects.update(limits={"calls_per_hour": 2})
    called(acme, 4)
    first, second = LimitWatch(), LimitWatch()
    for watch in (first, second, first, second):
        take_turn(watch.look)
    assert notices() == [("tenant", "calls_per_hour", "critical")]


def test_visitors_without_a_ticket_have_notices_of_their_own(acme):
    Tenant.objects.update(limits={"calls_per_hour": 4}, tickets="preferred")
    called(acme, 2)
    take_turn(LimitWatch().look)
    assert notices() == [("unknown visitors", "calls_per_hour", "critical")]
    assert LimitNotice.objects.get().place == "visitors who cannot be told apart"


def test_it_is_told_again_when_the_window_has_passed(acme):
    Tenant.objects.update(limits={"calls_per_hour": 2})
    called(acme, 2)
    take_turn(LimitWatch().look)
    LimitNotice.objects.update(at=timezone.now() - timedelta(minutes=59), period="1")
    take_turn(LimitWatch().look)
    assert len(notices()) == 1
    LimitNotice.objects.update(at=timezone.now() - timedelta(minutes=61))
    take_turn(LimitWatch().look)
    assert len(notices()) == 2


def test_a_refusal_is_critical_although_the_meter_is_not_full(acme, worker_lives):
    """Five minutes fit twice into twelve: two are left, and the third call is refused."""
    Domain.objects.update(limits={"minutes_per_day": 12})
    watch = LimitWatch()
    assert called(acme, 2) == [200, 200]
    take_turn(watch.look)
    assert [level for *_, level in notices()] == ["warning"]
    assert called(acme, 1, first=2) == [403]
    take_turn(watch.look)
    domain = Domain.objects.get(origin="https://www.acme.example")
    assert (f"domain {domain.pk}", "minutes_per_day", "critical") in notices()
    assert LimitNotice.objects.first().place == "domain https://www.acme.example"


def test_a_limit_of_one_call_is_told_when_it_refuses(acme, worker_lives):
    """With the safe limits of a new tenant, each call is the one of its second."""
    Tenant.objects.update(limits={"calls_per_second": 1, "concurrent_calls": 1})
    watch = LimitWatch()
    assert called(acme, 1) == [200]
    assert take_turn(watch.look) == ""
    assert called(acme, 1, first=1) == [403]
    take_turn(watch.look)
    assert [level for *_, level in notices()] == ["critical"]


def test_a_talk_that_lasts_is_looked_at_again(acme, cast):
    Tenant.objects.update(limits={"calls_per_hour": 2})
    called(acme, 2)
    Call.objects.update(asked_at=timezone.now() - timedelta(hours=5))
    watch = LimitWatch()
    take_turn(watch.look)
    assert len(notices()) == 1

    LimitNotice.objects.all().delete()
    Call.objects.update(ended_at=timezone.now())
    take_turn(watch.look)
    assert notices() == []


def test_a_strange_scope_is_no_ones(acme, cast):
    """Nothing that stands in a row can make the statement fail, or show another's limits."""
    globexs = Domain.objects.get(tenant=cast.globex)
    Domain.objects.filter(pk=globexs.pk).update(limits={"calls_per_hour": 1})
    called(acme, 1)
    strange = ["domain x", "account 7", f"domain {globexs.pk}", "callee 99999999999999999999"]
    Call.objects.update(reservation={"scopes": strange})
    for scope in strange:
        state = {"windows": {"3600": [[int(timezone.now().timestamp() / 60), 9]]}}
        Meter.objects.create(tenant=cast.acme, scope=scope, state=state, touched_at=timezone.now())
    take_turn(LimitWatch().look)
    assert notices() == []


def test_it_is_mailed_once(acme, settings):
    settings.CLICKHOOK_ALARM_MAIL = ["ops@example.com"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Tenant.objects.update(limits={"calls_per_hour": 1})
    called(acme, 1)
    take_turn(LimitWatch().look)
    letters = mail_notices()
    assert take_turn(letters.send) == "mailed 1 notices"
    assert take_turn(letters.send) == take_turn(mail_notices().send) == ""
    [letter] = mail.outbox
    assert letter.subject == "clickhook: A limit is nearly or fully used"
    assert "critical: tenant acme: Calls in the last hour: 1 of 1" in letter.body


def test_it_looks_at_those_who_called_alone(acme, cast):
    """Of 300 tenants whose meters are full, none called since the last turn."""
    Tenant.objects.bulk_create(
        Tenant(slug=f"t{n}", name="T", limits={"concurrent_calls": 9}) for n in range(300)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO hooks_meter (tenant_id, scope, version, state, touched_at)"
            " SELECT id, 'tenant', 1, '{\"living\": 99}', now() FROM tenants_tenant"
        )
    Tenant.objects.filter(pk=cast.acme.pk).update(limits={"calls_per_hour": 1})
    called(acme, 1)
    take_turn(LimitWatch().look)
    assert notices() == [("tenant", "calls_per_hour", "critical")]
