"""Calls, sessions, events, blocks, switches, ticket keys, rates and imports over the API."""

from __future__ import annotations

import pytest

from hooks.models import Call, Event, Stream, Switch, VisitorBlock, WebhookMessage
from tenants.models import AuditEntry, Callee, ImportRun, Rate, TicketKey, WebhookEndpoint
from tests.api.program import Program, errors_of, issue, kind_of
from tests.walk import a_day_of

DECK = (
    b"prefix,per_minute,connect_fee,first_increment,next_increment,currency\n49,0.02,0,60,1,EUR\n"
)


@pytest.fixture
def day(cast):
    a_day_of(cast.acme, cast.acme_1, cast.shared_1)
    a_day_of(cast.globex, cast.globex_1, cast.shared_1)


@pytest.mark.parametrize("path", ["/calls", "/sessions", "/events"])
def test_records_are_those_of_the_keys_tenant(day, acmes, everybodys, path):
    acmes_items = acmes.get(path).json["items"]
    assert acmes_items
    assert {item["tenant"] for item in acmes_items} <= {"acme", None}
    assert {item["tenant"] for item in everybodys.get(path).json["items"]} >= {"acme", "globex"}
    owned = [item for item in acmes_items if item["tenant"]]
    assert everybodys.get(f"{path}?tenant=acme").json["items"] == owned
    one = acmes_items[0]
    assert acmes.get(f"{path}/{one['id']}").json == one
    foreign = everybodys.get(f"{path}?tenant=globex").json["items"][0]["id"]
    assert acmes.get(f"{path}/{foreign}").status == 404
    assert acmes.get(f"{path}?since=2999-01-01T00:00:00Z").json == {"items": [], "next": None}


def test_calls_are_found_by_their_outcome(day, acmes):
    for outcome in ("living", "no_answer", "finish", "failed"):
        for item in acmes.get(f"/calls?outcome={outcome}").json["items"]:
            assert (item["ended_at"] is None) is (outcome == "living")
    decided = acmes.get("/calls?decision=allowed").json["items"]
    assert {item["decision"] for item in decided} == {"allowed"}


@pytest.mark.parametrize(
    "query", ["outcome=nice", "since=soon", "decision=x", "reason=x", "since=0000-01-01T00:00:00Z"]
)
def test_a_filter_that_there_is_not_is_refused(acmes, query):
    answer = acmes.get(f"/calls?{query}")
    assert (answer.status, kind_of(answer)) == (422, "invalid")
    assert query.partition("=")[0] in errors_of(answer)


def test_lists_of_records_go_on(cast, acmes):
    a_day_of(cast.acme, cast.acme_1, cast.shared_1)
    call = Call.objects.filter(tenant=cast.acme).first()
    for number in range(119):
        call.pk, call.wcs_call_id = None, f"c{number}"
        call._state.adding = True
        call.id = Call._meta.get_field("id").get_default()
        call.save()
    seen, address = [], "/calls"
    while address:
        page = acmes.get(address).json
        seen += [item["id"] for item in page["items"]]
        address = page["next"]
    assert len(seen) == len(set(seen)) == Call.objects.count()


def test_a_visitor_is_blocked_and_the_block_is_lifted(cast, acmes, globexs):
    body = {"tenant": "acme", "visitor": "v7", "because": "threats"}
    added = acmes.post("/visitor-blocks", body)
    assert added.status == 201, added.body
    assert VisitorBlock.objects.living().get().visitor == "v7"
    place = f"/visitor-blocks/{added.json['id']}"
    assert [one["id"] for one in acmes.get("/visitor-blocks").json["items"]] == [added.json["id"]]
    assert globexs.get("/visitor-blocks").json["items"] == []
    assert globexs.delete(place).status == 404
    assert acmes.delete(place).status == 204
    assert not VisitorBlock.objects.living().exists()
    lifted = AuditEntry.objects.get(action="visitor_block:lifted")
    assert lifted.actor_name.startswith(acmes.key[:15])
    bad = acmes.post("/visitor-blocks", {**body, "until": "2001-01-01T00:00:00Z", "because": " "})
    assert "/because" in errors_of(bad)


