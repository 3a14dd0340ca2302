"""Who may publish and play, at the hooks of a real gateway."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.utils import timezone

from hooks.models import Call, Event, Meter, Session, Stream, Worker
from tenants.models import StreamAlias, TicketKey
from tests.hooks.streams.conftest import NAME
from tests.hooks.tickets.making import make_ticket


def last_reason() -> str:
    return Event.objects.latest("id").reason


def test_the_page_names_the_alias_and_wcs_gets_the_name(visit):
    wcs = visit(publish="studio")
    answer = wcs.post("publishStream")

    assert answer.status == 200
    assert (answer.json["name"], answer.json["published"]) == (NAME, True)
    assert (answer.json["record"], answer.json["rtmpUrl"]) == (False, None)
    stream = Stream.objects.get()
    assert (stream.kind, stream.alias, stream.name) == ("publish", "studio", NAME)
    assert stream.ends_by > timezone.now() + timedelta(minutes=59)
    assert stream.began_at is None

    assert wcs.post("StreamStatusEvent", "stream_publishing").json == {}
    stream.refresh_from_db()
    assert stream.began_at
    assert stream.ended_at is None
    assert last_reason() == "recorded"


def test_wcs_may_repeat_its_hook(visit):
    wcs = visit(play="studio")

    assert wcs.post("playStream").json == wcs.post("playStream").json
    assert last_reason() == "duplicate"
    assert Stream.objects.count() == 1


@pytest.mark.parametrize(
    ("claims", "method", "changes", "reason"),
    [
        ({"play": "studio"}, "publishStream", {}, "stream_right"),
        ({"play": "studio"}, "playStream", {"name": NAME}, "stream_right"),
        ({"play": "studio"}, "playStream", {"name": "studio\0"}, "malformed"),
        ({"play": "foyer"}, "playStream", {"name": "foyer"}, "stream_unknown"),  # Globex's
        ({"play": "closed"}, "playStream", {"name": "closed"}, "stream_kind"),
        ({"publish": "studio"}, "publishStream", {"record": True}, "stream_option"),
        ({"publish": "studio"}, "snapshot", {"name": "studio"}, "method_refused"),
        ({"publish": "studio"}, "call", {}, "ticket_for_stream"),
    ],
)
def test_everything_else_is_refused(visit, cast, claims, method, changes, reason):
    StreamAlias.objects.create(
        tenant=cast.globex, alias="foyer", name="globex-foyer", may_publish=True, may_play=True
    )
    StreamAlias.objects.create(tenant=cast.acme, alias="closed", name="acme-closed")
    wcs = visit(**claims)
    files = {"call": "call", "playStream": "playStream", "playHLS": "playHLS"}
    answer = wcs.post(method, files.get(method, "publishStream"), **changes)

    assert answer.status == (400 if reason == "malformed" else 403)
    assert NAME not in answer.body.decode()
    assert last_reason() == reason
    assert not Stream.objects.filter(decision="allowed").exists()
    assert not Call.objects.filter(decision="allowed").exists()


@pytest.mark.parametrize("claims", [{"alias": "sales"}, {"alias": ""}, None])
def test_a_ticket_for_calls_opens_no_stream(acme, studio, claims):
    custom = {"ticket": make_ticket(**claims)} if claims is not None else {}
    acme.connected(custom=custom)

    assert acme.post("publishStream").is_neutral_refusal
    assert acme.post("playStream").is_neutral_refusal
    assert set(Stream.objects.values_list("reason", flat=True)) == {"stream_right"}


@pytest.mark.parametrize(
    "claims",
    [
        {"alias": "sales", "publish": "studio"},
        {"alias": "", "play": "studio"},
        {"publish": ""},
        {"publish": "Studio"},
        {"play": ["studio"]},
        {"play": True},
        {},
    ],
)
def test_a_ticket_is_for_calls_or_for_a_stream(acme, studio, claims):
    ticket = make_ticket(**({"alias": ...} | claims))

    assert acme.post("connect", custom={"ticket": ticket}).is_neutral_refusal
    assert last_reason() == "ticket_malformed"
    assert not Session.objects.exists()


def test_one_ticket_may_name_both_rights(visit):
    wcs = visit(publish="studio", play="studio")

    assert wcs.post("publishStream").status == 200
    assert wcs.post("playStream").status == 200
    assert wcs.post("playHLS", mediaSessionId="hls").json["name"] == NAME
    session = Session.objects.get()
    assert (session.publish_alias, session.play_alias) == ("studio", "studio")
    assert session.ticket_alias == "(stream)"


def test_a_player_of_hls_is_a_stranger(acme, studio):
    """As documented: an id of the player's own connection, and a token that proves nothing."""
    answer = acme.post(
        "playHLS",
        sessionId="/192.168.1.100:59473/192.168.1.5:8445",
        name="studio",
        mediaProvider="HLS",
        custom={"token": "12345789"},
    )
    assert answer.is_neutral_refusal
    assert last_reason() == "stream_hls"
    assert not Stream.objects.exists()


