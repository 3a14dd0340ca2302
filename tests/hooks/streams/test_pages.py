"""What managers see and change of streams."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from hooks.models import Session, Stream
from tenants.models import AuditEntry, StreamAlias
from tests import cast as casting
from tests.manager import Form, change, signed_in, url


@pytest.fixture
def cast(db):
    return casting.assemble()


def make_stream(cast, owner, **more) -> Stream:
    now = timezone.now()
    session = Session.objects.create(
        tenant=owner, instance=cast.shared_1, wcs_session_id=owner.slug, opened_at=now
    )
    values = {"decision": "allowed", "reason": "allowed", "asked_at": now, "began_at": now}
    return Stream.objects.create(
        tenant=owner, session=session, media_session_id=f"media-{owner.slug}", kind="play",
        alias=f"alias-of-{owner.slug}", name=f"name-of-{owner.slug}", **(values | more),
    )  # fmt: skip


def test_a_manager_adds_an_alias_and_the_audit_knows(cast):
    manager = signed_in("manager", cast.acme)
    form = Form(manager.get(url(StreamAlias, "add")).content.decode()).data
    values = {"tenant": cast.acme.pk, "alias": "studio", "name": "acme-studio", "may_play": "on"}
    assert manager.post(url(StreamAlias, "add"), form | values).status_code == 302
    alias = StreamAlias.objects.get()
    assert (alias.may_publish, alias.may_play, alias.publishers) == (False, True, 1)
    assert AuditEntry.objects.filter(action="stream_alias:added", object_name="studio").exists()


@pytest.mark.parametrize("name", ["a/b", "rtsp://x", "naïve", "", "-a", "a" * 129, "globex-x"])
def test_a_name_that_wcs_would_read_otherwise_or_another_has_is_refused(cast, name):
    StreamAlias.objects.create(tenant=cast.globex, alias="x", name="globex-x")
    manager = signed_in("manager", cast.acme)
    form = Form(manager.get(url(StreamAlias, "add")).content.decode()).data
    answer = manager.post(
        url(StreamAlias, "add"), form | {"tenant": cast.acme.pk, "alias": "studio", "name": name}
    )
    assert answer.status_code == 200
    assert "globex/" not in answer.content.decode()
    assert StreamAlias.objects.count() == 1


def test_streams_are_shown_to_their_tenants_managers_alone(cast):
    own, foreign = make_stream(cast, cast.acme), make_stream(cast, cast.globex)
    manager = signed_in("manager", cast.acme)
    listed = manager.get(url(Stream)).content.decode()
    assert "alias-of-acme" in listed
    assert "globex" not in listed
    assert "name-of-acme" in manager.get(change(own)).content.decode()
    assert manager.get(change(foreign)).status_code == 302
    assert "alias-of-acme" in manager.get(change(own.session)).content.decode()
    for text in ("media-acme", "alias-of", own.session.wcs_session_id):
        found = manager.get(url(Stream), {"q": text}).content.decode()
        assert "alias-of-acme" in found
        assert "globex" not in found


def test_a_living_stream_is_on_the_live_page(cast):
    make_stream(cast, cast.acme, ends_by=timezone.now())
    make_stream(cast, cast.globex, ends_by=timezone.now())
    page = signed_in("manager", cast.acme).get(reverse("admin:hooks_call_live")).content.decode()
    assert "alias-of-acme" in page
    assert "alias-of-globex" not in page
    assert "name-of-acme" not in page


def test_a_manager_ends_a_stream_and_nobody_elses(cast):
    own, foreign = make_stream(cast, cast.acme), make_stream(cast, cast.globex)
    manager = signed_in("manager", cast.acme)
    ending = {row: reverse("admin:hooks_end_stream", args=[row.pk]) for row in (own, foreign)}
    assert manager.post(ending[foreign]).status_code == 404
    assert manager.get(ending[own]).status_code == 405
    told = manager.post(ending[own], follow=True).content.decode()
    assert "no REST API" in told
    assert AuditEntry.objects.get(action="stream:ended").object_name == "media-acme"
    assert signed_in("auditor").post(ending[own]).status_code == 403
