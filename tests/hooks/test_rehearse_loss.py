"""rehearse: tickets, the keypad, and whether the gateway could end a call at WCS."""

from __future__ import annotations

import pytest

from hooks.methods import REST_CLIENT_CONFIG
from hooks.models import Event, Session
from tenants.models import Callee, Tenant
from tests.duties.rest_server import reply, serving
from tests.hooks.test_rehearsal_verdict import ACCOUNT
from tests.hooks.unsafe_backend import Backend, rehearse, safe


def set_tickets(cast, how: str) -> None:
    Tenant.objects.filter(pk=cast.acme.pk).update(tickets=how)


def statuses(run) -> dict[str, int]:
    return {step["hook"]: step["status"] for step in run.data["steps"]}


def test_where_tickets_are_required_the_page_gets_them_as_the_button_does(cast, gateway):
    set_tickets(cast, "required")
    run = rehearse(gateway.port, callee="sales")

    assert (run.code, run.findings) == (0, [])
    played = statuses(run)
    assert (played["ticket"], played["connect"]) == (200, 200)
    assert (played["connect with a used ticket"], played["connect without a ticket"]) == (403, 403)
    assert set(Session.objects.values_list("ticketed", "ticket_alias")) == {(True, "sales")}
    reasons = set(Event.objects.filter(method="connect").values_list("reason", flat=True))
    # The stranger's signature was refused for itself, not for want of a ticket.
    assert reasons == {
        *("allowed", "origin_unknown", "signature_missing", "signature_wrong"),
        *("ticket_missing", "ticket_replayed"),
    }


def test_where_they_are_off_nobody_asks_for_one(cast, gateway):
    set_tickets(cast, "off")
    run = rehearse(gateway.port, callee="sales")

    assert run.code == 0
    assert not {"ticket", "connect with a used ticket"} & statuses(run).keys()
    assert not Session.objects.filter(ticketed=True).exists()


def test_a_page_that_gets_no_required_ticket_is_told_why(cast, gateway):
    set_tickets(cast, "required")
    Tenant.objects.filter(pk=cast.acme.pk).update(hours={})
    run = rehearse(gateway.port, callee="sales")

    assert run.code == 1
    assert run.findings[0] == "The gateway says: We are closed."
    assert "no ticket" in run.findings[1]


@pytest.mark.proof
def test_a_backend_that_takes_a_ticket_twice_is_found(cast, gateway, monkeypatch):
    """And one that lets people in without any."""
    from hooks.wcs.rehearsal import ticket_desk

    set_tickets(cast, "required")
    given = ticket_desk.GivenTicket("a ticket", 1.0)
    monkeypatch.setattr(ticket_desk.TicketDesk, "take", lambda desk: given)
    careless = {**ACCOUNT, "restClientConfig": REST_CLIENT_CONFIG}
    ours, asked = safe(), []

    def answer(hook, body):
        asked.append(hook)
        is_copy = hook == "connect" and asked.count("connect") in (5, 6)
        return (200, careless) if is_copy else ours(hook, body)

    with Backend(answer) as backend:
        found = rehearse(backend.port, callee="sales").findings
    assert [finding for finding in found if "ticket" in finding] == [
        "The connect with a used ticket was answered with 200 instead of 403, "
        "so one ticket opens many sessions.",
        "The connect without a ticket was answered with 200 instead of 403, "
        "so tickets are not required.",
    ]


@pytest.mark.parametrize("wanted", [True, False])
def test_tones_reach_a_callee_who_wants_them(cast, gateway, wanted):
    set_tickets(cast, "off")
    Callee.objects.filter(alias="sales").update(keypad=wanted)
    run = rehearse(gateway.port)  # the default callee

    assert (run.code, statuses(run)["sendDtmf"]) == (0, 200 if wanted else 403)


TONES = [
    (False, (200, {"dtmf": "1"}), "The phone would hear tones, which its callee does not want."),
    (True, (200, {"dtmf": "9"}), "The phone would hear another tone than the visitor's."),
    (True, (403, {}), "The sendDtmf for sales was refused with 403."),
]


@pytest.mark.proof
@pytest.mark.parametrize(("wanted", "given", "finding"), TONES)
def test_what_a_careless_backend_does_with_tones_is_found(cast, wanted, given, finding):
    Callee.objects.filter(alias="sales").update(keypad=wanted)
    ours = safe()
    with Backend(lambda hook, body: given if hook == "sendDtmf" else ours(hook, body)) as backend:
        found = rehearse(backend.port, callee="sales").findings

    assert any(one.startswith(finding) for one in found), found


def test_it_tries_whether_wcs_would_end_a_call(cast, gateway):
    with serving() as rest:
        rest.add_call("living", "session")
        cast.acme_1.rest_api_url = rest.url
        cast.acme_1.save(update_fields=["rest_api_url"])
        run = rehearse(gateway.port)

        assert (run.code, set(rest.calls)) == (0, {"living"})
        asked = [fields for path, fields in rest.asked if path == "call/terminate"]
    assert statuses(run)["call/find_all"] == 200
    assert statuses(run)["call/terminate"] == 404
    assert asked[0]["callId"].startswith("rehearsal-")


def test_a_wcs_that_would_end_no_call_is_found(cast, gateway):
    with serving() as rest:
        rest.answers["*"] = lambda request: reply(request, 401)
        cast.acme_1.rest_api_url = rest.url
        cast.acme_1.save(update_fields=["rest_api_url"])
        run = rehearse(gateway.port)

    assert run.code == 1
    assert [finding.partition(",")[0] for finding in run.findings] == [
        "The REST API of this WCS does not do call/find_all",
        "The REST API of this WCS does not do call/terminate",
    ]
    assert "refused the user or the password" in run.findings[0]
