"""Pages show limits with their use as bars, notices about them, and what calls cost."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from hooks.calls.admin import limit_bars
from hooks.calls.admin.limit_bars import build_limit_bars
from hooks.models import Call, LimitNotice, Meter, Session
from tenants.models import Callee, Domain, Tenant
from tests.manager import assert_tells_nothing, signed_in

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def meter(tenant, scope, **state):
    Meter.objects.create(tenant=tenant, scope=scope, state=state, touched_at=NOW)


def limited(cast, **limits):
    cast.acme.limits, cast.acme.tickets = limits, "off"
    cast.acme.save()
    return cast.acme


def bars(tenant):
    """By the title of their group, as (label, text, state)."""
    groups = build_limit_bars(tenant, NOW).groups
    return {
        group.title: [(bar.label, bar.text, bar.state) for bar in group.bars] for group in groups
    }


def test_bars_of_the_tenant_in_its_currency(cast):
    acme = limited(cast, money_per_day="20.00", concurrent_calls=4, minutes_per_month=0)
    meter(acme, "tenant", living=4, day=["2026-03-04", 60, 16_200_000])
    assert bars(acme) == {
        "The whole tenant": [
            ("Calls at once", "4 of 4", "used up"),
            ("Minutes of talk this month", "0 of 0", "closed"),
            ("Money today", "16.20 of 20.00 EUR", "nearly used up"),
        ]
    }


def test_yesterdays_money_is_not_todays(cast):
    acme = limited(cast, money_per_day="20.00")
    meter(acme, "tenant", day=["2026-03-03", 60, 16_200_000])
    assert bars(acme)["The whole tenant"] == [("Money today", "0.00 of 20.00 EUR", "")]


def test_what_the_tenant_owns_has_bars_where_it_has_limits(cast):
    acme = limited(cast)
    domain = Domain.objects.get(origin="https://www.acme.example")
    for owner in (domain, cast.sales, cast.acme_account):
        type(owner).objects.filter(pk=owner.pk).update(limits={"calls_per_hour": 5})
    Domain.objects.filter(tenant=cast.globex).update(limits={"calls_per_hour": 5})
    meter(acme, f"domain {domain.pk}", windows={"3600": [[int(NOW.timestamp() / 60), 3]]})
    assert bars(acme) == {
        "Domain https://www.acme.example": [("Calls in the last hour", "3 of 5", "")],
        "SIP account 10001": [("Calls in the last hour", "0 of 5", "")],
        "Callee sales": [("Calls in the last hour", "0 of 5", "")],
    }


def test_visitors_without_a_ticket_have_half_of_it(cast):
    acme = limited(cast, concurrent_calls=4, call_seconds=60)
    acme.tickets = "preferred"
    meter(acme, "unknown visitors", living=1)
    assert bars(acme)["All visitors who cannot be told apart"] == [("Calls at once", "1 of 2", "")]


def test_what_nothing_uses_up_is_text(cast):
    visitor = {"calls_per_hour": 7, "callees_per_hour": 2}
    acme = limited(cast, call_seconds=1800, price_per_minute="0.20", visitor=visitor)
    [group] = build_limit_bars(acme, NOW).groups
    assert group.texts == [
        "Longest call, in seconds: 1,800",
        "Highest price per minute: 0.20 EUR",
        "Each visitor: calls in the last hour: 7, different callees per hour: 2",
    ]


def test_it_is_bounded_and_counts_the_rest(cast, monkeypatch):
    monkeypatch.setattr(limit_bars, "MOST_OWNERS", 1)
    Callee.objects.update(limits={"calls_per_hour": 5})
    overview = build_limit_bars(limited(cast), NOW)
    assert [group.title for group in overview.groups] == ["Callee sales"]
    assert overview.more == 1


def test_limits_nobody_can_read(cast):
    Tenant.objects.filter(pk=cast.acme.pk).update(limits={"calls_per_hour": "many"}, tickets="off")
    [group] = build_limit_bars(Tenant.objects.get(pk=cast.acme.pk), NOW).groups
    assert "calls_per_hour" in group.problem


def read(client, address):
    html = unescape(client.get(address).content.decode())
    assert_tells_nothing(html)
    return re.sub(r"\s+", " ", html)


def test_the_page_has_a_meter_with_words_beside_it(cast, manager):
    acme = limited(cast, concurrent_calls=4)
    meter(acme, "tenant", living=4)
    html = read(manager, reverse("admin:tenants_tenant_overview", args=[acme.pk]))
    label = 'aria-label="The whole tenant: Calls at once"'
    assert f'<meter min="0" max="4" value="4" {label}></meter>' in html
    assert "4 of 4 <strong>used up</strong>" in html

    limited(cast)
    html = read(manager, reverse("admin:tenants_tenant_overview", args=[acme.pk]))
    assert "There is no limit" in html


def notice(tenant, at):
    return LimitNotice.objects.create(
        tenant=tenant, scope="tenant", limit="money_per_day", level="critical",
        period=str(int(at.timestamp())), used=20_000_000, most=20_000_000, at=at,
    )  # fmt: skip


TEXT = "Money today: 20.00 of 20.00 EUR, used up"


def test_notices_stand_where_their_tenants_people_look(cast):
    notice(cast.acme, timezone.now() - timedelta(hours=2))
    pages = [
        reverse("admin:index"),
        reverse("admin:hooks_limitnotice_changelist"),
        reverse("admin:tenants_tenant_overview", args=[cast.acme.pk]),
    ]
    acmes, globexs = signed_in("manager", cast.acme), signed_in("manager", cast.globex, name="g")
    for page in pages:
        assert TEXT.partition(",")[0] in read(acmes, page)
    for page in pages[:2]:
        assert TEXT.partition(",")[0] not in read(globexs, page)


def test_a_notice_of_the_day_before_is_old(cast, manager):
    notice(cast.acme, timezone.now() - timedelta(hours=25))
    assert TEXT not in read(manager, reverse("admin:index"))


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"cost": 1_230_000, "ended": True}, "1.23 EUR"),
        ({"talks": 61}, "0.12 EUR so far"),
        ({"talks": 61, "ended": True}, "0.12 EUR"),
        ({"rate": None, "talks": 61}, "-"),
        ({"talks": None}, "-"),
        ({"talks": 61, "ended": True, "ended_by": "reaper"}, "-"),
    ],
)
def test_what_a_call_costs(cast, manager, changes, text):
    now = timezone.now()
    session = Session.objects.create(tenant=cast.acme, instance=cast.acme_1, opened_at=now)
    talks, ended = changes.get("talks", 0), changes.get("ended")
    call = Call.objects.create(
        tenant=cast.acme, session=session, wcs_call_id="1", decision="allowed", reason="allowed",
        asked_at=now, cost=changes.get("cost"), ended_by=changes.get("ended_by", ""),
        reservation={"scopes": [], "rate": changes.get("rate", [60_000, 0, 60, 60])},
        answered_at=None if talks is None else now - timedelta(seconds=talks),
        ended_at=now if ended else None,
    )  # fmt: skip
    html = read(manager, reverse("admin:hooks_call_change", args=[call.pk]))
    assert f'<div class="readonly">{text}</div>' in html
    listed = read(manager, reverse("admin:hooks_call_changelist"))
    assert f'<td class="field-cost_text">{text}</td>' in listed
