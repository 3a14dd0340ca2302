"""Messages that pages send, at the hooks of a real gateway."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.utils import timezone

from hooks.methods import find
from hooks.models import Event, MessagePace, PageMessage, Session, WebhookMessage
from hooks.policy import decide_without_database
from hooks.wcs.kill_switch.switching import switch_off
from hooks.wcs.kill_switch.targets import find_target
from hooks.wcs.messages.sending import send_to_everybody
from tenants.models import WebhookEndpoint
from tests import cast as casting
from tests.conftest import posting
from tests.wcs import payload

METHOD = "OnDataEvent"


@pytest.fixture
def chat(cast, acme):
    """Acme's WCS, with a connected visitor who may chat."""
    takes_messages(cast.acme)
    return acme.connected()


def takes_messages(tenant, **more) -> None:
    for name, value in {"message_operations": ["chat", "order-status"], **more}.items():
        setattr(tenant, name, value)
    tenant.save()


def send(wcs, text="hello", operation="chat", **more):
    data = {"operation": operation, "text": text}
    return wcs.post(METHOD, **{"operationId": str(uuid.uuid4()), "payload": data, **more})


def last_event() -> Event:
    return Event.objects.latest("id")


def test_it_is_taken_recorded_and_told(cast, chat):
    WebhookEndpoint.objects.create(
        tenant=cast.acme, url="https://crm.acme.example/", secret="x" * 40
    )
    answer = chat.post(METHOD)
    assert (answer.status, answer.json) == (200, {})
    message = PageMessage.objects.get()
    assert (message.tenant, message.session) == (cast.acme, Session.objects.get())
    assert (message.operation, message.text) == ("chat", "hello")
    event = last_event()
    assert (event.method, event.reason, event.session) == (METHOD, "allowed", message.session)
    assert "hello" not in json.dumps(event.body)

    told = WebhookMessage.objects.get(type="message.received")
    assert told.subject == message.session_id
    about = {name: told.data[name] for name in ("tenant", "operation", "text", "message_id")}
    assert about == {
        "tenant": "acme",
        "operation": "chat",
        "text": "hello",
        "message_id": str(message.pk),
    }


def test_what_wcs_repeats_is_taken_once(chat):
    assert [chat.post(METHOD).status for _ in range(3)] == [200] * 3
    assert PageMessage.objects.count() == 1
    assert last_event().reason == "duplicate"


def test_a_tenant_takes_none_unless_it_says_so(acme):
    acme.connected()
    told = {"status": 403, "reason": "Messages are not available here"}
    assert acme.post(METHOD).json == told
    assert last_event().reason == "messages_off"
    assert not PageMessage.objects.exists()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("hello", "message_not_text"),
        (["hello"], "message_not_text"),
        ({"text": "hello"}, "message_not_text"),
        ({"operation": "chat", "text": 7}, "message_not_text"),
        ({"operation": "chat", "text": {"a": 1}}, "message_not_text"),
        ({"operation": "chat", "text": "x", "to": "+49"}, "message_not_text"),
        ({"operation": "chat", "text": "a\x1b[2J"}, "message_not_text"),
        ({"operation": "chat", "text": " "}, "message_not_text"),
        ({"operation": ["chat"], "text": "x"}, "message_not_text"),
        ({"operation": "order", "text": "x"}, "message_operation"),
        ({"operation": "chat order-status", "text": "x"}, "message_operation"),
        ({"operation": "", "text": "x"}, "message_operation"),
        ({"operation": "chat", "text": "é" * 21}, "message_too_long"),
    ],
)
def test_what_is_no_message_is_refused(cast, chat, data, reason):
    takes_messages(cast.acme, message_bytes=40)
    assert chat.post(METHOD, payload=data).is_neutral_refusal
    assert last_event().reason == reason
    assert not PageMessage.objects.exists()
    assert not MessagePace.objects.exists()
    assert send(chat, "é" * 20).status == 200


@pytest.mark.parametrize(
    "changed",
    [
        b'{"operation": "chat", "text": "a\\u0000b"}',
        b'{"operation": "chat", "text": "\\ud800"}',
        b'{"operation": "chat", "operation": "x", "text": "y"}',
    ],
)
def test_what_no_text_can_hold_is_malformed(chat, changed):
    body = json.dumps(payload(METHOD, sessionId=chat.session, payload="HERE")).encode()
    answer = chat.send(METHOD, body.replace(b'"HERE"', changed))
    assert answer.status == 400
    assert not PageMessage.objects.exists()


