"""Who may post hooks at all."""

from __future__ import annotations

import json

import pytest

from hooks.models import Call, Event, Session
from tenants.models import WcsInstance
from tests.cast import ACME_SIGNING, GLOBEX_SIGNING, SECRETS
from tests.wcs import payload, sign

CONNECT = b'{"nodeId": "n", "appKey": "a", "sessionId": "s", "origin": "https://www.acme.example"}'


def rows() -> tuple[int, int]:
    return Session.objects.count(), Call.objects.count()


@pytest.mark.parametrize(
    ("authorization", "reason"),
    [
        ("", "signature_missing"),
        ("Basic YTpi", "signature_missing"),
        ("WCS", "signature_missing"),
        ("WCS " + "g" * 32, "signature_missing"),
        ("WCS " + "0" * 31, "signature_missing"),
        ("WCS " + "0" * 32, "signature_wrong"),
        ("WCS " + sign(GLOBEX_SIGNING, CONNECT), "signature_wrong"),
        ("WCS " + sign(ACME_SIGNING, CONNECT + b" "), "signature_wrong"),
    ],
)
@pytest.mark.parametrize("method", ["connect", "hangup", "CallStatusEvent", "nonsense"])
def test_it_answers_nobody_without_the_signature(acme, method, authorization, reason):
    answer = acme.send(method, CONNECT, Authorization=authorization)

    assert answer.is_neutral_refusal
    assert rows() == (0, 0)
    assert not any(secret.encode() in answer.body for secret in SECRETS)


def test_a_stranger_leaves_one_event_and_not_one_for_every_post(globex, cast):
    globex.secret = None
    for _ in range(50):
        assert globex.send("connect", CONNECT).is_neutral_refusal

    kept = Event.objects.filter(reason="signature_missing", instance=cast.globex_1)
    assert 0 <= kept.count() <= 2  # one in ten seconds, of each process
    assert all(event.body == {} for event in kept)


def test_the_signature_may_be_upper_case(acme):
    body = CONNECT
    assert (
        acme.send("connect", body, Authorization=f"wcs {sign(ACME_SIGNING, body).upper()}").status
        == 200
    )


def test_bad_signature_is_told_before_bad_json(acme):
    assert acme.send("connect", b"{", Authorization="WCS " + "0" * 32).is_neutral_refusal


def test_the_signature_covers_the_raw_bytes(acme):
    for body in (CONNECT, CONNECT.replace(b" ", b""), CONNECT.replace(b"{", b"{\n\t")):
        assert acme.send("connect", body).status == 200


def test_both_secrets_live_while_they_are_rotated(acme, cast):
    cast.acme_1.rotate_signing_secret("the-next-secret")
    cast.acme_1.save()
    assert acme.post("connect").status == 200
    acme.secret = "the-next-secret"
    assert acme.post("connect", sessionId="next").status == 200

    cast.acme_1.forget_previous_signing_secret()
    cast.acme_1.save()
    assert acme.post("connect", sessionId="later").status == 200
    acme.secret = ACME_SIGNING
    assert acme.post("connect", sessionId="last").is_neutral_refusal


def test_an_instance_without_a_secret_answers_nobody(acme, cast):
    cast.acme_1.signing_secret = None
    cast.acme_1.save()

    assert acme.post("connect").is_neutral_refusal
    acme.secret = ""
    assert acme.post("connect").is_neutral_refusal
    assert rows() == (0, 0)


def test_an_instance_that_is_marked_unsigned_answers_everybody(acme, cast):
    cast.acme_1.signing_secret = None
    cast.acme_1.unsigned = True
    cast.acme_1.save()
    acme.secret = None

    assert acme.post("connect").status == 200


def test_an_unknown_instance_is_not_found(acme):
    for key in ("no-such-instance", "KEY-OF-ACME-1", "x"):
        acme.key = key
        answer = acme.post("connect")
        assert (answer.status, answer.json) == (404, {"status": 404, "reason": "Not found"})
    assert not Event.objects.exists()


@pytest.mark.parametrize("verb", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_it_takes_posts_alone(acme, verb):
    answer = acme.request(verb, f"/hooks/{acme.key}/connect")

    assert answer.status == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "path",
    [
        "/hooks/{key}/connect",
        "/hooks/{key}//connect",
        "//hooks//{key}//connect/",
        "/hooks/{key}/connect?x=1",
    ],
)
def test_slashes_are_tolerated_and_never_redirected(acme, path):
    body = CONNECT
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"WCS {sign(acme.secret, body)}",
    }

    assert acme.request("POST", path.format(key=acme.key), body, headers).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/hooks/",
        "/hooks/{key}",
        "/hooks/{key}/",
        "/hooks/{key}/con.nect",
        "/hooks/{key}/a/b",
        "/hooks/%2e%2e/connect",
    ],
)
def test_no_other_path_is_a_hook(acme, path):
    assert acme.request("POST", path.format(key=acme.key), CONNECT).status == 404


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "multipart/form-data; boundary=x",
    ],
)
def test_it_reads_json_alone(acme, content_type):
    answer = acme.send("connect", CONNECT, **{"Content-Type": content_type})

    assert (answer.status, answer.json) == (
        415,
        {"status": 415, "reason": "Unsupported media type"},
    )
    assert rows() == (0, 0)


def test_an_instance_speaks_for_its_own_tenants_alone(globex, acme):
    assert globex.post("connect").is_neutral_refusal
    assert Event.objects.latest("id").reason == "tenant_not_served"
    acme.connected()
    globex.session = acme.session
    assert globex.post("call").is_neutral_refusal
    assert Event.objects.latest("id").reason == "session_unknown"
    assert rows() == (1, 0)


def test_a_replayed_body_on_another_path_gains_nothing(acme):
    """The signature covers neither path nor time, so the state has to."""
    acme.connected()
    acme.post("call")
    call = Call.objects.get()
    body = json.dumps(payload("call", sessionId=acme.session)).encode()
    assert acme.send("transfer", body).is_neutral_refusal
    assert acme.send("call", body).json["callee"] == call.target
    assert Call.objects.count() == 1


def test_a_previous_secret_that_no_longer_opens_silences_nobody(acme, cast):
    WcsInstance.objects.filter(pk=cast.acme_1.pk).update(previous_signing_secret="v1.lost.AAAA")

    assert acme.post("connect").status == 200
    acme.secret = "guessed"
    assert acme.post("connect").status == 503


def test_a_stranger_leaves_one_event_also_where_no_secret_opens(globex, cast):
    WcsInstance.objects.filter(pk=cast.globex_1.pk).update(signing_secret="v1.lost.AAAA")
    for _ in range(30):
        assert globex.post("connect").status == 503

    assert Event.objects.filter(reason="secret_unreadable").count() <= 2


def test_a_websocket_is_turned_away(acme, gateway):
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "eA==" * 4,
    }
    before = gateway.log.count("Traceback")
    assert acme.request("GET", f"/hooks/{acme.key}/connect", headers=upgrade).status in (400, 403)
    assert gateway.log.count("Traceback") == before
