"""The INVITE beside the number: the browser's caller, name and headers, if not overwritten."""

from __future__ import annotations

import re

import pytest

from tests.demo.hook_backend import FORBIDDEN, OBEYED, Reply
from tests.demo.sip_peer import DOMAIN, ECHO, LOGIN

PREMIUM = "+88213000000"
HOSTILE = {
    "caller": PREMIUM,
    "visibleName": "The Bänk",
    "inviteParameters": {"P-Asserted-Identity": f"<sip:{PREMIUM}@evil.test>"},
    "sipHeaders": {"X-Own": "1"},
}
OURS = {
    "callee": ECHO,
    "caller": LOGIN,
    "visibleName": "Acme",
    "inviteParameters": None,
    "sipHeaders": None,
}
OVERWRITTEN = {**OBEYED, "restOverwrite": ",".join(OURS)}


def header(message: str, name: str) -> str | None:
    found = re.search(rf"^{name}: (.*?)\r$", message, re.MULTILINE)
    return found[1] if found else None


def sender(message: str) -> str:
    return (header(message, "From") or "").partition(";tag")[0]


@pytest.fixture
def invite(backend, sip, visit):
    """Of a call with these fields; `entry` is that of `call` in restClientConfig."""

    def invite(entry=OBEYED, reply=None, connect=None, **fields) -> str:
        backend.accept({**sip.account, **(connect or {})}, call=entry)
        backend.answers["call"] = reply or Reply({"callee": ECHO})
        visitor = visit().connect()
        visitor.expect("getUserData")
        visitor.call(ECHO, **fields)
        visitor.expect("talk")
        return sip.invites[-1]

    return invite


@pytest.mark.parametrize(
    ("entry", "reply"),
    [
        (OBEYED, Reply({**OURS})),
        ({**OVERWRITTEN, "restOnError": "LOG"}, FORBIDDEN),
        ({**OVERWRITTEN, "restPolicy": "NOTIFY"}, Reply({**OURS})),
    ],
    ids=["only callee", "LOG", "NOTIFY"],
)
def test_what_is_not_overwritten_is_the_browsers(invite, entry, reply):
    sent = invite(entry, reply, **HOSTILE)
    assert sender(sent) == f'"The Bänk" <sip:{PREMIUM}@{DOMAIN}>'
    assert header(sent, "P-Asserted-Identity") == f"<sip:{PREMIUM}@evil.test>"
    assert header(sent, "X-Own") == "1"


def test_what_is_overwritten_is_the_backends(invite):
    sent = invite(OVERWRITTEN, Reply({**OURS}), **HOSTILE)
    assert sender(sent) == f'"Acme" <sip:{LOGIN}@{DOMAIN}>'
    assert not re.search("Bänk|evil|P-Asserted|X-Own|8821300", sent)


def test_headers_of_the_backend_are_sent_too(invite):
    entry = {**OBEYED, "restOverwrite": "callee,inviteParameters"}
    reply = Reply({"callee": ECHO, "inviteParameters": {"X-Customer": "acme"}})
    assert header(invite(entry, reply, **HOSTILE), "X-Customer") == "acme"


@pytest.mark.parametrize(
    ("connect", "name"), [({}, ""), ({"sipVisibleName": "Acme Ltd"}, '"Acme Ltd" ')]
)
def test_without_a_name_the_account_has_its_own(invite, connect, name):
    assert (
        sender(invite(connect=connect, caller="", visibleName=None))
        == f"{name}<sip:{LOGIN}@{DOMAIN}>"
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("P-A: 1\r\nP-B: 2", {"P-A": "1", "P-B": "2"}),
        (
            {"P-A": "1\r\nP-B: 2\r\n\r\nBYE sip:1@evil.test SIP/2.0\r\nP-C: 3"},
            {"P-A": "1", "P-B": "2", "P-C": "3"},
        ),
        ("no header at all", {"P-A": None}),
        ({"P A": "1", "": "2", "P-Ä": "3", "P-B": "4"}, {"P-B": "4", "A": None}),
        ([1, {"P-A": "1"}], {"P-A": None}),
        ({"P-A": ["x"]}, {"P-A": "['x']"}),
    ],
)
def test_a_line_break_begins_another_header_and_nothing_else(invite, sip, given, expected):
    sent = invite(inviteParameters=given)
    assert {name: header(sent, name) for name in expected} == expected
    assert {method for method, _ in sip.requests} <= {"INVITE", "ACK"}


@pytest.mark.parametrize(
    "fields",
    [
        {"visibleName": 'x" <sip:1@evil.test>;tag="'},
        {"visibleName": "x\\"},
        {"visibleName": "x\r\nP-A: 1"},
        {"visibleName": "x\x00y"},
        {"visibleName": "x\ud800"},
        {"caller": "1@evil.test>"},
        {"caller": "1;auth_pass=x"},
        {"caller": "1\r\nP-A: 1"},
        {"inviteParameters": {"P-A": "x\x00y"}},
        {"inviteParameters": {"P-A": "x\ud800"}},
        {"inviteParameters": {"P-A": "x" * 100_000}},
        {"visibleName": "x" * 100_000},
        {"caller": "1" * 100_000},
    ],
)
def test_what_the_sip_stack_cannot_say_fails_this_call_alone(backend, sip, visit, wcs, fields):
    backend.answers["call"] = Reply({"callee": ECHO})
    visitor = visit().connect()
    visitor.expect("getUserData")
    visitor.call(ECHO, **fields)
    assert visitor.expect("finish")["status"] == "FAILED"
    assert sip.requests == []
    visitor.call(ECHO)
    visitor.expect("talk")
