"""Tenants and what they own: listed, shown, added, changed and removed over HTTP."""

from __future__ import annotations

import pytest

from tenants.models import (
    AuditEntry,
    Callee,
    Domain,
    ImportRun,
    SipAccount,
    StreamAlias,
    Tenant,
    WcsInstance,
)
from tests.api.program import Program, errors_of, issue, kind_of
from tests.manager import assert_tells_nothing

NEW_TENANT = {
    "slug": "initech",
    "name": "Initech",
    "country": "DE",
    "domains": [{"origin": "https://initech.example"}],
    "sip_accounts": [
        {"login": "1", "password": "pw-typed-1", "domain": "sip.initech.example"},
    ],
    "callees": [{"alias": "sales", "target": "+4930999999", "default": True}],
}


def test_a_tenant_comes_with_all_it_needs_in_one_request(everybodys):
    answer = everybodys.post("/tenants", NEW_TENANT)
    assert answer.status == 201, answer.body
    assert answer.headers["Location"] == "/api/v1/tenants/initech"
    tenant = Tenant.objects.get(slug="initech")
    assert tenant.callees.get().target == "+4930999999"
    assert tenant.sip_accounts.get().password.matches("pw-typed-1")
    assert answer.json["limits"]["concurrent_calls"] == 2
    assert "pw-typed-1" not in answer.body.decode()
    shown = everybodys.get(answer.headers["Location"])
    assert shown.json == answer.json
    assert shown.headers["Etag"] == answer.headers["Etag"]


def test_each_change_is_an_entry_of_the_audit_that_names_the_key(cast, acmes):
    answer = acmes.patch(f"/callees/{cast.support.pk}", {"target": "sip:new@pbx.acme.example"})
    assert answer.status == 200
    entry = AuditEntry.objects.get(action="callee:changed")
    assert (entry.via, entry.tenant_slug) == ("api", "acme")
    assert entry.actor_name.startswith(acmes.key[:15])
    assert entry.after["target"] == "sip:new@pbx.acme.example"
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    ("path", "body", "model"),
    [
        ("/callees", {"alias": "desk", "target": "10009"}, Callee),
        ("/domains", {"origin": "https://new.acme.example"}, Domain),
        (
            "/sip-accounts",
            {"login": "7", "password": "pw-7", "domain": "sip.acme.example"},
            SipAccount,
        ),
    ],
)
def test_what_a_tenant_owns_is_added_changed_and_removed(cast, acmes, path, body, model):
    before = model.objects.count()
    added = acmes.post(path, {"tenant": "acme", **body})
    assert added.status == 201, added.body
    place = added.headers["Location"]
    assert added.json["tenant"] == "acme"
    assert "pw-7" not in added.body.decode()
    assert added.json in acmes.get(f"{path}?tenant=acme").json["items"]

    changed = acmes.patch(place, {"limits": {"calls_per_day": 7}}, added.headers["Etag"])
    assert changed.json["limits"] == {"calls_per_day": 7}
    assert acmes.post(path, {"tenant": "acme", **body}).status == 409
    assert acmes.delete(place, added.headers["Etag"]).status == 412
    assert acmes.delete(place, changed.headers["Etag"]).status == 204
    assert acmes.get(place).status == 404
    assert model.objects.count() == before


def test_a_stale_change_is_refused_and_a_change_without_a_version_too(cast, acmes):
    place = f"/callees/{cast.sales.pk}"
    old = acmes.get(place).headers["Etag"]
    assert acmes.patch(place, {"keypad": True}, old).status == 200
    stale = acmes.patch(place, {"keypad": False}, old)
    assert (stale.status, kind_of(stale)) == (412, "version-changed")
    missing = acmes.send("PATCH", place, {"keypad": False})
    assert (missing.status, kind_of(missing)) == (428, "version-missing")
    assert Callee.objects.get(pk=cast.sales.pk).keypad


