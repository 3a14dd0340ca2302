"""A strict policy on every page, and no page that would need a laxer one."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse

from clickhook.content_security_policy import ContentSecurityPolicyMiddleware
from tests import cast as casting
from tests.manager import signed_in
from tests.walk import a_day_of, addresses, an_import_by

INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|<base", re.IGNORECASE
)


@pytest.fixture
def cast(db):
    cast = casting.assemble()
    a_day_of(cast.acme, cast.acme_1, cast.shared_1)
    return cast


@pytest.mark.proof
def test_every_page_keeps_to_it(cast):
    administrator = signed_in()
    an_import_by(administrator.user, cast.acme)
    places = addresses(lambda kind: list(kind._default_manager.all()[:1]) or [cast.acme])
    assert len(places) > 50
    for place in places:
        answer = administrator.get(place.path)
        policy = answer["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'")
        assert "unsafe" not in policy
        if answer["Content-Type"].startswith("text/html"):
            html = re.sub(r"<pre.*?</pre>", "", answer.content.decode(), flags=re.S)
            assert INLINE.findall(html) == [], place.path


@pytest.mark.parametrize(
    "html", ["<script>x</script>", '<p style="x">', '<a onclick="x">', "<style>"]
)
def test_the_search_for_inline_code_finds_it(html):
    assert INLINE.search(html)


def test_a_page_may_have_a_policy_of_its_own():
    own = HttpResponse(headers={"Content-Security-Policy": "sandbox"})
    assert (
        ContentSecurityPolicyMiddleware(lambda request: own)(None)["Content-Security-Policy"]
        == "sandbox"
    )
