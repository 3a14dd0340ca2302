"""Streams with the vendor's SDK in real browsers: one publishes an alias, another plays it."""

from __future__ import annotations

import pytest
from django.utils import timezone

from hooks.duties.ending_streams import end_due_streams
from hooks.models import Event, Stream
from tenants.models import StreamAlias, TicketKey
from tests.duties.turns import take_turn
from tests.e2e.browser import PAGE_WITHIN_MILLISECONDS, VOICE, Visit
from tests.e2e.stage import eventually
from tests.e2e.test_browser_audio import NEAR
from tests.hooks.tickets.making import KID, SECRET, make_ticket

NAME = "acme-studio-4f1c"
# `told` keeps what the SDK reports of the session and its streams.
OPEN = """async ([url, ticket]) => {
  window.told = [];
  await Flashphoner.init({});
  const {SESSION_STATUS} = Flashphoner.constants;
  window.session = Flashphoner.createSession({urlServer: url, custom: {ticket}});
  for (const status of Object.values(SESSION_STATUS))
    session.on(status, () => told.push(status));
}"""
STREAM = """([name, does, more]) => {
  const {STREAM_STATUS} = Flashphoner.constants;
  window.stream = session.createStream({
    name, display: document.getElementById("sound"),
    constraints: {audio: true, video: false}, ...more});
  for (const status of Object.values(STREAM_STATUS))
    stream.on(status, () => told.push(status));
  stream[does]();
}"""
# The loudest pitch of the player's sound, in hertz.
HEARS = """async (milliseconds) => {
  const until = performance.now() + milliseconds, heard = [];
  const audio = new AudioContext(), analyser = audio.createAnalyser();
  analyser.fftSize = 8192;
  let source = null;
  while (heard.length < 5) {
    if (performance.now() > until) throw new Error(`heard ${heard.length} times`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const player = document.querySelector("#sound video, #sound audio");
    if (!player?.srcObject) continue;
    if (!source) (source = audio.createMediaStreamSource(player.srcObject)).connect(analyser);
    const bins = new Uint8Array(analyser.frequencyBinCount);
    analyser.getByteFrequencyData(bins);
    const loudest = bins.indexOf(Math.max(...bins));
    if (bins[loudest] > 100) heard.push(loudest * audio.sampleRate / analyser.fftSize);
  }
  return heard.sort((one, other) => one - other)[2];
}"""
# The player's picture has many colours, and is another one later.
SEES = """async (milliseconds) => {
  const until = performance.now() + milliseconds, seen = new Set();
  const canvas = Object.assign(document.createElement("canvas"), {width: 64, height: 48});
  const pen = canvas.getContext("2d", {willReadFrequently: true});
  while (seen.size < 3) {
    if (performance.now() > until) throw new Error(`saw ${seen.size} pictures`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const player = document.querySelector("#sound video");
    if (!player?.videoWidth) continue;
    pen.drawImage(player, 0, 0, 64, 48);
    const pixels = new Uint32Array(pen.getImageData(0, 0, 64, 48).data.buffer);
    if (new Set(pixels).size > 20) seen.add(pixels.join());
  }
  const player = document.querySelector("#sound video");
  return [player.videoWidth, player.videoHeight];
}"""
SIZE = {"width": 320, "height": 240}  # the publisher's camera


class Viewer(Visit):
    def connect(self, wcs: str, ticket: str) -> None:
        self.page.evaluate(OPEN, [wcs, ticket])
        self.told("ESTABLISHED")

    def begin(self, does: str, name: str = "studio", **more: object) -> None:
        self.page.evaluate(STREAM, [name, does, more])

    def told(self, status: str) -> None:
        check = "(status) => told.includes(status)"
        self.page.wait_for_function(check, arg=status, timeout=PAGE_WITHIN_MILLISECONDS)


@pytest.fixture
def studio(stage, worker_lives) -> StreamAlias:
    TicketKey.objects.create(tenant=stage.cast.acme, kid=KID, secret=SECRET)
    return StreamAlias.objects.create(
        tenant=stage.cast.acme, alias="studio", name=NAME, may_publish=True, may_play=True
    )


@pytest.fixture
def visit(stage, pages, chromium, studio):
    """A browser at a page of Acme's, connected with a ticket of these claims."""

    def come(**claims: str) -> Viewer:
        origin = pages.origin("www.acme.localhost")
        viewer = Viewer(chromium, f"{origin}/console")
        viewer.page.context.grant_permissions(["microphone", "camera"])
        stage.callers.append(viewer)
        viewer.connect(stage.wcs().url, make_ticket(origin=origin, alias=..., **claims))
        return viewer

    yield come
    for viewer in stage.callers:
        viewer.leave()
        assert NAME not in viewer.everything


def test_one_browser_publishes_and_another_plays(visit):
    publisher, player = visit(publish="studio"), visit(play="studio")
    publisher.begin("publish")
    publisher.told("PUBLISHING")
    player.begin("play")
    player.told("PLAYING")
    assert player.page.evaluate(HEARS, PAGE_WITHIN_MILLISECONDS) == pytest.approx(VOICE, rel=NEAR)

    publisher.page.evaluate("stream.stop()")
    publisher.told("UNPUBLISHED")
    player.told("STOPPED")
    ended = Stream.objects.filter(ended_by="stopped")
    eventually(lambda: ended.count() == 2, "the end of both")
    streams = {stream.kind: stream for stream in ended}
    assert {stream.name for stream in streams.values()} == {NAME}
    assert streams["publish"].duration.total_seconds() > 0


def test_a_picture_is_published_and_played(visit):
    publisher, player = visit(publish="studio"), visit(play="studio")
    publisher.begin("publish", constraints={"audio": True, "video": SIZE})
    publisher.told("PUBLISHING")
    player.begin("play", constraints={"audio": True, "video": True})
    player.told("PLAYING")
    seen = player.page.evaluate(SEES, PAGE_WITHIN_MILLISECONDS)
    assert seen == [SIZE["width"], SIZE["height"]]
    assert {stream.decision for stream in Stream.objects.all()} == {"allowed"}


@pytest.mark.parametrize(
    ("claims", "does", "name", "more", "reason"),
    [
        ({"play": "studio"}, "play", NAME, {}, "stream_right"),
        ({"play": "studio"}, "publish", "studio", {}, "stream_right"),
        ({"publish": "studio"}, "publish", "studio", {"record": True}, "stream_option"),
        ({"play": "studio"}, "play", "studio", {"playWidth": 320}, "stream_option"),
    ],
)
def test_what_no_ticket_names_is_refused(visit, claims, does, name, more, reason, request):
    viewer = visit(**claims)
    viewer.begin(does, name, **more)
    viewer.told("WARN")
    assert Event.objects.filter(method=f"{does}Stream").latest("id").reason == reason
    viewer.leave()
    sent = f'"name":"{name}"'
    viewer._heard = [text.replace(sent, "") for text in viewer._heard]  # the page's own words


def test_the_worker_ends_what_lasted_too_long(stage, visit):
    stage.has_rest_api()
    publisher = visit(publish="studio")
    publisher.begin("publish")
    publisher.told("PUBLISHING")
    Stream.objects.update(ends_by=timezone.now())
    take_turn(end_due_streams)
    publisher.told("UNPUBLISHED")
    assert eventually(lambda: Stream.objects.filter(ended_by="stopped").first(), "its end")
