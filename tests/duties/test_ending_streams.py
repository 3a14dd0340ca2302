"""Streams that WCS is to end: after the longest time, by the kill switch, or that nobody ended."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from hooks.duties.clock_steps import ClockSteps
from hooks.duties.counting_streams import count_no_more
from hooks.duties.ending_streams import end_due_streams
from hooks.duties.reaping import Reaping
from hooks.duties.refusing import end_refused
from hooks.models import Event, Meter, RefusedId, Session, Stream, StreamEnding
from hooks.wcs.ending import ASKED, GONE, STREAMS
from hooks.wcs.kill_switch.switching import switch_off
from hooks.wcs.kill_switch.targets import find_target
from tenants.models import StreamAlias, TicketKey
from tests.duties.conftest import make_call
from tests.duties.turns import take_turn
from tests.hooks.tickets.making import KID, SECRET, make_ticket


@pytest.fixture
def stream(cast, wcs_with_rest, rest) -> Stream:
    """It lives here and at WCS."""
    return make_stream(cast, wcs_with_rest, rest)


def make_stream(cast, instance, rest, number: int = 1, **more) -> Stream:
    session = make_call(cast, instance, number, ended_at=timezone.now()).session
    now = timezone.now()
    values = {
        "kind": "publish",
        "alias": "studio",
        "name": "acme-studio-4f1c",
        "scope": "streams alias 1",
        "decision": "allowed",
        "reason": "allowed",
        "asked_at": now,
        "began_at": now,
        "ends_by": now + timedelta(hours=1),
    }
    media = f"media-{number}"
    rest.streams.add(media)
    rest.connections[session.wcs_session_id] = session.node_id
    return Stream.objects.create(
        tenant=cast.acme, session=session, media_session_id=media, **(values | more)
    )


def take_turn_again() -> str:
    """Without the pause before the next try."""
    StreamEnding.objects.update(due_at=timezone.now())
    return take_turn(end_due_streams)


def test_an_alias_that_is_removed_or_shortened_ends_its_streams(cast, stream, rest):
    studio = StreamAlias.objects.create(tenant=cast.acme, alias="studio", name=stream.name)
    Stream.objects.update(scope=f"streams alias {studio.pk}")
    Meter.objects.create(
        tenant=cast.acme, scope="streams", version=7, state={}, touched_at=timezone.now()
    )
    StreamAlias.objects.filter(pk=studio.pk).update(longest_seconds=86_400)
    assert Stream.objects.get().ends_by == stream.ends_by
    studio.longest_seconds = 60
    studio.save()
    assert Stream.objects.get().ends_by == stream.asked_at + timedelta(seconds=60)
    assert take_turn(end_due_streams) == ""

    studio.delete()
    assert Meter.objects.get().version == 9  # what is being decided is decided again
    StreamAlias.objects.create(tenant=cast.acme, alias="studio", name=stream.name)
    assert take_turn(end_due_streams) == "asked WCS to end 1 streams"
    assert rest.asked_for("stream/terminate") == [{"mediaSessionId": "media-1"}]


def test_one_that_lasted_as_long_as_it_may_is_ended(stream, rest):
    assert take_turn(end_due_streams) == ""
    Stream.objects.update(ends_by=timezone.now())
    assert take_turn(end_due_streams) == "asked WCS to end 1 streams"
    assert rest.asked_for("stream/terminate") == [{"mediaSessionId": "media-1"}]
    assert rest.asked_for("connection/terminate") == []
    ending = StreamEnding.objects.get()
    assert (ending.because, ending.result, ending.done_at) == ("longest", ASKED, None)

    Stream.objects.update(ended_at=timezone.now(), ended_by="stopped")  # as WCS's event does
    assert take_turn_again() == ""
    assert StreamEnding.objects.get().done_at


@pytest.mark.parametrize("step", [timedelta(hours=1), timedelta(days=2)])
def test_one_is_ended_of_which_nobody_can_tell_how_long_it_lasts(stream, rest, step):
    """PostgreSQL's clock was stepped back, so it seems to begin in the future."""
    now = timezone.now()
    Stream.objects.update(asked_at=now + timedelta(seconds=20))  # as two clocks may differ
    assert take_turn(end_due_streams) == ""
    Stream.objects.update(asked_at=now + step, began_at=now + step, ends_by=now + 2 * step)
    assert take_turn(end_due_streams) == "asked WCS to end 1 streams"
    assert rest.asked_for("stream/terminate") == [{"mediaSessionId": "media-1"}]


def test_what_wcs_has_no_more_is_closed_here(stream, rest):
    rest.streams.clear()
    rest.connections.clear()
    Stream.objects.update(ends_by=timezone.now())
    take_turn(end_due_streams)
    stream.refresh_from_db()
    assert (StreamEnding.objects.get().result, stream.ended_by) == (GONE, "reaper")
    assert stream.duration is None


