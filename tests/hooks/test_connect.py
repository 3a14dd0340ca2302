"""The connect hook: whose page is it, and what goes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from hooks.methods import REST_CLIENT_CONFIG, SIP_FIELDS
from hooks.models import Event, Session
from tests.cast import ACME_PASSWORD


def test_it_answers_with_the_tenants_sip_account(acme, cast):
    answer = acme.post("connect")

    assert answer.status == 200
    sip = {name: answer.json[name] for name in SIP_FIELDS}
    assert sip == {
        "sipLogin": "10001",
        "sipAuthenticationName": "auth-10001",
        "sipPassword": ACME_PASSWORD,
        "sipDomain": "sip.acme.example",
        "sipOutboundProxy": "203.0.113.5",
        "sipProxy": "",
        "sipPort": 5070,
        "sipRegisterRequired": False,
        "sipVisibleName": "10001",
        "sipContactParams": "",
    }
    assert set(answer.json) == {*SIP_FIELDS, "restClientConfig"}


def test_it_opens_a_session(acme, cast):
    acme.post("connect")

    session = Session.objects.get()
    assert session.tenant == cast.acme
    assert session.instance == cast.acme_1
    assert (session.wcs_session_id, session.node_id, session.app_key) == (
        acme.session,
        acme.node,
        "defaultApp",
    )
    assert session.origin == "https://www.acme.example"
    assert session.sip_account == cast.acme_account
    assert session.ended_at is None
    event = Event.objects.get()
    assert (event.method, event.decision, event.reason) == ("connect", "allowed", "allowed")
    assert event.session_id == session.id
    assert event.tenant == cast.acme


def test_it_records_a_new_node_once(acme, cast):
    acme.post("connect")
    acme.post("connect", sessionId="another")

    assert [node.node_id for node in cast.acme_1.nodes.all()] == [acme.node]


def test_it_configures_every_method_to_fail_closed(acme):
    assert acme.post("connect").json["restClientConfig"] == REST_CLIENT_CONFIG


def test_it_accepts_subdomains_where_the_row_says_so(acme):
    for host in ("a.shops.acme.example", "shops.acme.example", "x.y.shops.acme.example"):
        answer = acme.post("connect", origin=f"https://{host}", sessionId=host)
        assert answer.status == 200


FOREIGN = {
    ...: "origin_missing",
    "null": "origin_malformed",
    "https://www.acme.example/path": "origin_malformed",
    "https://www.acme.example..": "origin_malformed",
    "https://evil.example/?www.acme.example": "origin_malformed",
    "http://www.acme.example": "origin_unknown",
    "https://www.acme.example:8443": "origin_unknown",
    "https://[2001:db8::1]": "origin_unknown",
    "https://acme.example": "origin_unknown",
    "https://a.www.acme.example": "origin_unknown",
    "https://www.acme.example.evil.example": "origin_unknown",
    "https://notwww.acme.example": "origin_unknown",
    "https://evilshops.acme.example": "origin_unknown",
    "https://globex.example:8443": "tenant_not_served",
}


def test_it_refuses_a_foreign_origin(acme):
    for number, (origin, reason) in enumerate(FOREIGN.items(), start=1):
        assert acme.post("connect", origin=origin).is_neutral_refusal
        event = Event.objects.latest("id")
        assert (event.decision, event.reason) == ("refused", reason)
        assert Event.objects.count() == number
    assert not Session.objects.exists()


def test_it_normalises_the_origin(acme):
    assert acme.post("connect", origin="HTTPS://WWW.ACME.EXAMPLE.:443").status == 200
    assert Session.objects.get().origin == "https://www.acme.example"


def test_it_takes_punycode_and_unicode_for_the_same(acme, cast):
    cast.acme.domains.create(origin="https://xn--bcher-kva.example")

    assert acme.post("connect", origin="https://bücher.example").status == 200
    assert (
        acme.post("connect", origin="https://xn--bcher-kva.example", sessionId="other").status
        == 200
    )


def test_it_tells_tenants_of_one_instance_apart(shared, cast):
    assert shared.post("connect").json["sipLogin"] == "10001"
    assert (
        shared.post("connect", sessionId="other", origin="https://globex.example:8443").json[
            "sipLogin"
        ]
        == "20001"
    )
    assert set(Session.objects.values_list("tenant__slug", flat=True)) == {"acme", "globex"}


def test_it_refuses_a_suspended_tenant_with_the_very_next_hook(acme, cast):
    assert acme.post("connect").status == 200
    cast.acme.status = "suspended"
    cast.acme.save(update_fields=["status"])

    assert acme.post("connect", sessionId="other").is_neutral_refusal
    assert Event.objects.latest("id").reason == "tenant_suspended"


def test_it_refuses_another_app_key_where_the_instance_names_one(acme, cast):
    cast.acme_1.app_key = "acme-c2c"
    cast.acme_1.save(update_fields=["app_key"])

    assert acme.post("connect").is_neutral_refusal
    assert Event.objects.get().reason == "app_key"
    assert acme.post("connect", appKey="acme-c2c").status == 200


def test_it_refuses_without_an_enabled_account(acme, cast):
    cast.acme.sip_accounts.update(enabled=False)

    assert acme.post("connect").is_neutral_refusal
    assert Event.objects.get().reason == "sip_account_missing"


def test_it_registers_only_where_the_tenant_wants_it(acme, cast):
    cast.acme.sip_register_required = True
    cast.acme.save(update_fields=["sip_register_required"])

    assert acme.post("connect").json["sipRegisterRequired"] is True


def test_it_uses_the_least_used_account_first(acme, cast):
    cast.acme.sip_accounts.create(login="10002", password="second", domain="sip.acme.example")
    cast.acme.sip_accounts.create(
        login="10003", password="third", domain="sip.acme.example", enabled=False
    )

    logins = [acme.post("connect", sessionId=f"s{number}").json["sipLogin"] for number in range(4)]
    assert sorted(logins) == ["10001", "10001", "10002", "10002"]
    assert logins[0] != logins[1]
    # Whoever lost a session is the least used one.
    loser = Session.objects.get(wcs_session_id="s2")
    acme.post("ConnectionStatusEvent", "connection_disconnected", sessionId="s2")
    assert acme.post("connect", sessionId="s4").json["sipLogin"] == loser.sip_login


def test_a_repeated_connect_changes_nothing(acme):
    first, second = acme.post("connect"), acme.post("connect")

    assert first.json == second.json
    assert Session.objects.count() == 1
    assert [event.reason for event in Event.objects.order_by("id")] == ["allowed", "duplicate"]


def test_a_new_connection_under_the_same_id_supersedes_the_old(acme):
    acme.post("connect")
    acme.post("call")
    assert acme.post("connect", custom={"another": "page"}).status == 200

    old, new = Session.objects.order_by("opened_at")
    assert (old.ended_by, new.ended_at) == ("superseded", None)
    assert old.calls.get().ended_by == "session"
    assert acme.post("call").status == 200
    assert new.calls.get().ended_at is None


RECURRING = "/192.168.1.102:55839/192.168.1.101:8443"  # as WCS named sessions before 2022


def long_ago():
    Session.objects.update(opened_at=timezone.now() - timedelta(minutes=2))


def test_the_same_connect_long_after_is_a_new_connection_where_ids_recur(acme):
    acme.post("connect", sessionId=RECURRING)
    long_ago()
    assert acme.post("connect", sessionId=RECURRING).status == 200

    ends = [session.ended_by for session in Session.objects.order_by("opened_at")]
    assert ends == ["superseded", ""]
    reasons = [event.reason for event in Event.objects.order_by("id")]
    assert reasons == ["allowed", "session_id_recurs"]


@pytest.mark.parametrize("ended", [True, False])
def test_it_refuses_a_captured_connect(acme, gateway, ended):
    """Somebody who captured the body cannot get the SIP password with it later."""
    acme.post("connect")
    if ended:
        acme.post("ConnectionStatusEvent", "connection_disconnected")
    long_ago()
    answer = acme.post("connect")

    assert answer.is_neutral_refusal
    assert ACME_PASSWORD not in answer.body.decode()
    assert Event.objects.latest("id").reason == "connect_replayed"
    assert bool(Session.objects.get().ended_at) is ended
    assert "connect_replayed of instance acme-1 (" in gateway.log


def test_another_connect_under_an_ended_id_is_no_replay(acme):
    acme.post("connect")
    acme.post("ConnectionStatusEvent", "connection_disconnected")
    long_ago()

    assert acme.post("connect", custom={"another": "page"}).status == 200


def test_another_methods_body_is_no_connect(acme):
    """The signature covers no method: a captured event that holds an origin opens nothing."""
    assert acme.post("connect", status="ESTABLISHED").status == 400
    assert not Session.objects.exists()
    assert Event.objects.get().reason == "malformed"