def test_a_key_finds_nothing_of_another_tenant(cast, acmes, globexs):
    globexs_row = Callee.objects.get(tenant=cast.globex)
    for path in (f"/callees/{globexs_row.pk}", "/tenants/globex"):
        for answer in (acmes.get(path), acmes.patch(path, {"x": 1}), acmes.delete(path)):
            assert (answer.status, kind_of(answer)) == (404, "not-found")
    listed = [acmes.get(path).body.decode() for path in ("/tenants", "/callees", "/domains")]
    assert "globex" not in " ".join(listed)
    body = {"tenant": "globex", "alias": "desk", "target": "1"}
    foreign, unknown = acmes.post("/callees", body), acmes.post("/callees", {**body, "tenant": "x"})
    assert (foreign.status, foreign.json) == (unknown.status, unknown.json)
    assert errors_of(foreign) == {"/tenant": "There is no such tenant."}
    assert acmes.get("/callees?tenant=globex").json == acmes.get("/callees?tenant=no").json
    taken = acmes.post("/domains", {"tenant": "acme", "origin": "https://globex.example:8443"})
    assert "globex" not in errors_of(taken)["/origin"].lower()


def test_no_text_and_no_depth_is_a_fault(cast, acmes):
    domain = b'{"tenant": "%s", "origin": "https://one.example", "limits": %s}'
    nobodys = acmes.post("/domains", domain % (rb"\ud800", b"{}"))
    assert (nobodys.status, [*errors_of(nobodys)]) == (422, ["/tenant"])
    for many in (22, 500):
        deep = b"[" * many + b"]" * many
        assert acmes.post("/domains", domain % (b"acme", deep)).status == 400
        assert acmes.patch(f"/callees/{cast.sales.pk}", b'{"fallback": %s}' % deep).status == 400
    assert not Domain.objects.filter(origin="https://one.example").exists()


def test_a_key_of_a_tenant_adds_no_tenants_and_sees_no_instances(cast, acmes):
    assert kind_of(acmes.post("/tenants", NEW_TENANT)) == "scope-missing"
    assert kind_of(acmes.delete("/tenants/acme")) == "scope-missing"
    assert kind_of(acmes.get("/wcs-instances")) == "scope-missing"


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"alias": "desk", "target": "1", "colour": "red"}, {"/colour"}),
        (
            {"alias": "desk", "target": "1", "limits": {"calls_per_our": 1}},
            {"/limits/calls_per_our"},
        ),
        ({"alias": "9", "target": "1"}, {"/alias"}),
        ({"alias": "desk", "target": "javascript:x"}, {"/target"}),
        ({"alias": "desk", "target": 5}, {"/target"}),
        ({"alias": "desk"}, {"/target"}),
        ({"alias": ["desk"], "target": "1"}, {"/alias"}),
        ({"alias": "desk", "target": "1", "fallback": ["nobody"]}, {"/fallback/0"}),
        ({"alias": "desk", "target": "a\0b"}, {"/target"}),
        ({"alias": "\ud800", "target": "1"}, {"/alias"}),
        ({"alias": "desk", "target": "1", "default": True}, {"/default"}),
        (
            {"alias": "desk", "target": "1", "limits": {"calls_per_day": 1e99}},
            {"/limits/calls_per_day"},
        ),
    ],
)
def test_a_wrong_value_is_told_at_its_place_and_changes_nothing(cast, acmes, body, pointers):
    answer = acmes.post("/callees", {"tenant": "acme", **body})
    assert (answer.status, kind_of(answer)) == (422, "invalid"), answer.body
    assert set(errors_of(answer)) == pointers
    assert Callee.objects.count() == 3


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"5", b"null", b'"x"', b"\xff", b"[" * 100_000, b'{"a": NaN', b"{}{}"],
)
def test_a_body_that_is_no_object_is_refused(acmes, body):
    answer = acmes.post("/callees", body)
    assert (answer.status, kind_of(answer)) == (400, "malformed")


def test_a_repeated_key_is_refused(cast, acmes):
    answer = acmes.post(
        "/callees", b'{"tenant": "acme", "alias": "a", "alias": "b", "target": "1"}'
    )
    assert errors_of(answer) == {"/alias": "This key is given twice."}