def test_as_many_publish_and_play_as_may(visit, studio):
    StreamAlias.objects.update(players=2)
    assert visit(publish="studio").post("publishStream").status == 200
    assert visit(publish="studio").post("publishStream").is_neutral_refusal
    assert last_reason() == "stream_publishers"

    first, *others = (visit(play="studio") for _ in range(3))
    assert [wcs.post("playStream").status for wcs in (first, *others)] == [200, 200, 403]
    assert last_reason() == "stream_players"
    refused = Event.objects.latest("id")
    assert refused.detail == "2 of the alias"

    assert first.post("ConnectionStatusEvent", "connection_disconnected").status == 200
    assert visit(play="studio").post("playStream").status == 200
    assert set(Stream.objects.filter(ended_by="session").values_list("kind", flat=True)) == {"play"}


def test_the_tenants_streams_together_have_a_limit(visit, cast, studio):
    cast.acme.stream_players = 1
    cast.acme.save()
    StreamAlias.objects.create(tenant=cast.acme, alias="lobby", name="acme-lobby", may_play=True)

    assert visit(play="studio").post("playStream").status == 200
    assert visit(play="lobby").post("playStream", name="lobby").is_neutral_refusal
    assert Event.objects.latest("id").detail == "1 of the tenant"


def test_of_twenty_at_once_as_many_get_in_as_may(visit):
    StreamAlias.objects.update(players=5)
    visitors = [visit(play="studio") for _ in range(20)]

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda wcs: wcs.post("playStream").status, visitors))

    assert sorted(answers) == [200] * 5 + [403] * 15
    assert Stream.objects.filter(decision="allowed").count() == 5
    assert Meter.objects.get(scope="streams").state == {"play": 5}


def test_without_a_worker_nobody_would_end_it(visit):
    Worker.objects.update(seen_at=timezone.now() - timedelta(minutes=1))

    assert visit(play="studio").post("playStream").status == 503
    assert last_reason() == "worker_away"


def test_a_page_ends_its_own_stream_alone(visit):
    wcs, stranger = visit(publish="studio"), visit(play="studio")
    assert wcs.post("publishStream").status == 200

    assert stranger.post("unPublishStream").is_neutral_refusal
    assert last_reason() == "stream_not_ours"
    assert wcs.post("unPublishStream").json == {"name": NAME}
    assert Stream.objects.get().ended_at is None  # until WCS says so
    assert wcs.post("StreamStatusEvent", "stream_publishing", status="UNPUBLISHED").status == 200
    assert Stream.objects.get().ended_by == "stopped"


def test_the_id_of_a_living_stream_opens_no_second(visit):
    wcs = visit(publish="studio", play="studio")
    assert wcs.post("publishStream").status == 200
    assert wcs.post("StreamStatusEvent", "stream_publishing").status == 200

    assert wcs.post("publishStream").is_neutral_refusal
    assert last_reason() == "stream_id_reused"
    told = {"status": "FAILED", "info": "Calls are not available here"}
    assert wcs.post("StreamStatusEvent", "stream_publishing", **told).status == 200
    assert Stream.objects.get().ended_at is None  # that report is of the refusal


def test_what_wcs_did_without_asking_is_noticed(visit, studio):
    wcs = visit(play="studio")
    assert wcs.post("StreamStatusEvent", "stream_publishing").status == 200
    assert last_reason() == "stream_never_asked"

    assert wcs.post("publishStream").is_neutral_refusal
    assert wcs.post("StreamStatusEvent", "stream_publishing").status == 200
    assert last_reason() == "refused_stream_went_on"
    played = {"mediaSessionId": "f0a2d3e4-b9a4-11f0-8c1e-5d3f0a9b1c2d", "status": "PLAYING"}
    assert wcs.post("playStream").status == 200
    assert wcs.post("StreamStatusEvent", "stream_publishing", **played, name="x").status == 200
    assert last_reason() == "stream_went_elsewhere"


def test_a_tenants_stream_is_nobody_elses(shared, visit, cast, studio):
    """Globex signs a ticket for the alias of Acme, at the WCS of both."""
    TicketKey.objects.create(
        tenant=cast.globex, kid="g", secret="another secret of 43 characters!!"
    )
    origin = "https://globex.example:8443"
    ticket = make_ticket("another secret of 43 characters!!", "g", origin=origin, alias=...,
                         play="studio")  # fmt: skip

    shared.connected(origin=origin, custom={"ticket": ticket})
    assert shared.post("playStream").is_neutral_refusal
    assert last_reason() == "stream_unknown"
