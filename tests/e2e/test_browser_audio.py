"""The sound at both ends, in a browser and at a phone, with no secret in the browser."""

from __future__ import annotations

import pytest

from tests.cast import ACME_PASSWORD
from tests.demo.stand_in import StandIn
from tests.e2e.browser import PAGE_WITHIN_MILLISECONDS, VOICE, Button
from tests.e2e.rows import TALKED
from tests.e2e.stage import leaks
from tests.e2e.test_leaks import naive
from tests.hooks.unsafe_backend import Backend

NEAR = 0.06  # the browser stretches sound to bridge gaps; the tones lie further apart
# The loudest pitch of the page's sound, averaged over some looks: in hertz, in steps of 5.9.
# The sound may come a moment after the call is answered: the browser reads the SDP first.
HEARS = """async (milliseconds) => {
  const until = performance.now() + milliseconds, heard = [];
  const next = () => {
    if (performance.now() > until)
      throw new Error(`heard ${heard.length} times in ${milliseconds} ms`);
    return new Promise((resolve) => setTimeout(resolve, 100));
  };
  const root = document.querySelector("clickhook-button").shadowRoot;
  const players = () => [...root.querySelectorAll("video, audio")];
  const sounding = () => players().find((element) => element.srcObject);
  while (!sounding()) await next();
  const audio = new AudioContext(), analyser = audio.createAnalyser();
  analyser.fftSize = 8192;
  audio.createMediaStreamSource(sounding().srcObject).connect(analyser);
  while (heard.length < 5) {
    await next();
    const bins = new Uint8Array(analyser.frequencyBinCount);
    analyser.getByteFrequencyData(bins);
    const loudest = bins.indexOf(Math.max(...bins));
    if (bins[loudest] > 100) heard.push(loudest * audio.sampleRate / analyser.fftSize);
  }
  await audio.close();
  return heard.sort((one, other) => one - other)[2];
}"""


def hears(visitor: Button) -> float:
    return visitor.page.evaluate(HEARS, PAGE_WITHIN_MILLISECONDS)


@pytest.mark.parametrize(("alias", "hertz"), [("sales", 880), ("support", 990)])
def test_the_visitor_hears_the_phone_and_the_phone_hears_the_visitor(
    stage, pages, chromium, alias, hertz
):
    stage.phone(alias)
    visitor = Button(
        chromium, pages.with_button(pages.origin("www.acme.localhost"), stage.wcs().url, alias)
    )
    stage.callers.append(visitor)
    visitor.dial()
    visitor.wait("talking")
    assert hears(visitor) == pytest.approx(hertz, rel=NEAR)
    assert stage.heard(alias, call="hears")["hertz"] == pytest.approx(VOICE, rel=NEAR)
    visitor.hang_up()
    visitor.wait("ended")
    stage.ends_with(f"{alias}: {TALKED}")
    assert stage.call().duration.total_seconds() > 0


def test_two_customers_visitors_hear_each_their_own_phone(stage, pages, chromium):
    stage.phone("sales"), stage.phone("frontdesk")
    wcs = stage.wcs("shared-1").url
    acme = Button(chromium, pages.with_button(pages.origin("www.acme.localhost"), wcs, "sales"))
    globex = Button(
        chromium, pages.with_button(pages.origin("www.globex.localhost"), wcs, "frontdesk")
    )
    stage.callers += [acme, globex]
    acme.dial()
    stage.call(alias="sales")
    globex.dial()
    acme.wait("talking")
    globex.wait("talking")
    assert hears(acme) == pytest.approx(880, rel=NEAR)
    assert hears(globex) == pytest.approx(620, rel=NEAR)
    stage.ends_with(f"sales: {TALKED}", f"frontdesk: {TALKED}", sessions=2)


def test_the_leak_check_sees_what_the_articles_backend_gives_away(stage, pages, chromium):
    stage.unsafe = True
    with Backend(naive) as backend:
        wcs = StandIn("--hooks", f"http://127.0.0.1:{backend.port}")
        visitor = Button(
            chromium, pages.with_button(pages.origin("www.acme.localhost"), wcs.url, "sales")
        )
        visitor.dial()
        visitor.wait("failed")
        visitor.leave()
        wcs.stop()
    assert ACME_PASSWORD in leaks(visitor.everything)
    assert "4930123456" in leaks(visitor.everything)