def test_the_name_of_a_row_stays(cast, acmes):
    answer = acmes.patch(f"/callees/{cast.sales.pk}", {"alias": "other", "tenant": "globex"})
    assert set(errors_of(answer)) == {"/alias", "/tenant"}


def test_instances_are_added_and_show_no_secret(cast, everybodys):
    body = {"name": "new-1", "key": "k" * 20, "signing_secret": "s" * 20, "tenants": ["acme"]}
    rest_api = {"url": "http://127.0.0.1:8081/rest-api", "user": "u", "password": "rest-pw"}
    added = everybodys.post("/wcs-instances", {**body, "rest_api": rest_api})
    assert added.status == 201, added.body
    assert added.json["rest_api"] == {"url": rest_api["url"], "user": "u"}
    everything = everybodys.get("/wcs-instances").body.decode() + added.body.decode()
    assert "s" * 20 not in everything
    assert "rest-pw" not in everything
    assert_tells_nothing(everything)
    assert WcsInstance.objects.get(name="new-1").tenants.get().slug == "acme"


def test_a_list_goes_on_where_the_page_before_ended(cast, acmes, everybodys):
    Callee.objects.bulk_create(
        Callee(tenant=cast.acme, alias=f"a{number:03}", target="1") for number in range(120)
    )
    for program in (acmes, everybodys):
        seen, address, pages = [], "/callees", 0
        while address:
            page = program.get(address).json
            seen += [item["alias"] for item in page["items"]]
            address, pages = page["next"], pages + 1
            if pages == 1:
                Callee.objects.filter(alias="a000").update(alias="zz")  # nothing is skipped
        assert pages == 3
        assert len(set(seen) & {f"a{number:03}" for number in range(1, 120)}) == 119
        Callee.objects.filter(alias="zz").update(alias="a000")


@pytest.mark.parametrize(
    "cursor", ["x", "W10", "WyJhIl0", "WyJhIiwiYiJd", "%00", "WyIxIiwiXHUwMDAwIl0"]
)
def test_a_cursor_that_no_page_gave_is_refused(acmes, cursor):
    answer = acmes.get(f"/callees?cursor={cursor}")
    assert (answer.status, kind_of(answer)) == (400, "malformed")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/tenants/", 404),
        ("GET", f"/callees/{10**30}", 404),
        ("GET", "/callees/1.5", 404),
        ("GET", "/sip-accounts/00000000-0000-4000-8000-000000000007", 404),
        ("PUT", "/tenants", 405),
        ("OPTIONS", "/tenants", 405),
        ("GET", "/tenants?colour=red", 400),
        ("GET", "/callees?tenant=acme&tenant=globex", 400),
        ("GET", "/callees?tenant=%00", 400),
    ],
)
def test_other_addresses_are_problems_too(acmes, method, path, status):
    answer = acmes.send(method, path)
    assert answer.status == status, answer.body
    assert "Allow" in answer.headers
    assert kind_of(answer)


def test_streams_need_a_scope_of_their_own(cast, gateway):
    streams = Program(gateway.port, issue(cast.acme, "streams:write")[1])
    tenants = Program(gateway.port, issue(cast.acme, "tenants:write")[1])
    stream = {"alias": "studio", "name": "studio-4f1c", "may_play": True}
    added = streams.post("/streams", {"tenant": "acme", **stream})
    assert (added.status, added.json["name"]) == (201, "studio-4f1c")
    place = added.headers["Location"]
    assert streams.patch(place, {"may_play": False}, added.headers["Etag"]).status == 200
    assert not StreamAlias.objects.get().may_play

    nested = {"streams": [{"alias": "studio", "may_play": True}]}
    for answer in (tenants.get("/streams"), tenants.patch("/tenants/acme", nested)):
        assert (answer.status, kind_of(answer)) == (403, "scope-missing")
    assert not StreamAlias.objects.get().may_play
    assert streams.get(place).json["alias"] == "studio"
    assert streams.delete(place).status == 204