def test_what_lives_is_told_with_what_came_of_ending_it(day, acmes):
    off = {"kind": "tenant", "name": "acme", "state": "on", "because": "copied page"}
    done = acmes.post("/kill-switches", off).json
    living = {"tenant__slug": "acme", "ended_at": None}
    calls, streams = Call.objects.filter(**living), Stream.objects.filter(**living)
    assert {one["call"] for one in done["calls"]} == {call.wcs_call_id for call in calls} != set()
    media = {stream.media_session_id for stream in streams}
    assert {one["stream"] for one in done["streams"]} == media != set()
    assert {one["result"] for one in [*done["calls"], *done["streams"]]} == {"not_set"}


def test_calls_are_switched_off_and_on_again(cast, acmes, globexs, everybodys):
    off = {"kind": "callee", "name": "acme/sales", "state": "on", "because": "copied page"}
    for was_on in (False, True):
        done = acmes.post("/kill-switches", off)
        assert (done.status, done.json["was_on"]) == (200, was_on), done.body
    switch = Switch.objects.get()
    assert (switch.because, switch.by) == ("copied page", acmes.key[:15])
    assert [one["name"] for one in acmes.get("/kill-switches").json["items"]] == [
        "callee acme/sales"
    ]
    assert globexs.get("/kill-switches").json["items"] == []
    foreign = globexs.post("/kill-switches", off)
    unknown = globexs.post("/kill-switches", {**off, "name": "acme/nobody"})
    assert foreign.json == unknown.json
    assert acmes.post("/kill-switches", {**off, "state": "off"}).json["was_on"] is True
    assert not Switch.objects.filter(off_at=None).exists()
    everybodys.post("/kill-switches", off)
    assert acmes.post("/kill-switches", {**off, "state": "off"}).status == 403


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "instance", "name": "acme-1"}, "/name"),
        ({"kind": "everything", "name": ""}, "/name"),
        ({"kind": "planet"}, "/kind"),
        ({"state": "maybe"}, "/state"),
        ({"because": " "}, "/because"),
        ({"name": "a\0"}, "/name"),
        ({"name": "x" * 301}, "/name"),
    ],
)
def test_what_cannot_be_switched_is_told(cast, acmes, change, pointer):
    body = {"kind": "callee", "name": "acme/sales", "state": "on", "because": "x"}
    answer = acmes.post("/kill-switches", {**body, **change})
    assert (answer.status, set(errors_of(answer))) == (422, {pointer})
    assert not Switch.objects.exists()


def test_ticket_keys_are_made_and_retired(cast, acmes, globexs):
    made = acmes.post("/ticket-keys", {"tenant": "acme"})
    assert made.status == 201
    assert TicketKey.objects.get().secret.matches(made.json["secret"])
    assert acmes.post("/ticket-keys", {"tenant": "acme"}).status == 201
    assert acmes.post("/ticket-keys", {"tenant": "acme"}).status == 409
    listed = acmes.get("/ticket-keys")
    assert made.json["secret"] not in listed.body.decode()
    assert len(listed.json["items"]) == 2
    assert globexs.delete(made.headers["Location"]).status == 404
    assert acmes.delete(made.headers["Location"]).status == 204
    assert TicketKey.objects.live().count() == 1


def test_a_file_is_imported_after_a_dry_run(cast, acmes):
    file = {"tenants": [{"slug": "acme", "callees": [{"alias": "desk", "target": "10009"}]}]}
    dry = acmes.post("/imports?dry_run=true", file)
    assert (dry.status, dry.json["counts"]["added"]) == (200, 1)
    assert not Callee.objects.filter(alias="desk").exists()
    done = acmes.post("/imports", file)
    assert ImportRun.objects.get().pk == done.json["import"]
    assert Callee.objects.filter(alias="desk").exists()
    assert AuditEntry.objects.get(action="import:done").actor_name.startswith(acmes.key[:15])
    yaml = b"tenants: [{slug: acme, callees: [{alias: yard, target: '10010'}]}]"
    assert acmes.post("/imports", yaml, Content_Type="application/yaml").status == 200
    csv = b"alias,target\nshop,10011\n"
    assert (
        acmes.post("/imports?table=callees&tenant=acme", csv, Content_Type="text/csv").status == 200
    )
    assert Callee.objects.filter(alias__in=["yard", "shop"]).count() == 2


