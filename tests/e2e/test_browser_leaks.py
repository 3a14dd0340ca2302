"""The check for secrets in a browser sees each place; frames are checked with the audio."""

from __future__ import annotations

import pytest

from tests.cast import ACME_PASSWORD
from tests.e2e.browser import Visit
from tests.e2e.stage import leaks

PLACES = {
    "the page": "(secret) => { document.body.append(secret); }",
    "a shadow root": "(secret) => { document.getElementById('sound').attachShadow({mode: "
    "'open'}).append(secret); }",
    "the console": "(secret) => { console.warn(secret); }",
    "an answer": "async (secret) => { "
    "await (await fetch('/button?lang=en&wcs=' + secret)).text(); }",
    "a script": "(secret) => import('/script?text=' + secret)",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_seen(pages, chromium, place):
    visitor = Visit(chromium, pages.origin("www.acme.localhost") + "/console")
    assert leaks(visitor.everything) == []
    visitor.page.evaluate(PLACES[place], ACME_PASSWORD)
    visitor.leave()
    assert leaks(visitor.everything) == [ACME_PASSWORD]
