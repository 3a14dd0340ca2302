"""Stream aliases in files: in, out, and every problem with its place."""

from __future__ import annotations

import json

import pytest

from tenants.models import StreamAlias
from tests.tenants.importing.content import tenant

STUDIO = {"alias": "studio", "name": "acme-studio", "may_publish": True, "players": 3}


def test_aliases_are_imported_and_exported(run, command, cast):
    outcome = run(tenant(streams=[STUDIO], stream_publishers=2))
    assert outcome.code == 0, outcome.problems
    alias = StreamAlias.objects.get()
    assert (alias.tenant, alias.name, alias.players) == (cast.acme, "acme-studio", 3)
    cast.acme.refresh_from_db()
    assert (cast.acme.stream_publishers, cast.acme.stream_players) == (2, 100)
    assert run(tenant(streams=[STUDIO])).lines[0].startswith("nothing to change")

    exported = json.loads(
        command("export", "everything", "--format", "json", "--tenant", "acme").out
    )["tenants"][0]
    assert exported["streams"][0]["name"] == "acme-studio"
    assert exported["stream_publishers"] == 2


@pytest.mark.parametrize(
    ("streams", "problem"),
    [
        ([{"alias": "studio"}], "name: A new stream alias needs this key."),
        ([{"alias": "+4930", "name": "x"}], "alias: An alias begins with a lower-case letter"),
        ([STUDIO | {"name": "rtmp://x/y"}], "name: A stream's name has letters, digits"),
        ([STUDIO | {"players": 0}], "players: Ensure this value is greater than or equal to 1."),
        ([STUDIO | {"name": "globex-x"}], "name: Another alias has this name already."),
        ([STUDIO, STUDIO | {"alias": "b"}], "name: The file gives this name already, at"),
    ],
)
def test_a_bad_alias_is_a_problem_with_its_place(run, cast, streams, problem):
    StreamAlias.objects.create(tenant=cast.globex, alias="x", name="globex-x")
    outcome = run(tenant(streams=streams))
    assert outcome.code == 1
    place = f"tenants[0].streams[{len(streams) - 1}]."
    assert outcome.problems[0].startswith(place + problem), outcome.problems
    assert StreamAlias.objects.count() == 1
