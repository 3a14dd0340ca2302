"""The client of WCS's REST API, against servers that behave badly."""

from __future__ import annotations

import base64
import time

import pytest

from hooks.wcs.rest_api import exchange
from hooks.wcs.rest_api.client import LONGEST_VOID, ListedCall, RestApi
from hooks.wcs.rest_api.failures import Failure
from tenants.secrets.encryption import Secret
from tests.duties.conftest import REST_PASSWORD
from tests.duties.rest_server import NODE, drip, reply
from tests.ports import find_port

pytestmark = pytest.mark.proof


@pytest.fixture
def api(rest) -> RestApi:
    return RestApi(rest.url, "gateway", Secret(REST_PASSWORD))


def test_calls_are_listed_and_ended(api, rest):
    rest.add_call("c1", "s1", appKey="app", callee="10002", status="ESTABLISHED")
    assert api.list_calls() == [ListedCall("c1", "s1", NODE, "app", "10002", "ESTABLISHED")]
    assert api.terminate_call("c1") is None
    assert api.terminate_call("c1") is Failure.NOT_FOUND
    assert api.list_calls() is Failure.NOT_FOUND
    assert api.terminate_connection("s1") is None
    assert rest.asked_for("call/terminate") == [{"callId": "c1"}, {"callId": "c1"}]


def test_it_says_who_it_is(api, rest):
    api.list_calls()
    expected = base64.b64encode(f"gateway:{REST_PASSWORD}".encode()).decode()
    assert rest.headers[0]["authorization"] == f"Basic {expected}"


def test_without_a_user_it_sends_no_credentials(rest):
    RestApi(rest.url, "", Secret(REST_PASSWORD)).list_calls()
    assert "authorization" not in rest.headers[0]


def test_an_answer_may_take_longer_than_connecting(api, rest, monkeypatch):
    monkeypatch.setattr(exchange, "CONNECT_WITHIN", 0.1)
    rest.answers["*"] = lambda request: time.sleep(0.3) or reply(request, 401)
    assert api.list_calls() is Failure.CREDENTIALS


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (401, Failure.CREDENTIALS),
        (403, Failure.CREDENTIALS),
        (301, Failure.REDIRECTED),
        (307, Failure.REDIRECTED),
        (500, Failure.FAULT),
        (204, Failure.NONSENSE),
        (418, Failure.NONSENSE),
    ],
)
def test_each_status_is_a_failure_of_its_own(api, rest, status, failure):
    rest.answers["*"] = lambda request: reply(request, status, Location=f"{rest.url}/elsewhere")
    assert api.list_calls() is failure
    assert api.terminate_call("c1") is failure
    assert [path for path, _ in rest.asked] == ["call/find_all", "call/terminate"]


@pytest.mark.parametrize(
    "content",
    [
        "a text",
        {"calls": []},
        [{"callId": "c1"}, {"sessionId": "no call id"}],
        [{"callId": "c1"}, "no object"],
        [{"callId": 7}],
        [{"callId": "c" * 600}],
        [{"callId": "c1", "nodeId": ["a list"]}],
    ],
)
def test_a_list_that_cannot_be_read_whole_says_nothing(api, rest, content):
    rest.answers["*"] = lambda request: reply(request, 200, content)
    assert api.list_calls() is Failure.NONSENSE


def test_a_cut_or_endless_answer_is_not_believed(api, rest):
    rest.answers["call/terminate"] = lambda request: reply(request, 200, "x" * LONGEST_VOID)
    assert api.terminate_call("c1") is Failure.NONSENSE
    rest.answers["call/find_all"] = lambda request: reply(
        request, 200, [{"callId": "c1"}], **{"Content-Length": "1000"}
    )
    assert api.list_calls() in (Failure.AWAY, Failure.SLOW)


@pytest.mark.parametrize("behaviour", ["drips", "is silent"])
def test_a_slow_answer_ends_in_time(api, rest, behaviour):
    rest.answers["*"] = drip if behaviour == "drips" else lambda request: time.sleep(4)
    began_at = time.monotonic()
    assert api.terminate_call("c1") is Failure.SLOW
    assert time.monotonic() - began_at < 3.5


def test_nobody_there_and_no_host():
    for host in (f"127.0.0.1:{find_port()}", "no-such-host.invalid"):
        assert RestApi(f"http://{host}/rest-api", "", None).list_calls() is Failure.AWAY


def test_a_server_without_a_trusted_certificate_gets_nothing(rest):
    api = RestApi(rest.url.replace("http:", "https:"), "gateway", Secret(REST_PASSWORD))
    assert api.list_calls() in (Failure.UNTRUSTED, Failure.AWAY)
    assert rest.asked == []


def test_no_password_is_shown(api, rest):
    rest.answers["*"] = lambda request: reply(request, 401)
    assert REST_PASSWORD not in repr(api)
    assert REST_PASSWORD not in api.list_calls().advice


def test_every_failure_has_a_sentence_and_a_remedy():
    for failure in Failure:
        assert failure.sentence.endswith(".")
        assert failure.remedy.endswith(".")
        assert Failure.advice_on(failure.value) == failure.advice
    assert Failure.advice_on("later") == "later"
