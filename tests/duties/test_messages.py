"""Texts to the pages of connected visitors: who gets them, by which WCS, and what is told of it."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from hooks.duties.repeating import connect
from hooks.duties.sending_messages import Messages
from hooks.models import Call, DataMessage, DataRecipient, Session
from hooks.wcs.kill_switch.switching import switch_off
from hooks.wcs.kill_switch.targets import find_target
from hooks.wcs.messages import sending
from hooks.wcs.messages.sending import NotSent, send_to_everybody, send_to_session
from tenants.models import AuditEntry
from tenants.plain_text import BadText, check_text
from tests.duties.conftest import make_call
from tests.duties.pages import PATH, make_page, take, work
from tests.duties.rest_server import RestServer, reply
from tests.duties.running import running_worker
from tests.manager import signed_in


def take_one(rest: RestServer) -> int:
    """As an older one."""
    fields = rest.asked[-1][1]
    if "sessionId" not in fields:
        return 400
    return 200 if fields["sessionId"] in rest.connections else 404


def test_all_who_are_connected_get_it_by_one_post(cast, pages, rest):
    Session.objects.filter(pk=pages[2].pk).update(ended_at=timezone.now())
    message = send_to_everybody(cast.acme, " Hello.\r\nWe close soon. ", "mary")
    work()

    [sent] = rest.asked_for(PATH)
    assert sent == {
        "operationId": str(message.pk),
        "sessionIds": ["session-1", "session-2"],
        "payload": {"text": "Hello.\nWe close soon."},
    }
    assert message.count_recipients() == {"waiting": 0, "taken": 2, "gone": 0, "failed": 0}
    entry = AuditEntry.objects.get(action="message:sent")
    assert (entry.tenant, entry.after["visitors"]) == (cast.acme, 2)
    assert "close soon" not in json.dumps(entry.after)


def test_a_message_that_does_not_reach_all_says_so(cast, pages, monkeypatch):
    monkeypatch.setattr(sending, "MOST_RECIPIENTS", 3)
    assert not send_to_everybody(cast.acme, "Hello.", "mary").is_cut

    monkeypatch.setattr(sending, "MOST_RECIPIENTS", 2)
    mary, typed = signed_in("manager", cast.acme), {"tenant": "acme", "text": "Hi."}
    page = mary.post("/admin/hooks/datamessage/send/", typed).content.decode()
    assert "2 visitors" in page
    assert "The rest does not get it" in page
    sent = mary.post("/admin/hooks/datamessage/send/", {**typed, "sure": "yes"}, follow=True)
    assert "2 waiting, cut: more visitors were connected" in sent.content.decode()
    assert "cut</" in mary.get("/admin/hooks/datamessage/").content.decode()
    message = DataMessage.objects.latest("sent_at")
    assert message.is_cut
    assert message.recipients.count() == 2
    assert AuditEntry.objects.filter(action="message:sent", after__cut=True).count() == 1
    with pytest.raises(CommandError, match="the rest gets nothing") as refused:
        call_command("send_message", "acme", everybody=True, text="Hi.", wait=0)
    assert refused.value.returncode == 2


def test_nobody_of_another_tenant_gets_it(cast, pages, rest):
    message = send_to_everybody(cast.globex, "Hello.", "mary")
    work()
    assert rest.asked_for(PATH) == []
    assert not message.recipients.exists()
    with pytest.raises(NotSent):
        send_to_session(cast.globex, pages[0].pk, "Hello.", "mary")


def test_an_older_build_is_told_one_by_one_and_asked_for_lists_once(cast, pages, rest):
    rest.answers[PATH] = lambda request: reply(request, take_one(rest))
    del rest.connections["session-2"]
    duty = Messages()
    message = send_to_everybody(cast.acme, "Hello.", "mary")
    work(duty)
    assert message.count_recipients() == {"waiting": 0, "taken": 2, "gone": 1, "failed": 0}
    first, *single = [one.get("sessionId") for one in rest.asked_for(PATH)]
    assert (first, sorted(single)) == (None, ["session-1", "session-2", "session-3"])
    assert {one["operationId"] for one in rest.asked_for(PATH)} == {str(message.pk)}

    send_to_everybody(cast.acme, "Again.", "mary")
    work(duty)
    assert sum("sessionIds" in one for one in rest.asked_for(PATH)) == 1


@pytest.mark.proof
def test_a_wcs_that_is_away_is_tried_again_and_then_given_up(cast, pages, rest, wcs_with_rest):
    wcs_with_rest.rest_api_url = "http://127.0.0.1:9/rest-api"
    wcs_with_rest.save()
    message = send_to_everybody(cast.acme, "Hello.", "mary")
    work()
    assert message.count_recipients()["waiting"] == 3
    assert {one.result for one in message.recipients.all()} == {"away"}
    assert all(one.due_at > timezone.now() for one in message.recipients.all())

    wcs_with_rest.rest_api_url = rest.url
    wcs_with_rest.save()
    message.recipients.filter(session=pages[0]).update(due_at=timezone.now())
    work()
    assert message.count_recipients() == {"waiting": 2, "taken": 1, "gone": 0, "failed": 0}

    rest.answers[PATH] = lambda request: reply(request, 500)
    message.recipients.filter(state="waiting").update(
        due_at=timezone.now(), since=timezone.now() - timedelta(minutes=6)
    )
    work()
    assert message.count_recipients() == {"waiting": 0, "taken": 1, "gone": 0, "failed": 2}


def test_a_slow_wcs_delays_no_other(cast, pages, rest, globex_page):
    rest.answers[PATH] = lambda request: time.sleep(6)
    theirs, globex_rest = globex_page
    send_to_everybody(cast.acme, "Hello.", "mary")
    duty, begun = Messages(), time.monotonic()

    async def look() -> None:
        connection = await connect()
        async with connection:
            await duty.take_turn(connection)
            await asyncio.to_thread(send_to_everybody_apart, cast.globex)
            await duty.take_turn(connection)
            while not globex_rest.asked_for(PATH):
                await asyncio.sleep(0.05)
                await duty.take_turn(connection)

    asyncio.run(look())
    assert time.monotonic() - begun < 3
    assert globex_rest.asked_for(PATH)[0]["sessionId"] == theirs.wcs_session_id


def send_to_everybody_apart(tenant) -> None:
    from django.db import connection

    send_to_everybody(tenant, "Hello.", "mary")
    connection.close()


@pytest.fixture
def globex_page(cast):
    """A visitor of Globex at a WCS of its own."""
    from tests.duties.rest_server import serving

    with serving() as rest:
        instance = cast.globex_1
        instance.rest_api_url, instance.rest_api_user = rest.url, "gateway"
        instance.rest_api_password = "a rest password of globex"
        instance.save()
        session = make_page(cast.globex, instance, rest)
        rest.answers[PATH] = lambda request: reply(request, 200)
        yield session, rest


def test_a_switch_stops_what_waits_and_what_comes(cast, pages, rest):
    message = send_to_everybody(cast.acme, "Hello.", "mary")
    switch_off(find_target("tenant", "acme"), "test", "mary")
    rest.asked.clear()
    work()
    assert rest.asked_for(PATH) == []
    assert message.count_recipients()["failed"] == 3
    with pytest.raises(NotSent, match="kill switch"):
        send_to_everybody(cast.acme, "Hello.", "mary")


def test_a_switch_stops_those_whom_it_is_about(cast, pages, rest):
    domain = cast.acme.domains.earliest("pk")
    Session.objects.filter(pk=pages[0].pk).update(domain=domain)
    Session.objects.filter(pk=pages[1].pk).update(visitor="sub mallory")
    switch_off(find_target("domain", domain.origin), "test", "mary")
    switch_off(find_target("visitor", "acme/sub mallory"), "test", "mary")

    message = send_to_everybody(cast.acme, "Hello.", "mary")
    work()
    failed = message.recipients.filter(state="failed", result="switched_off")
    assert {one.session_id for one in failed} == {pages[0].pk, pages[1].pk}
    assert message.count_recipients()["taken"] == 1


def test_without_a_rest_api_it_says_so(cast):
    make_call(cast, cast.acme_1)
    message = send_to_everybody(cast.acme, "Hello.", "mary")
    work()
    assert [(one.state, one.result) for one in message.recipients.all()] == [("failed", "not_set")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Write"),
        (" \n ", "Write"),
        ("a\0b", "control"),
        ("a\x1b[2J", "control"),
        ("a\ud800", "surrogate"),
        ("é" * 2049, "4096 bytes"),
    ],
)
def test_what_is_no_text_is_not_sent(text, said):
    with pytest.raises(BadText, match=said):
        check_text(text)
    assert check_text("é" * 2048) == "é" * 2048


@pytest.mark.proof
def test_a_killed_worker_leaves_it_to_the_next(cast, pages, rest):
    rest.answers[PATH] = lambda request: time.sleep(2)
    with running_worker() as worker:
        message = send_to_everybody(cast.acme, "Hello.", "mary")
        until = time.monotonic() + 20
        while not rest.asked_for(PATH):
            assert time.monotonic() < until
            time.sleep(0.05)
        worker.kill()
        worker.wait()
    assert message.count_recipients()["waiting"] == 3

    rest.answers[PATH] = lambda request: reply(request, take(rest))
    message.recipients.update(due_at=timezone.now())  # its lease is over
    work()
    assert message.count_recipients()["taken"] == 3


@pytest.mark.proof
def test_the_command_tells_how_many_got_it(cast, pages, rest, manage):
    with running_worker():
        done = manage("send_message", "acme", "--everybody", "--text", "Hello.", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told.pop("id")
    assert told == {"cut": False, "waiting": 0, "taken": 3, "gone": 0, "failed": 0}

    call = Call.objects.filter(session=pages[0]).get()
    done = manage("send_message", "acme", "--call", str(call.pk), "--text", "x", "--wait", "0")
    assert done.returncode == 0
    assert "1 wait still" in done.stdout
    done = manage("send_message", "acme", "--call", str(call.pk), "--text", "x", "--wait", "0.3")
    assert done.returncode == 2
    for bad in (["--session", str(call.pk), "--text", "x"], ["--everybody", "--text", " "]):
        done = manage("send_message", "acme", *bad)
        assert (done.returncode, done.stdout) == (1, "")
    assert DataMessage.objects.count() == 3


def test_a_manager_sends_one_after_seeing_to_how_many(cast, pages):
    mary, globexs = signed_in("manager", cast.acme), {"tenant": "globex", "text": "Hi."}
    page = mary.post("/admin/hooks/datamessage/send/", globexs).content.decode()
    assert "no such tenant" in page
    acmes = {"tenant": "acme", "text": "Hi <b>there</b>."}
    page = mary.post("/admin/hooks/datamessage/send/", acmes).content.decode()
    assert "3 visitors" in page
    assert "Hi &lt;b&gt;there" in page
    assert not DataMessage.objects.exists()

    answer = mary.post("/admin/hooks/datamessage/send/", {**acmes, "sure": "yes"}, follow=True)
    assert "3 waiting" in answer.content.decode()
    [message] = DataMessage.objects.all()
    assert (message.text, message.by) == ("Hi <b>there</b>.", "manager")
    assert DataRecipient.objects.count() == 3
    hers = signed_in("manager", cast.globex, name="joe")
    assert "Hi &lt;b" not in hers.get("/admin/hooks/datamessage/").content.decode()


def test_it_is_sent_to_the_visitor_of_one_call_from_its_page(cast, pages):
    mary, call = signed_in("manager", cast.acme), Call.objects.get(session=pages[1])
    page = mary.get(f"/admin/hooks/call/{call.pk}/change/").content.decode()
    assert f"/admin/hooks/datamessage/send/?tenant=acme&amp;call={call.pk}" in page
    given = {"tenant": "acme", "text": "Hi.", "call": str(call.pk), "sure": "yes"}
    mary.post("/admin/hooks/datamessage/send/", given)
    assert [one.session for one in DataRecipient.objects.all()] == [pages[1]]
