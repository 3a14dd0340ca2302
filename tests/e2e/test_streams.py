"""Streams by their frames alone, through gateway and stand-in: no real name in any of them."""

from __future__ import annotations

import uuid

import pytest

from hooks.models import Event, Stream
from tenants.models import StreamAlias, TicketKey
from tests.e2e.stage import eventually
from tests.hooks.tickets.making import KID, SECRET, make_ticket

pytestmark = pytest.mark.proof
NAME = "acme-studio-4f1c"


@pytest.fixture
def come(stage, client, pages, worker_lives):
    """Somebody at a console, with a ticket of these claims."""
    TicketKey.objects.create(tenant=stage.cast.acme, kid=KID, secret=SECRET)
    StreamAlias.objects.create(
        tenant=stage.cast.acme, alias="studio", name=NAME, may_publish=True, may_play=True
    )
    origin = pages.origin("www.acme.localhost")

    def connect(**claims):
        ticket = make_ticket(origin=origin, alias=..., **claims)
        visitor = client().connect(custom={"ticket": ticket})
        visitor.session = visitor.expect("getUserData")["sessionId"]
        return visitor

    yield connect
    for caller in stage.callers:
        assert NAME not in caller.everything


def ask(visitor, method, name="studio", **more) -> str:
    media = str(uuid.uuid1())
    visitor.send(method, {"mediaSessionId": media, "name": name, "status": "PENDING", **more})
    return media


def test_an_alias_is_published_and_played(come):
    publisher, player = come(publish="studio"), come(play="studio")
    published = ask(publisher, "publishStream")
    publisher.expect("notifyStreamStatusEvent", status="PUBLISHING")
    ask(player, "playStream")
    player.expect("notifyStreamStatusEvent", status="PLAYING")
    publisher.send("unPublishStream", {"mediaSessionId": published, "name": "studio"})
    player.expect("notifyStreamStatusEvent", status="STOPPED")
    ended = Stream.objects.filter(ended_by="stopped", name=NAME)
    eventually(lambda: ended.count() == 2, "the end of both")


@pytest.mark.parametrize(
    ("name", "more", "reason"),
    [
        ("other", {}, "stream_right"),
        ("studio/../other", {}, "stream_right"),
        ("studio", {"record": True}, "stream_option"),
        ("studio", {"rtmpUrl": "rtmp://evil.test/"}, "stream_option"),
    ],
)
def test_what_no_ticket_names_is_refused(come, stage, name, more, reason):
    visitor = come(publish="studio")
    media = ask(visitor, "publishStream", name, **more)
    visitor.expect("fail", id=media, info="Streams are not available here")
    assert Event.objects.get(method="publishStream").reason == reason
    gone_on = {"what": "goes on", "method": "publishStream", "session": visitor.session}
    assert not stage.wcs().find_lines(**gone_on)


def test_a_stranger_who_knows_its_id_ends_no_stream(come):
    """The stand-in would: it looks at the id alone."""
    publisher, stranger = come(publish="studio"), come(play="studio")
    published = ask(publisher, "publishStream")
    publisher.expect("notifyStreamStatusEvent", status="PUBLISHING")
    stranger.send("unPublishStream", {"mediaSessionId": published, "name": "studio"})
    stranger.expect("fail")
    assert Stream.objects.get(kind="publish").ended_at is None
