"""What customers' systems are told of streams, and what is erased and deleted afterwards."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from hooks.duties.clock_steps import ClockSteps
from hooks.duties.pruning import prune
from hooks.models import Event, Session, Stream, WebhookMessage
from tenants.models import TokenKey, WebhookEndpoint
from tests.duties.turns import take_turn
from tests.hooks.streams.conftest import NAME
from tests.hooks.webhooks.receiver import SECRET


@pytest.fixture
def endpoint(cast):
    url = "https://crm.acme.example/hook"
    return WebhookEndpoint.objects.create(tenant=cast.acme, url=url, secret=SECRET)


def a_whole_stream(visit):
    wcs = visit(publish="studio", label="Ann")
    assert wcs.post("publishStream").status == 200
    for status in ("PUBLISHING", "UNPUBLISHED"):
        for _ in range(2):  # WCS repeats what it got no answer for
            told = {"status": status, "info": "words of WCS"}
            assert wcs.post("StreamStatusEvent", "stream_publishing", **told).status == 200
    assert wcs.post("playStream").status == 403
    assert wcs.post("ConnectionStatusEvent", "connection_disconnected").status == 200


def test_a_stream_is_told_step_by_step_and_each_once(endpoint, visit):
    a_whole_stream(visit)
    messages = WebhookMessage.objects.filter(type__startswith="stream.").order_by("id")
    told = [message.type for message in messages]
    assert told == ["stream.published", "stream.ended", "stream.refused"]
    ended, refused = messages[1], messages[2]
    assert (ended.data["alias"], ended.data["kind"], ended.data["label"]) == (
        "studio",
        "publish",
        "Ann",
    )
    assert ended.data["ended_by"] == "stopped"
    assert ended.data["seconds"] >= 0
    assert refused.data["reason"] == "stream_right"
    assert NAME not in json.dumps([message.data for message in messages])
    assert ended.numbers == {"name": NAME}


def test_a_token_gives_the_right_too(acme, cast, studio):
    import jwt

    secret = "a token secret of more than 32 characters"
    TokenKey.objects.create(tenant=cast.acme, secret=secret)
    origin, until = "https://www.acme.example", int(timezone.now().timestamp()) + 60

    def come(session, **claims):
        token = jwt.encode({"sub": "ann", "aud": origin, "exp": until, **claims}, secret, "HS256")
        acme.session = session
        return acme.post("connect", custom={"token": token})

    assert come("one", play="studio").status == 200
    assert acme.post("playStream").json["name"] == NAME
    assert acme.post("publishStream").is_neutral_refusal
    assert acme.post("call").is_neutral_refusal
    assert Event.objects.latest("id").reason == "ticket_for_stream"
    assert come("two").status == 200
    assert acme.post("playStream").is_neutral_refusal
    assert acme.post("call").status == 200
    assert come("three", play=["studio"]).is_neutral_refusal
    assert Event.objects.latest("id").reason == "token_invalid"


@pytest.mark.proof
def test_what_is_personal_is_erased(endpoint, visit, manage):
    a_whole_stream(visit)
    assert manage("erase", "acme", "--everybody").returncode == 0
    stream = Stream.objects.get(decision="allowed")
    assert (stream.visitor, stream.end_info) == ("", "")
    assert stream.media_session_id == f"erased {stream.pk}"
    assert (stream.alias, stream.ended_by) == ("studio", "stopped")
    for message in WebhookMessage.objects.filter(subject=stream.pk):
        assert message.data.keys().isdisjoint({"label", "context", "media_session_id"})


def test_an_old_stream_is_deleted_once_it_is_counted_no_more(visit):
    a_whole_stream(visit)
    Stream.objects.update(asked_at=timezone.now() - timedelta(days=4000))
    Session.objects.update(opened_at=timezone.now() - timedelta(days=4000))
    take_turn(partial(prune, steps=ClockSteps()))
    assert Stream.objects.get().decision == "allowed"
    assert Session.objects.exists()
    Stream.objects.update(settled_at=timezone.now())
    take_turn(partial(prune, steps=ClockSteps()))
    assert not Stream.objects.exists()
    assert not Session.objects.exists()
