"""Messages by the API: to everybody, to a session, to the visitor of a call."""

from __future__ import annotations

import uuid

import pytest

from hooks.models import DataMessage, DataRecipient
from tests.api.program import kind_of
from tests.duties.conftest import make_call


@pytest.fixture
def call(cast):
    return make_call(cast, cast.acme_1)


def test_a_program_sends_one_and_learns_how_far_it_is(cast, acmes, globexs, call):
    body = {"tenant": "acme", "to": "everybody", "text": "Hello,\nwe close soon."}
    sent = acmes.post("/messages", body, Idempotency_Key="one")
    again = acmes.post("/messages", body, Idempotency_Key="one")
    assert (sent.status, again.status) == (202, 202)
    assert sent.json == again.json
    assert sent.json["recipients"] == {"waiting": 1, "taken": 0, "gone": 0, "failed": 0}
    assert DataMessage.objects.count() == DataRecipient.objects.count() == 1

    path = f"/messages/{sent.json['id']}"
    assert acmes.get(path).json == sent.json
    assert [one["id"] for one in acmes.get("/messages").json["items"]] == [sent.json["id"]]
    assert globexs.get(path).status == 404
    assert globexs.get("/messages").json["items"] == []


@pytest.mark.parametrize("to", ["session", "call"])
def test_it_goes_to_one_visitor(cast, acmes, globexs, call, to):
    key = str(call.session_id if to == "session" else call.pk)
    assert (
        acmes.post("/messages", {"tenant": "acme", "to": to, "id": key, "text": "x"}).status == 202
    )
    assert DataRecipient.objects.get().session_id == call.session_id
    theirs = {"tenant": "globex", "to": to, "id": key, "text": "x"}
    assert globexs.post("/messages", theirs).status == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": "a\0"},
        {"text": 7},
        {"text": "x" * 4097},
        {"to": "all"},
        {"to": "session"},
        {"to": "session", "id": str(uuid.UUID(int=1))},
        {"to": "call", "id": "sales"},
        {"id": str(uuid.UUID(int=1))},
        {"tenant": "globex"},
        {"html": "<b>x</b>"},
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_sent(cast, acmes, call, wrong):
    body = {"tenant": "acme", "to": "everybody", "text": "Hello."} | wrong
    answer = acmes.post("/messages", body)
    assert (answer.status, kind_of(answer)) == (422, "invalid")
    assert not DataMessage.objects.exists()
