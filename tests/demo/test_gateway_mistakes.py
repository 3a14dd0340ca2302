"""A mistake in the gateway's own tables or signer is noticed: the stand-in does not share it."""

from __future__ import annotations

import pytest

from tests.demo.hook_backend import SECRET, Reply
from tests.demo.sip_peer import ECHO, PASSWORD
from tests.demo.test_wcs_config import FRAUD, dialled
from tests.hooks.mistakes import load_gateway, load_module


@pytest.mark.parametrize(
    ("right", "wrong", "number", "leaked"),
    [
        ("", "", ECHO, []),
        ('"callee"', '"caller"', FRAUD, []),
        ('"OVERWRITE" if', '"NOTIFY" if', FRAUD, []),
        ('"sipPassword"', '"sipLogin"', ECHO, [PASSWORD]),
        ('"clientExclude"', '"clientExcludes"', ECHO, [PASSWORD, ECHO]),
    ],
)
def test_it_does_what_the_gateways_own_answers_say(
    backend, sip, visit, monkeypatch, right, wrong, number, leaked
):
    methods, rewriting = load_gateway(monkeypatch, right, wrong)
    backend.accept(sip.account, **methods.REST_CLIENT_CONFIG)
    answer = rewriting.call_answer(ECHO, sip.account["sipLogin"])
    backend.answers["call"] = Reply({**answer, "callee": ECHO})

    visitor = visit().connect()
    visitor.expect("getUserData")
    visitor.call(FRAUD)
    visitor.expect("talk" if number == ECHO else "finish")

    assert dialled(sip)[-1] == number
    text = visitor.raw.encode().decode("unicode_escape")
    assert [secret for secret in (PASSWORD, ECHO) if secret in text] == leaked


@pytest.mark.parametrize(
    ("right", "wrong", "fits"),
    [("", "", True), ('"md5"', '"sha1"', False), (".hex()", ".hex()[::-1]", False)],
)
def test_its_signature_is_not_made_by_the_gateways_signer(backend, visit, right, wrong, fits):
    sign = load_module("hooks.authentication", right, wrong).sign
    visit().connect().expect("getUserData")

    [hook] = backend.posted("connect")
    assert (hook.headers["Authorization"] == f"WCS {sign(SECRET, hook.raw)}") is fits
