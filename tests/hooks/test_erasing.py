"""`manage.py erase`: what is personal goes, and nobody else's; calls and costs stay."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from hooks.models import Call, CallQuality, Event, Session, VisitorBlock, WebhookMessage
from tenants.models import AuditEntry, WebhookEndpoint

ADDRESS, OTHER = "203.0.113.5", "203.0.113.77"
PERSONAL = "Mozilla of the visitor"


def a_visit(wcs, address, *, ends=True, number=1):
    """A visitor whose session id is their address, as older WCS make it."""
    wcs.session = f"/{address}:4122{number}/203.0.113.200:8443"
    assert wcs.post("connect", clientBrowserVersion=PERSONAL).status == 200
    assert wcs.post("call", callId=f"call-{number}").status == 200
    if ends:
        wcs.post("CallStatusEvent", "call_finish", callId=f"call-{number}")
        wcs.post("ConnectionStatusEvent", "connection_disconnected")
    return Session.objects.get(wcs_session_id=wcs.session)


@pytest.fixture
def visits(acme, globex, cast, worker_lives):
    """Two of one visitor, one of which lives, and one of another; one at another tenant."""
    url = "https://crm.acme.example/"
    WebhookEndpoint.objects.create(tenant=cast.acme, url=url, secret="x")
    made = {
        "ended": a_visit(acme, ADDRESS),
        "living": a_visit(acme, ADDRESS, ends=False, number=2),
        "other": a_visit(acme, OTHER),
    }
    assert acme.post("connect", origin="https://nobody.example").status == 403
    VisitorBlock.objects.create(
        tenant=cast.acme,
        visitor=made["ended"].visitor,
        display="203.0.113.…",
        since=timezone.now(),
        because="noise",
    )
    return made


def everything_about(session):
    """All that is stored of a session, its calls, events and messages, as text."""
    rows = [
        *Session.objects.filter(pk=session.pk).values(),
        *Call.objects.filter(session=session).values(),
        *Event.objects.filter(session=session).values(),
        *WebhookMessage.objects.filter(subject=session.pk).values(),
    ]
    return json.dumps(rows, default=str)


@pytest.mark.proof
def test_one_visitor_is_erased(visits, manage):
    for call in Call.objects.all():
        CallQuality.objects.create(
            call=call, tenant_id=call.tenant_id, reported_at=timezone.now(), samples=1
        )
    before = everything_about(visits["ended"])
    assert ADDRESS in before
    assert PERSONAL in before
    others = [everything_about(visits[name]) for name in ("living", "other")]
    money = list(Call.objects.order_by("id").values("target", "asked_at", "ended_at", "duration"))

    dry = json.loads(manage("erase", "acme", "--address", ADDRESS, "--dry-run", "--json").stdout)
    assert dry == {"sessions": 1, "events": 0, "living": 1, "dry_run": True}
    assert everything_about(visits["ended"]) == before
    done = manage("erase", "acme", "--address", ADDRESS, "--json")
    assert json.loads(done.stdout) == {**dry, "dry_run": False}

    after = everything_about(visits["ended"])
    assert ADDRESS not in after
    assert PERSONAL not in after
    assert visits["ended"].visitor not in after
    reporters = set(CallQuality.objects.values_list("call__session", flat=True))
    assert reporters == {visits["living"].pk, visits["other"].pk}
    assert [everything_about(visits[name]) for name in ("living", "other")] == others
    assert money == list(
        Call.objects.order_by("id").values("target", "asked_at", "ended_at", "duration")
    )
    block = VisitorBlock.objects.get()
    assert (block.visitor, block.display) == (visits["ended"].visitor, "")
    entry = AuditEntry.objects.get(action="personal_data:erased")
    assert entry.after == {"sessions": 1, "events": 0, "living": 1, "everybody": False}
    assert visits["ended"].visitor not in json.dumps(entry.after)


@pytest.mark.proof
def test_everybody_of_a_tenant_is_erased(visits, manage):
    living = everything_about(visits["living"])
    alone = Event.objects.filter(session=None)
    alone.update(tenant=visits["ended"].tenant)
    done = manage("erase", "acme", "--everybody")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == (
        "2 sessions erased, and 1 hooks without a session. "
        "1 sessions live and are left: erase again when they have ended."
    )

    left = "".join(everything_about(visits[name]) for name in ("ended", "other"))
    assert not any(text in left for text in (ADDRESS, OTHER, PERSONAL))
    assert everything_about(visits["living"]) == living
    assert alone.get().body == {}
    for more in ((), ("--dry-run",)):
        again = json.loads(manage("erase", "acme", "--everybody", "--json", *more).stdout)
        assert (again["sessions"], again["events"]) == (0, 0)


@pytest.mark.proof
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["acme", "--address", "not-an-address"], "is no address"),
        (["acme", "--visitor", ""], "names no visitor"),
        (["nobody", "--everybody"], "There is no tenant 'nobody'"),
        (["acme"], "is required"),
    ],
)
def test_a_mistake_changes_nothing(visits, manage, arguments, said):
    before = everything_about(visits["ended"])
    done = manage("erase", *arguments)
    assert done.returncode != 0
    assert said in done.stderr
    assert everything_about(visits["ended"]) == before
    assert not AuditEntry.objects.filter(action="personal_data:erased").exists()
