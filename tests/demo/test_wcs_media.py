"""The voice: from a page through the stand-in to a phone that echoes it, and back."""

from __future__ import annotations

import re

import ifaddr
import pytest

from tests.demo.hook_backend import Reply
from tests.demo.sip_peer import ECHO
from tests.demo.webrtc_page import Page


@pytest.fixture
def page():
    page = Page(660)
    yield page
    page.close()


def _answer(visitor) -> str:
    visitor.expect("setRemoteSDP")
    [data] = [frame["data"] for frame in visitor.frames if frame["message"] == "setRemoteSDP"]
    assert data[2] is True
    return data[1]


def test_a_tone_goes_to_the_phone_and_comes_back(backend, visit, page):
    backend.answers["call"] = Reply({"callee": ECHO})
    visitor = visit().connect()
    visitor.expect("getUserData")
    call = visitor.call("sales", sdp=page.offer)
    page.accept(_answer(visitor))
    visitor.expect("talk")
    assert page.hears(660)
    visitor.hangup(call)
    visitor.expect("finish")


def test_it_is_reached_at_the_machines_addresses_too(backend, visit, page):
    """Firefox speaks to no loopback address."""
    backend.answers["call"] = Reply({"callee": ECHO})
    visitor = visit().connect()
    visitor.expect("getUserData")
    visitor.call("sales", sdp=page.offer)
    offered = set(re.findall(r"^a=candidate:\S+ 1 udp \d+ (\S+)", _answer(visitor), re.MULTILINE))
    assert offered >= {"127.0.0.1", *_machines_addresses()}


def _machines_addresses() -> list[str]:
    found = [
        address for adapter in ifaddr.get_adapters() for address in adapter.ips if address.is_IPv4
    ]
    return [address.ip for address in found if not address.ip.startswith("127.")]


@pytest.mark.parametrize(
    "sdp",
    [
        "m=audio",
        "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n",
        "v=0\r\nm=audio x y z\r\na=mid:0\r\n",
    ],
)
def test_an_offer_that_cannot_be_joined_ends_the_call(backend, visit, sip, sdp):
    backend.answers["call"] = Reply({"callee": ECHO})
    visitor = visit().connect()
    visitor.expect("getUserData")
    visitor.call("sales", sdp=sdp)
    finish = visitor.expect("finish")
    assert (finish["status"], finish["info"]) == ("FAILED", "No common codecs")
    sip.expect("BYE")


def test_a_visitor_who_leaves_before_anything_is_heard_leaves_nothing_behind(
    backend, visit, sip, page
):
    """Not even the voices were connected yet."""
    backend.answers["call"] = Reply({"callee": ECHO})
    visitor = visit().connect()
    visitor.expect("getUserData")
    visitor.call("sales", sdp=page.offer)
    visitor.expect("talk")
    visitor.close()
    sip.expect("BYE")
    backend.expect("ConnectionStatusEvent", status="DISCONNECTED")