def test_problems_of_a_file_have_their_places(cast, acmes):
    callees = [{"alias": "desk", "target": "10009"}, {"alias": "9", "target": "1"}]
    answer = acmes.post("/imports", {"tenants": [{"slug": "acme", "callees": callees}]})
    assert set(errors_of(answer)) == {"/tenants/0/callees/1/alias"}
    foreign = acmes.post("/imports", {"tenants": [{"slug": "globex", "name": "x"}]})
    assert errors_of(foreign) == {"/tenants/0/slug": "There is no such tenant."}
    for path, kind in (("/imports?table=callees", "application/json"), ("/imports", "text/csv")):
        assert acmes.post(path, b"{}", Content_Type=kind).status == 422
    assert acmes.post("/imports", b"").status == 422
    assert not ImportRun.objects.exists()


def test_a_deck_of_rates_is_replaced_and_read(cast, acmes, gateway):
    path = "/imports?table=rates&tenant=acme"
    assert acmes.post(path, DECK, Content_Type="text/csv").status == 200
    [rate] = acmes.get("/rates").json["items"]
    assert (rate["prefix"], rate["per_minute"], rate["connect_fee"]) == ("49", "0.02", "0.00")
    assert Rate.objects.count() == 1
    only_imports = Program(gateway.port, issue(cast.acme, "imports:write")[1])
    assert only_imports.post(path, DECK, Content_Type="text/csv").status == 403


def test_no_key_lowers_a_price_while_money_is_limited(cast, acmes, everybodys):
    path, cheaper = "/imports?table=rates&tenant=acme", DECK.replace(b"0.02", b"0.01")
    cast.acme.limits = {"money_per_day": "5.00"}
    cast.acme.save()
    assert acmes.post(path, DECK, Content_Type="text/csv").status == 200
    for program in (acmes, everybodys):
        for dry in ("", "&dry_run=true"):
            refused = program.post(path + dry, cheaper, Content_Type="text/csv")
            assert refused.status == 422
            [told] = errors_of(refused).values()
            assert told.startswith("0.01 is lower than 0.02, which this destination costs so far.")
    assert Rate.objects.get().per_minute == 20_000


def test_an_event_shows_no_secret(day, acmes):
    from tests.manager import assert_tells_nothing

    assert_tells_nothing(acmes.get("/events").body.decode())
    assert Event.objects.exists()


def test_past_imports_are_listed_to_whom_they_concern(cast, acmes, globexs, everybodys):
    for slug in ("acme", "globex"):
        file = {"tenants": [{"slug": slug, "callees": [{"alias": "desk", "target": "1"}]}]}
        assert everybodys.post("/imports", file).status == 200
    assert [item["tenant"] for item in everybodys.get("/imports").json["items"]] == [
        "globex",
        "acme",
    ]
    [item] = acmes.get("/imports").json["items"]
    assert (item["tenant"], item["counts"]["added"], item["undone_by"]) == ("acme", 1, None)
    run = ImportRun.objects.get(pk=item["id"])
    ImportRun.objects.bulk_create(ImportRun(tenant=cast.acme, source="x") for _ in range(60))
    first = acmes.get("/imports").json
    second = acmes.get(first["next"]).json
    listed = [item["id"] for item in (*first["items"], *second["items"])]
    assert (len(first["items"]), listed[-1], second["next"]) == (50, run.pk, None)
    assert len(globexs.get("/imports").json["items"]) == 1


def test_a_file_is_told_as_an_import_and_a_change_of_a_row_is_none(cast, acmes):
    url, events = "https://crm.acme.example/", ["import.done"]
    WebhookEndpoint.objects.create(tenant=cast.acme, url=url, secret="x", events=events)
    assert acmes.patch("/tenants/acme", {"name": "Acme AG"}).status == 200
    assert acmes.patch(f"/callees/{cast.sales.pk}", {"keypad": True}).status == 200
    assert not WebhookMessage.objects.exists()
    assert acmes.post("/imports", {"tenants": [{"slug": "acme", "name": "Acme"}]}).status == 200
    assert WebhookMessage.objects.get().type == "import.done"
