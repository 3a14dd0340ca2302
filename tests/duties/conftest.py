"""A REST API to talk to, and calls that live."""

from __future__ import annotations

import pytest
from django.utils import timezone

from hooks.models import AnsweringNode, Call, Session
from tests.duties.pages import PATH, take
from tests.duties.rest_server import NODE, RestServer, reply, serving

REST_PASSWORD = "rest-api-pässword-41cc"


@pytest.fixture
def rest():
    with serving() as server:
        yield server


@pytest.fixture
def wcs_with_rest(cast, rest: RestServer):
    """Acme's own WCS, whose REST API has listed something of its node before."""
    instance = cast.acme_1
    instance.rest_api_url, instance.rest_api_user = rest.url, "gateway"
    instance.rest_api_password = REST_PASSWORD
    instance.save()
    AnsweringNode.objects.create(
        instance=instance, url=rest.url, node_id=NODE, first_seen_at=timezone.now()
    )
    return instance


@pytest.fixture
def living_call(cast, wcs_with_rest, rest: RestServer) -> Call:
    """It lives here and at WCS."""
    call = make_call(cast, wcs_with_rest)
    rest.add_call(call.wcs_call_id, call.session.wcs_session_id)
    return call


def make_call(cast, instance, number: int = 1, **more) -> Call:
    now = timezone.now()
    session = Session.objects.create(
        tenant=cast.acme,
        instance=instance,
        node_id=NODE,
        wcs_session_id=f"session-{number}",
        origin="https://www.acme.example",
        sip_account=cast.acme_account,
        sip_login="10001",
        opened_at=now,
    )
    values = {"decision": "allowed", "reason": "allowed", "asked_at": now, "target": "+49301"}
    return Call.objects.create(
        tenant=cast.acme, session=session, wcs_call_id=f"call-{number}", **(values | more)
    )


@pytest.fixture
def pages(cast, wcs_with_rest, rest):
    """Three visitors of Acme, whose WCS takes data for those whom it has."""
    visitors = [make_call(cast, wcs_with_rest, number).session for number in (1, 2, 3)]
    rest.connections.update((one.wcs_session_id, one.node_id) for one in visitors)
    rest.answers[PATH] = lambda request: reply(request, take(rest))
    return visitors
