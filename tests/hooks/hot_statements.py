"""Every statement of the hooks, each with what one hook asks or leaves behind."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from hooks.lifecycle import CallProgress, SessionProgress
from hooks.limits.facts import MeterFacts
from hooks.limits.ledger import Ledger
from hooks.limits.reservation import reserve_first_slice
from hooks.limits.weighing import read_asked, weigh_call
from hooks.messages.recording import TakenMessage
from hooks.reasons import Reason
from hooks.recording import AskedCall, Breach, LoggedEvent, OpenedSession, Record, SentTones
from hooks.statements.calling_back import ASK_TO_BE_CALLED_BACK
from hooks.statements.issuing import ASK_FOR_TICKET
from hooks.statements.logins import READ_LOGIN
from hooks.statements.noting import NOTE_QUALITY
from hooks.statements.parts import Parts
from hooks.statements.reading import (
    READ_CALL,
    READ_CONNECT,
    READ_EVENT,
    READ_INSTANCES,
    READ_PROVED_CONNECT,
)
from hooks.statements.streaming import READ_STREAM
from hooks.statements.writing import write
from hooks.streams.facts import StreamFacts
from hooks.streams.ledger import StreamLedger
from hooks.streams.lifecycle import StreamProgress
from hooks.streams.recording import AskedStream
from hooks.streams.weighing import weigh_stream
from tests.hooks.limits.pieces import BERLIN, ended_call, limit_facts
from tests.wcs import NODE


def question(**more) -> list[str]:
    asked = {"n": 0, "key": "key-of-acme-1", "node": NODE, "wcs_session": "s7", "digest": "d"}
    return [json.dumps([asked | more])]


def record(
    *records: Record, ledgers: Sequence[Ledger] = (), streams: Sequence[StreamLedger] = ()
) -> tuple[str, list[str]]:
    made = Parts.of(records, ledgers, streams)
    statement = write(*(part is not None for part in made)).decode()
    return statement, [part for part in made if part]


NOW, ROW = datetime.now(UTC), "01900000-0000-7000-8000-000000000000"
EVENT: LoggedEvent = {
    "hook_id": ROW,
    "received_at": NOW,
    "method": "connect",
    "decision": "allowed",
    "reason": "allowed",
    "detail": "",
    "body": {},
    "instance_id": ROW,
    "tenant_id": None,
    "session_id": None,
    "call_id": None,
    "only_with": None,
}
OPENED: OpenedSession = {
    "id": ROW,
    "tenant_id": 1,
    "instance_id": ROW,
    "node_id": NODE,
    "wcs_session_id": "new",
    "app_key": "",
    "domain_id": None,
    "origin": "https://www.acme.example",
    "sip_account_id": ROW,
    "sip_login": "",
    "connect_digest": "",
    "opened_at": NOW,
    "node_is_new": False,
    "visitor": "",
    "visitor_display": "",
    "ticketed": True,
    "ticket_alias": "sales",
    "publish_alias": "",
    "play_alias": "",
    "label": "",
    "context": None,
    "jti": "new",
    "spent_until": 1.0,
    "sip_password_since": NOW,
    "tries_password": True,
}
BREACH: Breach = {
    "tenant_id": 1,
    "visitor": "v1",
    "display": "",
    "because": "visitor_hour",
    "times": 3,  # so it looks for earlier blocks
}
ASKED: AskedCall = {
    "id": ROW,
    "tenant_id": 1,
    "session_id": ROW,
    "wcs_call_id": "new",
    "alias": "",
    "target": "",
    "caller": "",
    "decision": "allowed",
    "reason": "allowed",
    "asked_at": NOW,
    "ended_at": None,
    "ended_by": "",
    "visitor": "",
    "reservation": reserve_first_slice(read_asked(limit_facts(), [], BERLIN), ["tenant"]),
    "fallback": "",
}


def metering() -> Ledger:
    """Of a tenant whose meters are as they were read, with a call that has ended."""
    ended = ended_call(ASKED["reservation"], talked=60, id=ROW)
    ledger = Ledger(1, MeterFacts(version=1, meters={"tenant": {}}, ended=[ended]))
    assert weigh_call(limit_facts(), ledger, 7, "a", BERLIN).reservation
    return ledger


TAKEN: TakenMessage = {
    "id": ROW,
    "tenant_id": 1,
    "session_id": ROW,
    "operation_id": "new",
    "operation": "chat",
    "text": "hello",
    "received_at": NOW,
    "minute": 1,
    "a_minute": 20,
    "a_minute_of_all": 600,
}
TONES: SentTones = {"call_id": ROW, "presses": 1, "sent": 1, "last": [1.0]}
ASKED_STREAM: AskedStream = {
    "id": ROW,
    "tenant_id": 1,
    "session_id": ROW,
    "media_session_id": "new",
    "kind": "play",
    "alias": "studio",
    "name": "n",
    "scope": "streams alias 1",
    "decision": "allowed",
    "reason": "allowed",
    "asked_at": NOW,
    "ends_by": NOW,
    "ended_at": None,
    "ended_by": "",
    "visitor": "",
}
STREAM_FACTS = StreamFacts(
    clock=NOW.timestamp(),
    worker_seen_at=NOW.timestamp(),
    alias_id=1,
    name="n",
    may_publish=True,
    may_play=True,
    publishers=1,
    players=1,
    longest_seconds=1,
    tenant_publishers=1,
    tenant_players=1,
    version=1,
    ended=[{"id": ROW, "kind": "play", "scope": "streams alias 1"}],
)


def counting() -> StreamLedger:
    """Of a tenant whose meters are as they were read, with a stream that has ended."""
    ledger = StreamLedger(1, STREAM_FACTS.version)
    ledger.note_read(STREAM_FACTS)
    assert weigh_stream(STREAM_FACTS, "play", ledger).reason is Reason.ALLOWED
    return ledger


ACME, GLOBEX = "https://www.acme.example", "https://globex.example:8443"
APP = "capacitor://localhost"  # of many tenants
RARE_APP = "ionic://localhost"  # of Acme
PUBLIC_KEY = "00000000-0000-4000-8000-000000000007"  # Acme's
CROWDED = "key-of-crowd-1"
OLD_STYLE = "/1.2.3.4:5/6.7.8.9:10"
HOT = {
    "instances": (READ_INSTANCES, ["{key-of-acme-1}"]),
    "connect": (READ_CONNECT, question(origins=ACME, wcs_session="new")),
    "connect where proof is required": (
        READ_PROVED_CONNECT,
        question(origins=ACME, wcs_session="new"),
    ),
    "connect with a ticket": (
        READ_CONNECT,
        question(origins=ACME, wcs_session="new", kid="tk", jti="j7", token=True, visitors="v1 v2"),
    ),
    "connect of a living session": (READ_CONNECT, question(origins=ACME)),
    "connect under an id that recurs": (
        READ_CONNECT,
        question(origins=ACME, wcs_session=OLD_STYLE),
    ),
    "connect of a stranger": (READ_CONNECT, question(key="no", origins="https://no.example")),
    "connect of an app": (READ_CONNECT, question(origins=APP, wcs_session="new")),
    "connect of an app that no tenant of the instance has": (
        READ_CONNECT,
        question(key="key-of-globex-1", origins="https://localhost", wcs_session="new"),
    ),
    "ticket for a page": (ASK_FOR_TICKET, [PUBLIC_KEY, ACME, "sales", "", "0"]),
    "ticket for an app": (ASK_FOR_TICKET, [PUBLIC_KEY, APP, "sales", "", "0"]),
    "report of a call's quality": (NOTE_QUALITY, ["1", "of s7", "c", json.dumps({"samples": 1})]),
    "writing a call-back request": (
        ASK_TO_BE_CALLED_BACK,
        ["1", "v1", "sales", "busy", "", "+4930", ""],
    ),
    "login from a page": (READ_LOGIN, ["key-of-acme-1", ACME, "ann"]),
    "login from an app": (READ_LOGIN, ["key-of-acme-1", APP, "ann"]),
    "connect at an instance of many tenants": (
        READ_CONNECT,
        question(key=CROWDED, origins=ACME, wcs_session="new"),
    ),
    "call at an instance of many tenants": (READ_CALL, question(key=CROWDED, wcs_call="new")),
    "call": (READ_CALL, question(wcs_call="new", alias="sales")),
    "call again": (READ_CALL, question(wcs_call="c", alias="")),
    "event": (READ_EVENT, question(wcs_call="c")),
    "event under an id that recurs": (READ_EVENT, question(wcs_call="c", wcs_session=OLD_STYLE)),
    "writing a session": record(Record(EVENT, opened=OPENED)),
    "writing a call": record(Record(EVENT, asked=ASKED), ledgers=[metering()]),
    "writing a breach": record(Record(EVENT, breach=BREACH)),
    "writing an end": record(Record(EVENT, session=(ROW, SessionProgress(None, NOW, "x")))),
    "stream": (READ_STREAM, question(wcs_stream="new", alias="studio")),
    "stream again": (READ_STREAM, question(wcs_stream="m", alias="studio")),
    "stream of a connection for calls": (READ_STREAM, question(wcs_stream="new", alias="x")),
    "stream at an instance of many tenants": (
        READ_STREAM,
        question(key=CROWDED, wcs_stream="new", alias="studio"),
    ),
    "message of a page": (READ_STREAM, question(operation_id=ROW)),
    "message of a page at an instance of many tenants": (
        READ_STREAM,
        question(key=CROWDED, operation_id="o"),
    ),
    "writing a message of a page": record(Record(EVENT, message=TAKEN)),
    "event of a stream": (READ_EVENT, question(wcs_call="", wcs_stream="m")),
    "writing a stream": record(Record(EVENT, stream_asked=ASKED_STREAM), streams=[counting()]),
    "writing a stream's report": record(
        Record(EVENT, stream=(ROW, StreamProgress(NOW, began_at=NOW)))
    ),
    "tones": (READ_EVENT, question(wcs_call="c", sends_tones=True)),
    "writing tones": record(Record(EVENT, tones=TONES)),
    "writing a report": record(Record(EVENT, call=(ROW, CallProgress(NOW, ringing_at=NOW)))),
}
