"""Streams in the stand-in: published and played by the name of the backend's answer."""

from __future__ import annotations

import uuid

import pytest

from tests.demo.hook_backend import FORBIDDEN, Reply
from tests.demo.test_wcs_rest_api import Rest

RENAMED = {"restOnError": "FAIL", "restPolicy": "OVERWRITE", "restOverwrite": "name"}
HIDDEN = {**RENAMED, "clientExclude": "name"}


def ask(visitor, method, name="studio", **more) -> str:
    media = str(uuid.uuid1())
    visitor.send(method, {"mediaSessionId": media, "name": name, "status": "PENDING", **more})
    return media


@pytest.fixture
def connected(visit, backend, sip):
    """A visitor; the backend knows the alias as `real-name`."""
    methods = {"publishStream": RENAMED, "playStream": RENAMED, "StreamStatusEvent": HIDDEN}
    backend.accept(sip.account, **methods)
    for method in ("publishStream", "playStream"):
        backend.answers[method] = Reply({"name": "real-name"})

    def connect():
        visitor = visit().connect()
        visitor.session = visitor.expect("getUserData")["sessionId"]
        return visitor

    return connect


def status(visitor, media, status, **more):
    return visitor.expect("notifyStreamStatusEvent", mediaSessionId=media, status=status, **more)


def test_a_stream_is_published_and_played_by_its_real_name(connected, backend):
    one, other = connected(), connected()
    published = ask(one, "publishStream")
    assert "name" not in status(one, published, "PUBLISHING")
    played = ask(other, "playStream")
    status(other, played, "PLAYING")
    assert backend.expect("publishStream").body["name"] == "studio"
    assert backend.expect("StreamStatusEvent", status="PLAYING").body["name"] == "real-name"

    one.send("unPublishStream", {"mediaSessionId": published, "name": "studio"})
    status(one, published, "UNPUBLISHED")
    status(other, played, "STOPPED", info="Stopped by publisher stop")
    assert "real-name" not in one.raw + other.raw


def test_without_an_order_to_hide_it_the_browser_learns_the_name(connected, backend, sip):
    backend.accept(sip.account, publishStream=RENAMED)
    visitor = connected()
    assert status(visitor, ask(visitor, "publishStream"), "PUBLISHING")["name"] == "real-name"


def test_a_refused_stream_fails_and_one_that_nobody_publishes_does(connected, backend):
    visitor = connected()
    status(visitor, ask(visitor, "playStream"), "FAILED", info="Stream not found")
    backend.answers["playStream"] = FORBIDDEN
    media = ask(visitor, "playStream")
    visitor.expect("fail", id=media, apiMethod="StreamStatusEvent")


def test_a_name_has_one_publisher(connected):
    one, other = connected(), connected()
    status(one, ask(one, "publishStream"), "PUBLISHING")
    status(other, ask(other, "publishStream"), "FAILED", info="Stream name is already in use")


def test_with_its_socket_a_visitors_streams_end(connected, backend):
    visitor = connected()
    status(visitor, ask(visitor, "publishStream"), "PUBLISHING")
    visitor.close()
    backend.expect("StreamStatusEvent", status="UNPUBLISHED")
    backend.expect("ConnectionStatusEvent", status="DISCONNECTED")


def test_the_rest_api_ends_what_passes_the_filter(connected, wcs):
    rest, one, other = Rest(wcs.rest), connected(), connected()
    assert rest.post("stream/terminate", {"mediaSessionId": "none"})[0] == 404
    published = ask(one, "publishStream")
    status(one, published, "PUBLISHING")
    played = ask(other, "playStream")
    status(other, played, "PLAYING")
    assert rest.post("stream/terminate", {"mediaSessionId": played}) == (200, b"")
    status(other, played, "STOPPED", info="Stopped by rest /terminate")
    assert rest.post("stream/find_all")[0] == 200
    assert rest.post("stream/terminate", {})[0] == 200  # no filter: every stream
    status(one, published, "UNPUBLISHED")
