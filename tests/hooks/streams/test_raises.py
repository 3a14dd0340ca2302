"""Higher limits of streams wait for a second person, as other limits do."""

from __future__ import annotations

import pytest
from django.utils import timezone

from hooks.models import Meter
from tenants.models import LimitRaise, StreamAlias, Tenant
from tenants.raising.deciding import confirm
from tests.api.program import Program, errors_of, issue
from tests.manager import change, said, signed_in, submit


@pytest.fixture
def alias(cast):
    return StreamAlias.objects.create(tenant=cast.acme, alias="studio", name="n", players=10)


def test_an_alias_gets_more_players_when_a_second_person_confirms(cast, alias):
    first = signed_in("owner", cast.acme)
    answer = submit(first, change(alias), players="20", longest_seconds="60")
    assert "stays 10 until a second person confirms 20" in said(answer)
    alias.refresh_from_db()
    assert (alias.players, alias.longest_seconds) == (10, 60)
    assert confirm(LimitRaise.objects.get(), "anna")
    alias.refresh_from_db()
    assert alias.players == 20


def test_streams_that_are_being_decided_see_the_change(cast, alias):
    meter = {"tenant": cast.acme, "state": {}, "touched_at": timezone.now()}
    Meter.objects.create(scope="streams", **meter)
    submit(signed_in("owner", cast.acme), change(alias), players="5")
    assert Meter.objects.get().version == 1


@pytest.mark.proof
def test_a_tenant_gets_more_streams_when_a_second_person_confirms(cast):
    page, browser = change(cast.acme), signed_in("owner", cast.acme)
    submit(browser, page, stream_players="200", stream_publishers="5")
    tenant = Tenant.objects.get(pk=cast.acme.pk)
    assert (tenant.stream_players, tenant.stream_publishers) == (100, 5)
    raised = LimitRaise.objects.get()
    assert (raised.field, raised.title, raised.after) == ("stream_players", "stream players", 200)


def test_programs_ask_for_it_and_files_may_not(cast, alias, gateway):
    program = Program(gateway.port, issue(cast.acme)[1])
    answer = program.patch(f"/streams/{alias.pk}", {"players": 11, "may_play": True})
    assert (answer.status, answer.json["players"], answer.json["may_play"]) == (202, 10, True)
    stream = {"alias": "studio", "name": "n", "players": 12}
    file = {"tenants": [{"slug": "acme", "streams": [stream], "stream_players": 101}]}
    refused = program.post("/imports", file)
    assert refused.status == 422
    assert str(errors_of(refused)).count("second person") == 2 or refused.json["more_errors"]
    new = {"alias": "other", "name": "m", "players": 30_000}
    file = {"tenants": [{"slug": "acme", "streams": [new]}]}
    assert program.post("/imports", file).status == 200
