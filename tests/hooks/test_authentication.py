"""Who may post hooks at all."""

from __future__ import annotations

import json
import time

import pytest

from hooks.known_instances import ASK_AGAIN_AFTER
from hooks.models import Call, Event, Session
from tenants.models import WcsInstance
from tests.cast import ACME_SIGNING, GLOBEX_SIGNING, SECRETS
from tests.hooks.lost_connections import lose_connections
from tests.wcs import payload, sign

CONNECT = b'{"nodeId": "n", "appKey": "a", "sessionId": "s", "origin": "https://www.acme.example"}'


@pytest.fixture(autouse=True)
def _the_gateway_asks_again():
    """The tests give one key to instances with different secrets, one soon after another."""
    time.sleep(ASK_AGAIN_AFTER)


def rows() -> tuple[int, int]:
    return Session.objects.count(), Call.objects.count()


def test_it_answers_nobody_without_the_signature(acme):
    """tests/hooks/pure/test_verifying.py has the whole table."""
    wrong = ("", "Basic YTpi", "WCS " + "0" * 32, "WCS " + sign(GLOBEX_SIGNING, CONNECT))
    for method in ("connect", "hangup", "CallStatusEvent", "nonsense"):
        for authorization in wrong:
            answer = acme.send(method, CONNECT, Authorization=authorization)

            assert answer.is_neutral_refusal
            assert not any(secret.encode() in answer.body for secret in SECRETS)
    assert rows() == (0, 0)


def test_a_stranger_leaves_one_event_and_not_one_for_every_post(globex, cast):
    globex.secret = None
    for _ in range(50):
        assert globex.send("connect", CONNECT).is_neutral_refusal

    kept = Event.objects.filter(reason="signature_missing", instance=cast.globex_1)
    assert 0 <= kept.count() <= 2  # one in ten seconds, of each process
    assert all(event.body == {} for event in kept)


def test_a_connection_that_was_lost_while_nobody_asked_refuses_nobody(acme, cast, gateway):
    acme.key = "no-such-instance"
    assert acme.send("connect", CONNECT).status == 404
    lose_connections()
    acme.key = "another-unknown-one"
    assert acme.send("connect", CONNECT).status == 404


def test_the_signature_may_be_upper_case(acme):
    body = CONNECT
    assert (
        acme.send("connect", body, Authorization=f"wcs {sign(ACME_SIGNING, body).upper()}").status
        == 200
    )


def test_bad_signature_is_told_before_bad_json(acme):
    assert acme.send("connect", b"{", Authorization="WCS " + "0" * 32).is_neutral_refusal
    assert acme.send("connect", b"{", Authorization="").is_neutral_refusal
    acme.key = "no-such-instance"
    assert acme.send("connect", b"{").status == 404
    assert not Event.objects.filter(reason="malformed").exists()


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


def test_every_process_takes_a_rotated_secret_at_once(acme, cast, gateway):
    posting = [gateway.wcs(acme.key, ACME_SIGNING) for _ in range(12)]
    for wcs in posting:
        wcs.connected()
    cast.acme_1.rotate_signing_secret("the-next-secret")
    cast.acme_1.forget_previous_signing_secret()
    cast.acme_1.save()
    time.sleep(ASK_AGAIN_AFTER)

    for wcs in posting:
        assert wcs.post("hangup").is_neutral_refusal
    time.sleep(ASK_AGAIN_AFTER)
    for wcs in posting:
        wcs.secret = "the-next-secret"
        assert wcs.post("hangup").status == 200
        wcs.close()


def test_an_instance_that_is_made_after_its_key_was_refused_is_answered_within_a_second(acme):
    acme.key = "made-later"
    assert acme.post("hangup").status == 404
    WcsInstance.objects.create(name="later", key="made-later", signing_secret=ACME_SIGNING)

    deadline = time.monotonic() + 1
    while (status := acme.post("hangup").status) != 200:
        assert (status, time.monotonic() < deadline) == (404, True)


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


def test_it_takes_posts_alone(acme):
    for verb in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"):
        answer = acme.request(verb, f"/hooks/{acme.key}/connect")

        assert answer.status == 405
        assert answer.headers["allow"] == "POST"


def test_slashes_are_tolerated_and_never_redirected(acme):
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"WCS {sign(acme.secret, CONNECT)}",
    }
    for path in ("/hooks/{}/connect", "/hooks/{}//connect", "//hooks//{}//connect/"):
        assert acme.request("POST", path.format(acme.key), CONNECT, headers).status == 200
    path = f"/hooks/{acme.key}/connect?x=1"
    assert acme.request("POST", path, CONNECT, headers).status == 200


def test_no_other_path_is_a_hook(acme):
    for path in ("", "{}", "{}/", "{}/con.nect", "{}/a/b", "%2e%2e/connect"):
        acme.close()  # the gateway does not read the body of such a post
        assert acme.request("POST", "/hooks/" + path.format(acme.key), CONNECT).status == 404


def test_it_reads_json_alone(acme):
    for content_type in (
        *("text/plain", "", "application/x-www-form-urlencoded", "application/jsonx"),
        "multipart/form-data; boundary=x",
    ):
        answer = acme.send("connect", CONNECT, **{"Content-Type": content_type})

        refusal = {"status": 415, "reason": "Unsupported media type"}
        assert (answer.status, answer.json) == (415, refusal)
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