def test_without_an_operation_id_it_is_malformed(chat):
    for wrong in (..., "", "x" * 65, 7):
        assert chat.post(METHOD, operationId=wrong).status == 400
    assert not PageMessage.objects.exists()


@pytest.mark.parametrize(
    ("ends", "reason"),
    [
        (lambda cast: Session.objects.update(ended_at=timezone.now()), "session_ended"),
        (lambda cast: Session.objects.all().delete(), "session_unknown"),
        (lambda cast: switch_off(find_target("tenant", "acme"), "x", "mary"), "switched_off"),
        (lambda cast: takes_messages(cast.acme, status="suspended"), "tenant_suspended"),
        (lambda cast: cast.acme.domains.all().delete(), "origin_revoked"),
    ],
)
def test_whoever_may_not_call_may_not_send(cast, chat, ends, reason):
    ends(cast)
    assert chat.post(METHOD).is_neutral_refusal
    assert last_event().reason == reason
    assert not PageMessage.objects.exists()


def test_each_connection_has_its_pace_and_all_have_one(cast, chat, gateway):
    takes_messages(cast.acme, messages_a_minute=3, messages_a_minute_of_all=5)
    MessagePace.objects.all().delete()
    assert [send(chat).status for _ in range(4)] == [200, 200, 200, 403]
    assert last_event().reason == "message_pace"

    with posting(gateway, cast.acme_1, casting.ACME_SIGNING) as other:
        other.connected()
        assert [send(other).status for _ in range(3)] == [200, 200, 403]
        assert last_event().reason == "message_pace_of_all"
    assert PageMessage.objects.count() == 5

    MessagePace.objects.update(minute=0)  # a minute later
    assert send(chat).status == 200


def test_many_at_once_are_counted_exactly(cast, acme, gateway):
    takes_messages(cast.acme, messages_a_minute=600, messages_a_minute_of_all=30)

    def post(number: int) -> list[int]:
        with posting(gateway, cast.acme_1, casting.ACME_SIGNING) as wcs:
            wcs.connected()
            return [send(wcs).status for _ in range(6)]

    with ThreadPoolExecutor(10) as pool:
        statuses = [status for answers in pool.map(post, range(10)) for status in answers]
    assert sorted(statuses) == [200] * 30 + [403] * 30
    assert PageMessage.objects.count() == 30
    assert {event.reason for event in Event.objects.filter(method=METHOD, decision="refused")} == {
        "message_pace_of_all"
    }


def test_one_that_is_posted_many_times_at_once_is_taken_once(cast, chat, gateway):
    def post(number: int) -> int:
        with posting(gateway, cast.acme_1, casting.ACME_SIGNING) as wcs:
            wcs.session = chat.session
            return wcs.post(METHOD).status

    with ThreadPoolExecutor(12) as pool:
        assert [*pool.map(post, range(12))] == [200] * 12
    assert PageMessage.objects.count() == 1
    assert send(chat).status == 200
    # A process that does not know yet of the other's counts it too: rather too many than too few.
    assert max(pace.number for pace in MessagePace.objects.all()) <= 1 + len(gateway.processes)


def test_what_we_sent_ourselves_is_no_message_of_the_page(cast, acme):
    acme.connected()
    ours = send_to_everybody(cast.acme, "hello", "mary")
    assert acme.post(METHOD, operationId=str(ours.pk)).json == {}
    assert last_event().reason == "duplicate"
    assert not PageMessage.objects.exists()


@pytest.mark.proof
def test_what_is_personal_is_erased(chat, manage):
    assert send(chat, "I am Ann.", operationId="ann@acme.example").status == 200
    chat.post("ConnectionStatusEvent", "connection_disconnected")
    assert manage("erase", "acme", "--everybody").returncode == 0
    message = PageMessage.objects.get()
    assert (message.text, message.operation_id) == ("", f"erased {message.pk}")


def test_without_the_database_none_is_taken():
    assert decide_without_database(find(METHOD)).decision == "refused"
