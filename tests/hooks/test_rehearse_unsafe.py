"""rehearse: backends that leak, dial what the browser said, or do not answer."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from hooks.methods import REST_CLIENT_CONFIG
from hooks.rewriting import call_answer
from hooks.wcs.rehearsal import play, stand_in
from tests.hooks.test_rehearsal_verdict import ACCOUNT
from tests.hooks.unsafe_backend import SALES, Backend, but, changed, naive_php, rehearse, safe

pytestmark = pytest.mark.proof


def test_it_finds_the_articles_backend_unsafe(cast):
    with Backend(naive_php) as backend:
        run = rehearse(backend.port)

    assert run.code == 1
    assert {
        "sipProxy, sipVisibleName and sipContactParams in the answer are what the browser sent.",
        "WCS would dial the number the browser sent: restOnError of call is LOG, not FAIL.",
        "WCS would keep the browser's caller, visibleName, inviteParameters, sipSDP, sipHeaders, "
        "target, parentCallId, "
        "incoming, hasAudio, hasVideo, isMsrp, holdForTransfer, rtmpUrl, rtmpStream and custom: "
        "restOverwrite of call does not name them.",
        "The browser would learn sipLogin, sipAuthenticationName, sipPassword, sipDomain, "
        "sipOutboundProxy, sipPort and "
        "restClientConfig: restClientConfig has no entry for ConnectionStatusEvent.",
        "The browser would learn callee and sipMessageRaw: restClientConfig has no entry for "
        "CallStatusEvent.",
        "The connect from https://www.acme.example.evil.example was answered with 200 instead of "
        "403, "
        "so that page gets the tenant's SIP account.",
        "The connect with no signature was answered with 200 instead of 403, "
        "so whoever reaches the hook URL gets the SIP password.",
        "The connect with a wrong signature was answered with 200 instead of 403, "
        "so whoever reaches the hook URL gets the SIP password.",
        "The transfer to +88213000000 was answered with 200 instead of 403, so WCS would do it.",
        "The publishStream was answered with 200 instead of 403, so WCS would do it.",
        "The OnCallEvent was answered with 200 instead of 403, so WCS would do it.",
    } <= set(run.findings)
    assert any(
        finding.startswith("No refusal would stop answer, hold, unhold, transfer,")
        for finding in run.findings
    )
    assert ACCOUNT["sipPassword"] not in run.text
    assert SALES not in run.text


def test_it_posts_as_a_wcs_does(cast):
    config = {
        **REST_CLIENT_CONFIG,
        "CallStatusEvent": {**REST_CLIENT_CONFIG["CallStatusEvent"], "restPolicy": "DISABLE"},
    }

    with Backend(safe(restClientConfig=config)) as backend:
        run = rehearse(backend.port, callee="sales")

    assert run.findings == []
    assert len(backend.connections) == 1
    asked = dict(reversed(backend.asked))
    assert "CallStatusEvent" not in asked
    assert asked["connect"]["sipPassword"] == "rehearsal-browser"
    assert {"nodeId": "rehearsal@clickhook", "appKey": "defaultApp"}.items() <= asked[
        "call"
    ].items()
    assert asked["call"]["callee"] == "sales"
    assert "m=audio" in asked["call"]["sdp"]
    assert "sipPassword" not in asked["ConnectionStatusEvent"]


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        (
            {"sipContactParams": ...},
            "sipContactParams is missing from the answer, so WCS would keep the browser's value.",
        ),
        (
            {"restClientConfig": changed("call", restOnError="LOG")},
            "WCS would dial the number the browser sent: restOnError of call is LOG, not FAIL.",
        ),
        (
            {"restClientConfig": changed("transfer", restPolicy="DISABLE")},
            "Nobody would stop transfer: restPolicy of it is DISABLE, so WCS does not ask.",
        ),
    ],
)
def test_it_finds_one_thing_wrong(cast, changes, finding):
    with Backend(safe(**changes)) as backend:
        run = rehearse(backend.port, callee="sales")

    assert finding in run.findings
    assert (run.code, len(run.findings)) == (1, 2 if "restOnError of call" in finding else 1)


@pytest.mark.parametrize(
    ("answer", "finding"),
    [
        (but("call", 200, {"callee": SALES}), "caller, visibleName, inviteParameters,"),
        (
            but("call", 500, {}),
            "The call for sales was refused with 500. The gateway's log may say why.",
        ),
        (
            but("call", 200, b"<html>"),
            "The answer to call is no JSON object, so WCS would take it for an error.",
        ),
        (
            but("connect", 200, b"PHP Warning"),
            "The answer to connect is no JSON object, so WCS would take it for an error.",
        ),
        (but("connect", 301, {}), "It redirects, and WCS is not known to follow"),
        (
            but("connect", 0, b""),
            "The connection ended without an answer to connect that WCS could read.",
        ),
        (
            but("hangup", 500, {}),
            "hangup was answered with 500; WCS takes anything but 200 for an error.",
        ),
        (
            but("CallStatusEvent", 204, b""),
            "CallStatusEvent was answered with 204; WCS takes anything but 200 for an error.",
        ),
        (
            but("transfer", 404, {}),
            "The transfer to +88213000000 was answered with 404 instead of 403, though WCS would "
            "stop.",
        ),
        (
            but("transfer", 200, {}),
            "The transfer to +88213000000 was answered with 200 instead of 403, so WCS would do "
            "it.",
        ),
    ],
)
def test_it_finds_a_wrong_answer(cast, answer, finding):
    with Backend(answer) as backend:
        run = rehearse(backend.port, callee="sales")

    assert run.code == 1
    assert finding in " ".join(run.findings)


def test_it_sees_that_an_echoed_number_would_be_dialled(cast):
    def answer(hook: str, body: dict[str, Any]) -> tuple[int, Any]:
        return (
            (200, {**call_answer(body["callee"], "10001")}) if hook == "call" else ours(hook, body)
        )

    ours = safe()
    with Backend(answer) as backend:
        run = rehearse(backend.port, callee="sales")

    assert "WCS would dial +88213000000, the number the browser sent." in run.findings


def test_it_says_when_an_answer_is_no_json_by_its_type(cast):
    with Backend(safe(), content_type="text/html") as backend:
        run = rehearse(backend.port)

    expected = (
        "The Content-Type of the answer to connect is text/html, where WCS asks for "
        "application/json."
    )
    assert expected in run.findings


def test_it_finds_a_slow_answer(cast, monkeypatch):
    def slow(hook: str, body: dict[str, Any]) -> tuple[int, Any]:
        time.sleep(0.2 if hook == "call" and body["callee"] == "sales" else 0)
        return ours(hook, body)

    ours = safe()
    monkeypatch.setattr(play, "REST_REQUEST_TIMEOUT_SECONDS", 0.15)
    with Backend(slow) as backend:
        run = rehearse(backend.port, callee="sales")

    [finding] = run.findings  # a busy machine answers later than that
    expected = r"The answer to call took \d\.\d s: with rest_request_timeout=0\.15 WCS gives up\."
    assert re.fullmatch(expected, finding)


def test_it_gives_up_when_no_answer_comes(cast, monkeypatch):
    monkeypatch.setattr(stand_in, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        run = rehearse(silent.getsockname()[1])

    assert run.findings == ["No answer to connect came within 0.2 seconds, so WCS would give up."]


def test_it_says_that_nothing_listens(cast):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    assert rehearse(port).findings == [
        f"Nothing listens at http://127.0.0.1:{port}: start the gateway, or name its address with "
        "--url."
    ]


def test_it_says_that_the_name_does_not_resolve(cast):
    run = rehearse(0, url="https://gateway.invalid/behind")

    assert run.findings == ["The host name of https://gateway.invalid/behind does not resolve."]


def test_it_says_that_there_is_no_tls(cast):
    with Backend(safe()) as backend:
        run = rehearse(backend.port, url=f"https://127.0.0.1:{backend.port}")

    assert len(run.findings) == 1
    assert run.findings[0].startswith(f"No TLS connection to 127.0.0.1:{backend.port}")


@contextmanager
def over_tls(tmp_path: Any) -> Iterator[tuple[int, str]]:
    certificate, key = str(tmp_path / "certificate.pem"), str(tmp_path / "key.pem")
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-out",
        certificate,
        "-keyout",
        key,
    ]
    subprocess.run([*made, *subject], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    backend = Backend(safe())
    backend.wrap(context)
    with backend:
        yield backend.port, certificate


def test_it_says_that_the_certificate_is_not_accepted(cast, tmp_path):
    with over_tls(tmp_path) as (port, _):
        run = rehearse(port, url=f"https://localhost:{port}")

    assert run.findings == [
        f"The certificate of localhost:{port} is not accepted (self-signed certificate); WCS "
        "would refuse it too."
    ]


def test_it_rehearses_over_tls(cast, tmp_path, monkeypatch):
    with over_tls(tmp_path) as (port, certificate):
        monkeypatch.setenv("SSL_CERT_FILE", certificate)
        run = rehearse(port, url=f"https://localhost:{port}")

    assert (run.code, run.findings) == (0, [])