def test_a_second_try_ends_the_connection(stream, rest):
    Stream.objects.update(ends_by=timezone.now())
    take_turn(end_due_streams)
    rest.streams.add("media-1")
    take_turn_again()
    assert rest.asked_for("connection/terminate") == [{"sessionId": "session-1"}]


def test_one_that_is_to_end_again_after_that_was_done_starts_anew(stream, rest):
    for _ in range(2):
        rest.streams.add("media-1")
        [tried] = STREAMS.end_now([stream.pk], StreamEnding.Because.CLOSED)
        assert (tried.result, StreamEnding.objects.get().tries) == (ASKED, 1)
        StreamEnding.objects.update(done_at=timezone.now())
    assert rest.asked_for("connection/terminate") == []


def test_wcs_is_never_asked_to_end_every_stream(stream, rest):
    """An empty id is a filter that all streams pass."""
    Stream.objects.update(ends_by=timezone.now(), media_session_id="")
    take_turn(end_due_streams)
    assert rest.asked_for("stream/terminate") == []


def test_one_that_nobody_ended_is_closed(stream, settings):
    settings.CLICKHOOK_CALL_LEASE = 60
    assert take_turn(Reaping(ClockSteps()).end_lost_streams) == ""
    Stream.objects.update(ends_by=timezone.now() - timedelta(minutes=2))
    assert take_turn(Reaping(ClockSteps()).end_lost_streams) == "closed 1 streams that nobody ended"
    stream.refresh_from_db()
    assert stream.ended_by == "reaper"


@pytest.mark.parametrize("how", ["session", "never began"])
def test_one_whose_connection_ended_or_that_never_began_is_closed(stream, how):
    if how == "session":
        Session.objects.update(ended_at=timezone.now())
    else:
        Stream.objects.update(began_at=None, asked_at=timezone.now() - timedelta(hours=1))
    take_turn(Reaping(ClockSteps()).end_lost_streams)
    stream.refresh_from_db()
    assert stream.ended_by == "reaper"


def test_one_whose_hook_was_refused_is_closed(stream):
    RefusedId.objects.create(id=stream.pk, noted_at=timezone.now())
    assert "1 streams" in take_turn(end_refused)
    stream.refresh_from_db()
    assert stream.ended_by == "refused"


@pytest.mark.parametrize("kind", ["tenant", "domain", "instance", "everything"])
def test_the_kill_switch_refuses_streams_and_ends_those_that_live(
    acme, cast, worker_lives, wcs_with_rest, rest, kind
):
    TicketKey.objects.create(tenant=cast.acme, kid=KID, secret=SECRET)
    StreamAlias.objects.create(tenant=cast.acme, alias="studio", name="x", may_publish=True)
    acme.connected(custom={"ticket": make_ticket(alias=..., publish="studio")})
    living = make_stream(cast, wcs_with_rest, rest, number=2)
    others = {"domain": "https://www.acme.example", "tenant": "acme", "instance": "acme-1"}
    if kind == "domain":
        Session.objects.filter(pk=living.session_id).update(
            domain=cast.acme.domains.get(origin=others[kind])
        )

    target = find_target(kind, others.get(kind, ""))
    [ended] = switch_off(target, "a test", "somebody").streams
    assert (ended.stream, ended.alias, ended.result) == ("media-2", "studio", ASKED)
    assert acme.post("publishStream").is_neutral_refusal
    event = Event.objects.latest("id")
    assert (event.reason, event.detail) == ("switched_off", target.key)
    assert "media-2" not in rest.streams


def test_a_callees_switch_leaves_streams_alone(stream, rest):
    assert switch_off(find_target("callee", "acme/sales"), "a test", "somebody").streams == []
    assert rest.streams == {"media-1"}


def test_what_has_ended_is_counted_no_more_without_a_new_stream(cast, wcs_with_rest, rest):
    for number, ended_at in enumerate([None, timezone.now(), timezone.now()], 1):
        more = {"kind": "play", "ended_at": ended_at, "ended_by": "stopped" if ended_at else ""}
        make_stream(cast, wcs_with_rest, rest, number, **more)
    meter = {"tenant": cast.acme, "version": 4, "touched_at": timezone.now()}
    for scope in ("streams", "streams alias 1"):
        Meter.objects.create(scope=scope, state={"play": 3}, **meter)

    assert take_turn(count_no_more) == "counts 2 streams no more"
    assert take_turn(count_no_more) == ""
    meters = Meter.objects.filter(tenant=cast.acme)
    assert {meter.scope: meter.state for meter in meters} == dict.fromkeys(
        ("streams", "streams alias 1"), {"publish": 0, "play": 1}
    )
    assert set(meters.values_list("version", flat=True)) == {5}
    assert Stream.objects.filter(settled_at=None).get().ended_at is None


def test_the_command_tells_of_streams(stream, manage):
    done = manage("kill_switch", "on", "--tenant", "acme", "--because", "a test", "--json")
    assert done.returncode == 0, done.stderr
    [told] = json.loads(done.stdout)["streams"]
    assert (told["stream"], told["result"]) == ("media-1", ASKED)
    assert "acme-studio" not in done.stdout
